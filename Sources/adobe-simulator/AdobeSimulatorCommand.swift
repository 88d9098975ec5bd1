import AdobeSimulation
import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

@main
struct AdobeSimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adobe-simulator",
        abstract: "A store that answers like Adobe Commerce: to rehearse against, never to sell from."
    )

    @Option(help: "TCP port; 0 picks a free one and prints it.")
    var port = 8081

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Scenario file (YAML), see docs/simulators.md.")
    var scenario: String?

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let simulator = AdobeSimulator(scenario: try readScenario(), logger: Logger(label: "adobe-simulator"))
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: SimulatorService(simulator: simulator, host: host, port: port))],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "adobe-simulator")
        )
        configuration.maximumGracefulShutdownDuration = .seconds(2)
        let group = ServiceGroup(configuration: configuration)
        try await group.run()
    }

    private func readScenario() throws -> Scenario {
        guard let scenario else { return Scenario() }
        do {
            return try Scenario(yaml: String(contentsOfFile: scenario, encoding: .utf8))
        } catch let error as ScenarioError {
            throw ValidationError("\(scenario): \(error)")
        } catch {
            throw ValidationError("\(scenario) cannot be read")
        }
    }
}

private struct SimulatorService: Service {
    let simulator: AdobeSimulator
    let host: String
    let port: Int

    func run() async throws {
        try await simulator.run(host: host, port: port) { address in
            // Unbuffered: whoever started this waits for the line.
            try? FileHandle.standardOutput.write(
                contentsOf: Data("adobe-simulator listening on \(address)\n".utf8)
            )
        }
    }
}
