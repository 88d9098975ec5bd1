import Foundation
import Testing

/// Every end-to-end test: the programs as they are installed, driven by command lines, environment and files alone.
/// One after the other, because each wants the machine for itself.
@Suite(
    .serialized,
    .enabled(if: Rig.isPresent, "needs TEST_EXECUTABLES_DIR and a broker and database of its own")
)
enum EndToEnd {}

/// What `deploy/test` provides.
enum Rig {
    static let environment = ProcessInfo.processInfo.environment
    /// The folder of the release executables.
    static let executables = environment["TEST_EXECUTABLES_DIR"]
    /// A broker, as an administrator.
    static let brokerURL = environment["TEST_AMQP_URL"]
    /// A shell command that runs rabbitmqctl for that broker.
    static let brokerControl = environment["TEST_RABBITMQCTL"]
    /// The nodes of a cluster, and a shell command that steers them: `start`, `kill`, `freeze`, `thaw` or `ctl`, and a number.
    static let clusterURLs = environment["TEST_CLUSTER_URLS"]
    static let clusterControl = environment["TEST_CLUSTER_NODE"]
    /// A database server, as a superuser.
    static let databaseURL = environment["TEST_DATABASE_URL"]
    /// Set: the logs of every test are kept below this folder.
    static let keptLogs = environment["TEST_KEEP_LOGS"]

    /// A size that `deploy/bench` sets higher than a test run can wait for.
    static func size(_ name: String, _ usual: Int) -> Int { environment[name].flatMap { Int($0) } ?? usual }

    /// Says what was measured: figures are reported, never asserted.
    static func report(_ figure: String) {
        let line = Data("   measured: \(figure)\n".utf8)
        try? FileHandle.standardError.write(contentsOf: line)
        guard let path = environment["TEST_FIGURES"] else { return }
        if !FileManager.default.fileExists(atPath: path) { try? Data().write(to: URL(filePath: path)) }
        guard let file = FileHandle(forWritingAtPath: path) else { return }
        _ = try? file.seekToEnd()
        try? file.write(contentsOf: line)
        try? file.close()
    }

    static let isPresent = [executables, brokerURL, brokerControl, databaseURL].allSatisfy { $0 != nil }

    /// What the programs inherit: no more than a service manager would give, and the mark by which `deploy/test`
    /// finds what a killed test leaves behind.
    static let inherited = environment.filter {
        ["PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "ML_CONNECTOR_FOLDER"].contains($0.key)
    }
}

/// Something did not happen; says what, and what was seen instead.
struct Disappointment: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Asks every few milliseconds until `condition` holds: other processes are the only witnesses, and cannot call back.
@discardableResult
func eventually<Value>(
    _ what: @autoclosure () -> String,
    within limit: Duration = .seconds(60),
    every pause: Duration = .milliseconds(50),
    isolation: isolated (any Actor)? = #isolation,
    _ condition: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await condition() { return value }
        guard ContinuousClock.now < deadline else {
            throw Disappointment("not within \(limit): \(what())")
        }
        try await Task.sleep(for: pause)
    }
}

extension Bool {
    /// Something for `eventually` to wait for.
    var orNil: Void? { self ? () : nil }
}
