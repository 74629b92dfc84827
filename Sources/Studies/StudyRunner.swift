import Foundation

/// Runs the jobs of a study that are not done yet, each in a child process with a time and a memory limit.
///
/// The child reads its job, a JSON line, prints the hash of its instance and then its outcome, a JSON line each, and ends where its input
/// ends. Its own search has the time limit, too, and answers with an enclosure; the runner ends it where it does not, `grace` seconds
/// later, or where it takes more memory than allowed. The record is written by the runner alone.
public struct StudyRunner: Sendable {
  /// The program that runs a job, and its arguments.
  public var command: [String]
  /// Child processes at a time.
  public var workers: Int
  /// Goes into every record.
  public var version: String
  /// Seconds beyond the time limit after which a job is ended.
  public var grace = 5.0
  public var isInterrupted: @Sendable () -> Bool = { false }

  public struct Progress: Sendable {
    public var done: Int
    public var total: Int
    public var running: Int
    /// `about 3 min`, or `–`.
    public var remaining: String
  }

  public init(command: [String], workers: Int = 1, version: String) {
    precondition(workers >= 1)
    self.command = command
    self.workers = workers
    self.version = version
  }

  private struct Running {
    let job: StudyJob
    var child: ChildProcess
    let start = ContinuousClock.now
    let started = Date.now.ISO8601Format()
    var peakMemory = 0.0
    /// Why the runner ended it.
    var verdict: (status: JobStatus, reason: String)?

    var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }
  }

  /// Runs what the file does not hold yet, and sorts the file when everything is there.
  ///
  /// - Returns: whether every job is done; false where it was interrupted. Then nothing of ours runs any more, and what was
  ///   done is in the file.
  /// - Throws: `InputError` where the file cannot be written; `ChildProcessFailure`.
  public func run(
    _ plan: StudyPlan, into file: ResultsFile, report: (Progress) -> Void = { _ in }
  ) throws -> Bool {
    signal(SIGPIPE, SIG_IGN)
    let done = Set(file.records.map(\.job.key))
    var pending = plan.jobs.filter { !done.contains($0.key) }.reversed() as [StudyJob]
    var remaining = RemainingTime(plan.jobs)
    for record in file.records { remaining.finish(record.job, seconds: record.measured.seconds) }
    var running: [Running] = []
    var retried: Set<String> = []
    defer {
      for job in running { job.child.end() }
      for job in running { _ = job.child.wait() }
    }
    func tell() {
      report(
        Progress(
          done: file.records.count, total: plan.jobs.count, running: running.count,
          remaining: remaining.text(workers: workers)))
    }
    var lastLook = ContinuousClock.now
    while !(pending.isEmpty && running.isEmpty) {
      if isInterrupted() { return false }
      while running.count < workers, let job = pending.popLast() {
        do {
          running.append(Running(job: job, child: try ChildProcess(command, line: jsonLine(job))))
        } catch {
          // With fewer beside it, it may start later.
          pending.append(job)
          if running.isEmpty { throw error }
          break
        }
      }
      var descriptors = running.map { pollfd(fd: $0.child.output, events: Int16(POLLIN), revents: 0) }
      poll(&descriptors, nfds_t(descriptors.count), 50)
      for index in running.indices.reversed() where descriptors[index].revents != 0 {
        if running[index].child.read() { continue }
        let ended = running.remove(at: index)
        let end = ended.child.wait()
        // What somebody else ended may end by itself the second time.
        if ended.verdict == nil, [SIGKILL, SIGTERM, SIGINT, SIGHUP].contains(end.signal), !isInterrupted(),
          retried.insert(ended.job.key).inserted
        {
          pending.append(ended.job)
          continue
        }
        let record = record(of: ended, end)
        // Whoever is interrupted may be so by what ended the child.
        if isInterrupted() { return false }
        try file.append(record)
        remaining.finish(record.job, seconds: record.measured.seconds)
        tell()
      }
      if ContinuousClock.now - lastLook > .milliseconds(100) {
        lastLook = .now
        for index in running.indices { look(after: &running[index]) }
      }
    }
    try file.sort(plan)
    return true
  }

  private func look(after running: inout Running) {
    guard running.verdict == nil else { return }
    let job = running.job
    if let resident = ProcessMemory.resident(running.child.process) {
      running.peakMemory = max(running.peakMemory, resident)
    }
    if running.peakMemory > Double(job.memoryLimit) {
      running.verdict = (.memory, "took more memory than \(job.memoryLimit) MB")
    } else if let limit = job.timeLimit, running.seconds > limit + grace {
      running.verdict = (.time, "gave no answer within the time limit and \(shortText(grace)) s more")
    }
    if running.verdict != nil { running.child.end() }
  }

  private func record(of running: Running, _ end: ChildProcess.End) -> JobRecord {
    let lines = running.child.text.split(separator: UInt8(ascii: "\n"))
    let texts = lines.map { String(decoding: $0, as: UTF8.self) }
    let hash = texts.first { $0.hasPrefix(ContentHash.prefix) }
    if running.verdict == nil, end.code == 0, let last = lines.last,
      var outcome = try? JSONDecoder().decode(JobOutcome.self, from: Data(last))
    {
      // A fast one may be done before the runner looks.
      if outcome.measured.peakMemory > Double(running.job.memoryLimit) {
        outcome.status = .memory
        outcome.reason = "took more memory than \(running.job.memoryLimit) MB"
      }
      return JobRecord(running.job, instance: hash, version: version, outcome)
    }
    let words = texts.first { !$0.hasPrefix(ContentHash.prefix) }.map { ": \($0.prefix(200))" } ?? ""
    let failure = end.code.map { "ended with exit code \($0)" } ?? "was ended by signal \(end.signal)"
    let (status, reason) = running.verdict ?? (.failed, failure + words)
    let measured = JobMeasurement(
      seconds: running.seconds, cpuSeconds: end.cpuSeconds, peakMemory: running.peakMemory,
      started: running.started, machine: Machine.description)
    return JobRecord(
      running.job, instance: hash, version: version,
      JobOutcome(status: status, reason: reason, result: nil, measured: measured))
  }
}
