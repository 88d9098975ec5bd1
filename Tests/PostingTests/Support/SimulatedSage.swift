import ExactJSON
import HTTPClient
import Logging
import SageSimulation
import Testing

/// A simulated Sage 300 that is really listening, and what a person does there.
struct SimulatedSage: Sendable {
    let address: String
    private let http = HTTPClient()

    init(address: String) { self.address = address }

    private func control(_ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil) async throws
        -> JSON
    {
        let url = address.replacing("/Sage300WebApi", with: "/_simulator/\(path)")
        let response = try await http.send(HTTPRequest(method: method, url: url, body: body?.bytes))
        try #require(response.status == 200, "\(String(decoding: response.body, as: UTF8.self))")
        return try JSON(parsing: response.body)
    }

    func setFaults(_ faults: JSON...) async throws { _ = try await control(.post, "faults", .array(faults)) }

    /// `delete`, `post`, `ready` …, as a person would in Sage 300's own screens.
    func act(_ action: String, batch: Int64, entry: Int? = nil) async throws {
        var order: JSONObject = ["number": .int(Int(batch)), "action": .string(action)]
        if let entry { order["entry"] = .int(entry) }
        _ = try await control(.post, "companies/SAMINC/batches", .object(order))
    }

    func setPassword(_ password: String) async throws {
        _ = try await control(.post, "password", ["user": "CONNECTOR", "password": .string(password)])
    }

    /// How many requests an operation has had, `POST AR/ARInvoiceBatches`.
    func count(_ operation: String) async throws -> Int {
        let counts = try await control(.get, "requests")["counts"]?[operation]?.object
        return (counts ?? JSONObject()).reduce(0) { $0 + ($1.value.int ?? 0) }
    }

    /// How many requests there have been.
    func total() async throws -> Int {
        let counts = try await control(.get, "requests")["counts"]?.object ?? JSONObject()
        return counts.reduce(0) {
            $0 + ($1.value.object ?? JSONObject()).reduce(0) { $0 + ($1.value.int ?? 0) }
        }
    }

    /// What a person changes in a company: `accounts`, `customers`, `periods`.
    func change(_ what: String, _ json: JSON) async throws {
        _ = try await control(.post, "companies/SAMINC/\(what)", json)
    }

    /// How often the first fault has struck.
    func faultsInjected() async throws -> Int {
        try await control(.get, "requests")["faults"]?.array?.first?["injected"]?.int ?? 0
    }

    func failedSignIns() async throws -> Int {
        try await control(.get, "requests")["failedSignIns"]?.int ?? 0
    }
}

/// Runs a simulator on a free port around the body.
func withSimulatedSage(_ yaml: String, _ body: @Sendable (SimulatedSage) async throws -> Void) async throws {
    var logger = Logger(label: "sage-simulator")
    logger.logLevel = .critical
    let simulator = SageSimulator(scenario: try Scenario(yaml: yaml), logger: logger)
    let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
    let server = Task { try await simulator.run { continuation.yield($0) } }
    defer { server.cancel() }
    var iterator = addresses.makeAsyncIterator()
    try await body(SimulatedSage(address: try #require(await iterator.next())))
    server.cancel()
    _ = await server.result
}
