import ExactJSON
import Foundation
import Testing

/// Several companies of one tenant, each with a store view of its own.
struct Fleet {
    let store: Simulator
    let sage: Simulator
    let count: Int

    /// What the tenant file says of them: `CO1` sells in the view `view1`, and so on.
    static func plans(_ count: Int) -> [CompanyPlan] {
        (1...count).map { CompanyPlan(code: code($0), storeViews: "view\($0)", prefix: prefix($0)) }
    }

    static func code(_ number: Int) -> String { "CO\(number)" }

    static func prefix(_ number: Int) -> String { "A\(number)" }

    /// Lines of the store's scenario.
    /// - Parameter life: of every order; `processing` ones are to be posted.
    static func storeScenario(_ count: Int, life: String) -> String {
        """
        storeViews: [\((1...count).map { "{code: view\($0), weight: 1}" }.joined(separator: ", "))]
        lifecycles: {\(life): 1}
        freeOrders: 0
        credits: 0
        editedOrders: 0
        """
    }

    /// Lines of Sage 300's scenario.
    /// - Parameter rules: of every company.
    static func sageScenario(_ count: Int, rules: String = "{}", kept: Int = 20_000) -> String {
        let list = (1...count).map { "{code: \(code($0)), rules: \(rules)}" }.joined(separator: ", ")
        return """
            keptRequests: \(kept)
            companies: [\(list)]

            """
    }

    var codes: [String] { (1...count).map(Self.code) }

    func books(_ number: Int) -> Books { Books(store: store, sage: sage, code: Self.code(number)) }

    /// Orders that are to be posted: by company, document number and total.
    func due() async throws -> [String: [String: Decimal]] {
        let orders = try #require(try await store.read("totals")["counts"]?["orders"]?.int)
        var due: [String: [String: Decimal]] = [:]
        for id in 1...max(orders, 1) {
            let order = try await store.read("orders/\(id)")
            let total = try #require(order["base_grand_total"]?.decimal).cents
            // What is virtual is complete as soon as it is paid.
            guard ["processing", "complete"].contains(order["status"]?.string), total != 0 else { continue }
            let view = try #require(order["store_id"]?.int)
            let number = try #require(order["increment_id"]?.string)
            due[Self.code(view), default: [:]][Self.prefix(view) + number] = total
        }
        return due
    }

    /// Every due order is posted once with its total, receivables are what was sold, and debits equal credits.
    /// - Returns: how many documents that are.
    @discardableResult
    func agree() async throws -> Int {
        let due = try await due()
        for number in 1...count {
            let books = books(number)
            let expected = due[books.code] ?? [:]
            let posted = try await books.posted()
            let missing = expected.filter { posted[$0.key] == nil }.keys.sorted()
            let wrong = posted.filter { expected[$0.key] != $0.value }.keys.sorted()
            try #require(
                missing == [] && wrong == [],
                "\(books.code): \(expected.count) due, not posted \(missing), other \(wrong)"
            )
            let balance = try #require(try await books.company()["trialBalance"])
            try #require(balance["sum"]?.string == "0")
            let receivables = balance["accounts"]?["1200"]?.string.flatMap { Decimal(string: $0) } ?? 0
            try #require(receivables == expected.values.reduce(0, +), "\(books.code)")
        }
        return due.values.reduce(0) { $0 + $1.count }
    }

    /// What could still be posted a second time: by company, documents that stand in more than one live batch, or in one
    /// that is still Open.
    func leftovers() async throws -> [String: [String]] {
        var leftovers: [String: [String]] = [:]
        let companies = try await sage.read("books")["companies"]
        for number in 1...count {
            let books = books(number)
            let twice = companies?[books.code]?["duplicates"]?.array ?? []
            let open = try await books.openEntries()
            let all = Set(twice.compactMap { $0["document"]?.string } + open)
            if !all.isEmpty { leftovers[books.code] = all.sorted() }
        }
        return leftovers
    }

    /// Waits until late twins are emptied: they are looked for in the background, now and then.
    func cleared(within limit: Duration = .seconds(120)) async throws {
        var last: [String: [String]] = [:]
        try await eventually(
            "nothing stands twice or is left Open: \(last)",
            within: limit,
            every: .seconds(1)
        ) {
            last = try await leftovers()
            return last.isEmpty.orNil
        }
    }
}

extension Stage {
    /// A whole installation of one tenant with several companies, not yet synced.
    func openedFleet(
        _ count: Int,
        orders: Int,
        life: String = "processing",
        store: String = "",
        sage: String = "",
        rules: String = "{}",
        services: [String] = Stage.services,
        environment: [String: String] = [:],
        change: (inout TenantPlan) -> Void = { _ in }
    ) async throws -> (plan: TenantPlan, fleet: Fleet) {
        async let starting = startStore(
            orders: orders,
            scenario: Fleet.storeScenario(count, life: life) + "\n" + store
        )
        let sage = try await startSage(Fleet.sageScenario(count, rules: rules, kept: 200_000) + sage)
        let store = try await starting
        var plan = TenantPlan(store: store, sage: sage)
        plan.several = Fleet.plans(count)
        change(&plan)
        try await apply(plan)
        try startServices(services, environment: environment)
        return (plan, Fleet(store: store, sage: sage, count: count))
    }
}
