import ArgumentParser
import CertificateKernel

@main
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lipbench-check", abstract: "Checks a certificate against an instance file in exact arithmetic.")
}
