import ArgumentParser
import Foundation
import Logging
import SageSimulation

/// Serves a Sage 300 Web API to rehearse against.
@main
struct SageSimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sage-simulator",
        abstract: "A Sage 300 Web API to rehearse against."
    )

    @Option(help: "Port to listen on; 0 picks a free one and prints it.")
    var port = 0

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Scenario file (YAML); see docs/simulators-sage.md.")
    var scenario: String?

    @Option(help: "File the books are kept in between runs; without it they are forgotten.")
    var state: String?

    func run() async throws {
        let scenario = try loadScenario()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "sage-simulator")
        logger.logLevel = .warning
        let simulator = SageSimulator(
            scenario: scenario,
            host: host,
            port: port,
            statePath: state,
            logger: logger
        )
        let signals = exitOnSignals(saving: simulator)
        defer { for signal in signals { signal.cancel() } }
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

    /// Ends at once after saving: stalled answers must not delay it.
    private func exitOnSignals(saving simulator: SageSimulator) -> [any DispatchSourceSignal] {
        [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                Task {
                    do {
                        try await simulator.save()
                        _exit(0)
                    } catch {
                        print("sage-simulator: the state file could not be written: \(error)")
                        fflush(nil)
                        _exit(1)
                    }
                }
            }
            source.resume()
            return source
        }
    }
}
