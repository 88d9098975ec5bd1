import Hummingbird
public import Logging
import NIOCore

/// An HTTP server that behaves as Sage 300's Web API does, with its data in memory, and in a file between runs.
///
/// What it imitates and where that is known from: `docs/simulators-sage.md`.
public struct SageSimulator: Sendable {
    private let simulation: Simulation
    private let host: String
    private let port: Int
    private let logger: Logger
    private let stateFile: StateFile?
    private static let savingInterval = Duration.seconds(2)

    /// - Parameters:
    ///   - scenario: companies, users, rules and faults to start with.
    ///   - host: the address to listen on.
    ///   - port: 0 picks a free one.
    ///   - statePath: the file the companies' records are kept in between runs; nil: they are forgotten.
    ///   - logger: for the server's own trouble, not for requests.
    public init(
        scenario: Scenario = Scenario(),
        host: String = "127.0.0.1",
        port: Int = 0,
        statePath: String? = nil,
        logger: Logger = Logger(label: "sage-simulator")
    ) {
        simulation = Simulation(scenario)
        self.host = host
        self.port = port
        stateFile = statePath.map { [simulation] in StateFile(path: $0, companies: simulation.companies) }
        self.logger = logger
    }

    /// Serves until the task is cancelled, saving every two seconds when there is a state file.
    /// - Parameter onListening: called once with `http://HOST:PORT/Sage300WebApi`.
    /// - Throws: when the address cannot be listened on, `ScenarioError` when the state file cannot be used.
    public func run(onListening: @escaping @Sendable (String) async -> Void) async throws {
        guard let stateFile else { return try await serve(onListening: onListening) }
        try await stateFile.load()
        let ending = await withThrowingTaskGroup { group in
            group.addTask { try await serve(onListening: onListening) }
            group.addTask { try await saveRepeatedly() }
            // Whichever ends first, by an error or by cancellation, ends the other.
            defer { group.cancelAll() }
            return await group.nextResult()
        }
        try await stateFile.save()
        try ending?.get()
    }

    /// Writes the state file now, if there is one: for the end of the process.
    public func save() async throws { try await stateFile?.save() }

    private func saveRepeatedly() async throws {
        while true {
            try await Task.sleep(for: Self.savingInterval)
            try await save()
        }
    }

    private func serve(onListening: @escaping @Sendable (String) async -> Void) async throws {
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
