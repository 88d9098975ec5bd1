import ExactJSON
import Foundation
import PostgresClient
import Testing

extension Stage {
    /// Runs `sync TENANT --wait --json` to its end, once a poller has reported for duty.
    @discardableResult
    func sync(_ tenant: String = "acme", status: Int32 = 0, within limit: Duration = .seconds(90))
        async throws -> JSON
    {
        let answer = try await eventually("a poller reports for duty", within: limit) { () -> Answer? in
            let answer = try await run("sync", tenant, "--wait", "--json", within: limit)
            // 3: the poller has not said yet that it is there.
            return answer.status == 3 ? nil : answer
        }
        try #require(answer.status == status, "\(answer.output) \(answer.messages)")
        return try answer.json()
    }

    /// A whole installation with its tenant applied, not yet synced.
    func opened(
        store: String = "",
        orders: Int = 80,
        sage: String = "",
        services: [String] = Stage.services,
        change: (inout TenantPlan) -> Void = { _ in }
    ) async throws -> (plan: TenantPlan, books: Books) {
        async let starting = startStore(orders: orders, scenario: store)
        let sage = try await startSage(sage)
        let store = try await starting
        var plan = TenantPlan(store: store, sage: sage)
        change(&plan)
        try await apply(plan)
        try startServices(services)
        return (plan, Books(store: store, sage: sage))
    }
}

extension Stage {
    /// Waits until a sync is under way: documents are recorded.
    func begun(_ tenant: String = "acme") async throws {
        try await eventually("a sync begins", every: .milliseconds(20)) {
            (try await !states(tenant).isEmpty).orNil
        }
    }

    /// Strikes at random moments as long as there is work under way, at most `times`; then waits for its end.
    /// - Returns: how often it struck.
    @discardableResult
    func disturbed(
        times: Int,
        every milliseconds: ClosedRange<Int>,
        seed: UInt64,
        by strike: (Int) async throws -> Void
    ) async throws -> Int {
        var numbers = SeededNumbers(seed: seed)
        var strikes = 0
        for index in 0..<times {
            try await Task.sleep(for: .milliseconds(Int.random(in: milliseconds, using: &numbers)))
            guard try await isUnderWay() else { break }
            try await strike(index)
            strikes += 1
        }
        try await settled(within: .seconds(90))
        return strikes
    }

    /// Between two pages, and while a poller rests after a cut, no document is under way, but the run is.
    func isUnderWay() async throws -> Bool {
        let states = try await states()
        if ["waiting", "posting", "inDoubt"].contains(where: { states[$0, default: 0] > 0 }) { return true }
        return try await !peek("select id from runs where state in ('requested', 'running')").isEmpty
    }
}

/// Random numbers that are the same for the same seed: what a failing run did can be done again.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
