import Foundation

/// The machine that a measurement is of.
enum Machine {
  /// Processor and number of cores, such as `AMD EPYC 7763, 2 cores`.
  static let description: String = {
    let text = String(
      decoding: FileManager.default.contents(atPath: "/proc/cpuinfo") ?? Data(), as: UTF8.self)
    let model = text.split(separator: "\n").first { $0.hasPrefix("model name") }
      .flatMap { $0.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces) }
    return "\(model ?? "unknown processor"), \(ProcessInfo.processInfo.activeProcessorCount) cores"
  }()
}

/// Memory of other processes, from the kernel.
enum ProcessMemory {
  /// MB of 2^20 bytes that a process has in memory now; nil where it is gone.
  static func resident(_ process: pid_t) -> Double? {
    guard let data = FileManager.default.contents(atPath: "/proc/\(process)/statm") else { return nil }
    let pages = String(decoding: data, as: UTF8.self).split(separator: " ").dropFirst().first.flatMap {
      Double($0)
    }
    return pages.map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) / 0x1p20 }
  }
}

extension rusage {
  /// User and system time.
  var cpuSeconds: Double {
    Double(ru_utime.tv_sec + ru_stime.tv_sec) + Double(ru_utime.tv_usec + ru_stime.tv_usec) / 1e6
  }
}
