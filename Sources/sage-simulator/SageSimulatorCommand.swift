import ArgumentParser
import Foundation
import Logging
import SageSimulation

/// Serves a Sage 300 Web API to rehearse against.
@main
struct SageSimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sage-simulator",
        abstract: "A Sage 300 Web API to rehearse against, in memory."
    )

    @Option(help: "Port to listen on; 0 picks a free one and prints it.")
    var port = 0

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Scenario file (YAML); see docs/simulators-sage.md.")
    var scenario: String?

    func run() async throws {
        let scenario = try loadScenario()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        exitOnSignals()
        var logger = Logger(label: "sage-simulator")
        logger.logLevel = .warning
        let simulator = SageSimulator(scenario: scenario, host: host, port: port, logger: logger)
        try await simulator.run { address in
            print("sage-simulator listening on \(address)")
            fflush(nil)
        }
    }

    private func loadScenario() throws -> Scenario {
        guard let path = scenario else { return Scenario() }
        do {
            return try Scenario(yaml: String(contentsOfFile: path, encoding: .utf8))
        } catch {
            throw ValidationError("\(path): \(error)")
        }
    }

    /// Nothing is kept, so there is nothing to finish: stalled answers must not delay the end.
    private func exitOnSignals() {
        for number in [SIGTERM, SIGINT] { signal(number) { _ in _exit(0) } }
    }
}
