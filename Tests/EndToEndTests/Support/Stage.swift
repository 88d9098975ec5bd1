import ExactJSON
import Foundation
import Glibc
import HTTPClient
import Synchronization
import Testing

/// A whole installation of its own: a virtual host, a database, a key file, both simulators, the services.
final class Stage: Sendable {
    /// Times short enough for a test.
    static let times = [
        "SAGE_SETTLE_SECONDS": "3", "ADOBE_SETTLE_SECONDS": "0", "PROBE_INTERVAL_SECONDS": "1",
        "WRITER_LEASE_SECONDS": "3",
    ]
    static let services = ["poller", "customer-worker", "invoice-worker", "replayer"]

    let name: String
    let folder: URL
    let site: BrokerSite
    /// The virtual host, as the services see it.
    let brokerURL: String
    /// The database, as the services see it.
    let databaseURL: String
    let http = HTTPClient(configuration: HTTPClientConfiguration(userAgent: "end-to-end", proxy: ""))
    private let executables: URL
    private let programs = Mutex<[Program]>([])

    init(name: String, folder: URL, site: BrokerSite, brokerURL: String, databaseURL: String) throws {
        self.name = name
        self.folder = folder
        self.site = site
        self.brokerURL = brokerURL
        self.databaseURL = databaseURL
        executables = URL(filePath: try #require(Rig.executables))
    }

    var keyFile: String { folder.appending(path: "credentials.key").path }

    /// The environment of every program.
    var environment: [String: String] {
        let own = [
            "AMQP_URL": brokerURL, "DATABASE_URL": databaseURL, "CREDENTIAL_KEY_FILE": keyFile,
            "CRASH_DIR": folder.appending(path: "crashes").path,
        ]
        return Rig.inherited.merging(Self.times) { $1 }.merging(own) { $1 }
    }

    /// Starts one of the executables.
    @discardableResult
    func start(_ name: String, _ arguments: [String] = [], environment changes: [String: String] = [:]) throws
        -> Program
    {
        try launch(
            executables.appending(path: name),
            arguments,
            environment: environment.merging(changes) { $1 },
            label: name
        )
    }

    /// Starts one copy of each service.
    @discardableResult
    func startServices(_ names: [String] = Stage.services, environment changes: [String: String] = [:]) throws
        -> [Program]
    {
        try names.map { try start($0, environment: changes) }
    }

    /// Starts anything, to be ended with the stage.
    func launch(_ executable: URL, _ arguments: [String], environment: [String: String], label: String) throws
        -> Program
    {
        try programs.withLock { programs in
            let program = try Program(
                executable,
                arguments,
                environment: environment,
                label: "\(programs.count)-\(label)",
                folder: folder
            )
            programs.append(program)
            return program
        }
    }

    /// The running copies of a service.
    func running(_ service: String) -> [Program] {
        programs.withLock { $0.filter { $0.name.hasSuffix("-\(service)") && $0.isRunning } }
    }

    /// Writes a file into the stage's folder.
    func write(_ text: String, to name: String) throws -> String {
        let file = folder.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    /// Ends every process, the kind way not being the point.
    func endAll() async {
        let all = programs.withLock { $0 }
        for program in all { program.kill() }
        for program in all { _ = try? await program.end(within: .seconds(10)) }
        await http.close()
    }

    /// The ends of all logs, the services' longer than the rest's.
    var logTails: String {
        programs.withLock { $0 }.suffix(24).map { program in
            program.tail(Self.services.contains { program.name.hasSuffix($0) } ? 25 : 6)
        }.joined()
    }
}
