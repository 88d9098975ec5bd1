import Accounting
import ExactJSON
import HTTPClient
import Logging
import Sage300
import SageSimulation
import Testing

/// A simulated Sage 300 that is really listening, and a session to it.
struct Rehearsal: Sendable {
    let session: SageSession
    let address: String
    let http: HTTPClient

    func session(user: String = "connector", password: String = "secret") throws -> SageSession {
        SageSession(
            address: try #require(SageAddress(address)),
            user: user,
            password: Secret(password),
            http: http
        )
    }

    /// Changes what goes wrong from now on.
    func setFaults(_ faults: JSON) async throws {
        let url = address.replacing("/Sage300WebApi", with: "/_simulator/faults")
        _ = try await http.send(HTTPRequest(method: .post, url: url, body: faults.bytes))
    }
}

/// Runs a simulator on a free port around the body.
func withRehearsal(_ yaml: String = "", _ body: @Sendable (Rehearsal) async throws -> Void) async throws {
    var logger = Logger(label: "sage-simulator")
    logger.logLevel = .critical
    let simulator = SageSimulator(scenario: try Scenario(yaml: yaml), logger: logger)
    let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
    let server = Task { try await simulator.run { continuation.yield($0) } }
    defer { server.cancel() }
    var iterator = addresses.makeAsyncIterator()
    let address = try #require(await iterator.next())
    let http = HTTPClient()
    let session = SageSession(
        address: try #require(SageAddress(address)),
        user: "connector",
        password: Secret("secret"),
        http: http
    )
    try await body(Rehearsal(session: session, address: address, http: http))
    server.cancel()
    _ = await server.result
}
