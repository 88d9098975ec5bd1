import AdobeSimulation
import ExactJSON
import Foundation
import HTTPClient
import Logging
import Polling
import StoreGenerator
import Tenancy
import TestBench
import Testing

/// A simulated store, a bench and a poller between them.
struct Shop: Sendable {
    let bench: Bench
    /// Of the store.
    let url: String

    /// What a poller works with.
    func context(_ limits: TenantLimits = TenantLimits()) throws -> PollingContext {
        PollingContext(
            database: bench.database,
            broker: try bench.messages,
            stores: StoreAccess(
                database: bench.database,
                vault: bench.vault,
                http: bench.http,
                logger: bench.logger
            ),
            logger: bench.logger,
            settle: .zero,
            limits: limits
        )
    }

    /// A poller; each is as good as a process of its own.
    func poller(_ limits: TenantLimits = TenantLimits()) throws -> Poller { Poller(try context(limits)) }

    /// Puts a file in force that points to the store.
    func apply(_ change: (inout TenantPlan) -> Void = { _ in }) async throws {
        var plan = TenantPlan()
        plan.adobeURL = url
        change(&plan)
        try await bench.apply(plan)
    }

    /// Asks for a run and carries it out.
    @discardableResult
    func sync() async throws -> Bool { try await poller().runOnce(tenant: bench.tenant, isNow: true) }

    /// Steers the store.
    @discardableResult
    func control(_ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil) async throws -> JSON {
        let response = try await bench.http.send(
            HTTPRequest(method: method, url: "\(url)/_simulator/\(path)", body: body?.bytes)
        )
        try #require(response.status == 200, "\(String(decoding: response.body, as: UTF8.self))")
        return try JSON(parsing: response.body)
    }

    /// What was asked of the store since it opened.
    func requests() async throws -> [JSON] {
        try await control(.get, "requests?last=1000")["last"]?.array ?? []
    }

    /// Puts an order in: one of the store's, with other members.
    func put(_ id: Int, _ members: JSONObject = [:]) async throws {
        var order = try await control(.get, "orders/1").object ?? [:]
        order["entity_id"] = .int(id)
        order["increment_id"] = .string("9\(id)")
        order["updated_at"] = nil
        for (name, value) in members { order[name] = value }
        try await control(.post, "orders", .object(order))
    }
}

/// Opens a store of a few dozen orders, sets a bench up and closes both.
func withShop(
    orders: Int = 30,
    customers: Int = 8,
    scenario change: (inout Scenario) -> Void = { _ in },
    _ body: @escaping @Sendable (Shop) async throws -> Void
) async throws {
    var scenario = Scenario()
    scenario.orders = orders
    scenario.customers = customers
    scenario.seed = 7
    // Orders alone, unless a test wants more: what is refunded or cancelled in part makes documents of its own.
    for life in [Lifecycle.partlyRefunded, .closed, .partlyCanceled] { scenario.store.lifecycles[life] = 0 }
    change(&scenario)
    let simulator = AdobeSimulator(
        scenario: scenario,
        logger: Logger(label: "store") { _ in SwiftLogNoOpLogHandler() }
    )
    let (addresses, announce) = AsyncStream.makeStream(of: String.self)
    try await withThrowingTaskGroup { group in
        group.addTask { try await simulator.run(port: 0) { announce.yield($0) } }
        group.addTask {
            for await url in addresses {
                return try await withBench { try await body(Shop(bench: $0, url: url)) }
            }
        }
        _ = try await group.next()
        group.cancelAll()
    }
}
