import Hummingbird
public import Logging
import NIOCore

/// An HTTP server that behaves as Sage 300's Web API does, with its data in memory.
///
/// What it imitates and where that is known from: `docs/simulators-sage.md`.
public struct SageSimulator: Sendable {
    private let simulation: Simulation
    private let host: String
    private let port: Int
    private let logger: Logger

    /// - Parameters:
    ///   - scenario: companies, users, rules and faults to start with.
    ///   - host: the address to listen on.
    ///   - port: 0 picks a free one.
    ///   - logger: for the server's own trouble, not for requests.
    public init(
        scenario: Scenario = Scenario(),
        host: String = "127.0.0.1",
        port: Int = 0,
        logger: Logger = Logger(label: "sage-simulator")
    ) {
        simulation = Simulation(scenario)
        self.host = host
        self.port = port
        self.logger = logger
    }

    /// Serves until the task is cancelled.
    /// - Parameter onListening: called once with `http://HOST:PORT/Sage300WebApi`.
    /// - Throws: when the address cannot be listened on.
    public func run(onListening: @escaping @Sendable (String) async -> Void) async throws {
        let host = host
        let application = Application(
            responder: WebResponder(simulation: simulation),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                serverName: "Microsoft-IIS/10.0"
            ),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                await onListening("http://\(host):\(port)/Sage300WebApi")
            },
            logger: logger
        )
        try await application.run()
    }
}
