import ExactJSON
import StoreGenerator
import Synchronization
import Testing

@testable import AdobeSimulation

@Suite struct ScenarioFiles {
    @Test func everyKeyIsRead() throws {
        let scenario = try Scenario(
            yaml: """
                seed: 7
                customers: 3
                orders: 4
                baseCurrency: CAD
                storeViews: [default, {code: fr, currency: EUR, rate: 0.68, pricesIncludeTax: true, countries: [FR]}]
                from: 2026-10-01
                to: 2026-10-31 12:00:00
                guests: 0.25
                lifecycles: {complete: 3, closed: 1}
                auth: oauth1
                strict: false
                clockOffset: -30
                credentials: {consumerKey: abc}
                documents:
                  orders:
                    - '{"entity_id": 77, "base_grand_total": 10.50, "updated_at": "2026-10-05 00:00:00"}'
                    - {entity_id: 78, base_grand_total: 0.10}
                faults:
                  - {on: "GET orders*", kind: latency, probability: 0.5, milliseconds: 20}
                """
        )
        #expect(scenario.store.baseCurrency == "CAD")
        #expect(scenario.store.storeViews.map(\.code) == ["default", "fr"])
        #expect(scenario.store.storeViews[1].baseToOrderRate.description == "0.68")
        #expect(scenario.store.guests.partsPerMillion == 250_000)
        #expect(
            scenario.faults == [
                Fault(
                    on: "GET orders*",
                    kind: .latency,
                    occurrence: .probability(.percent(50)),
                    milliseconds: 20
                )
            ]
        )
        let documents = try #require(scenario.documents[.orders])
        #expect(documents.map { $0["base_grand_total"]?.text } == ["10.50", "0.10"])
        let store = SimulatedStore(scenario: scenario)
        #expect(store.state.withLock { $0.tables[.orders]?.count } == 6)
    }

    @Test(
        "a mistake is refused with its line",
        arguments: [
            ("seed: 1\nordres: 5", 2, "unknown key ordres"),
            ("orders: many", 1, "orders: expected a whole number"),
            ("auth: basic", 1, "auth: basic is not one of oauth1, ims"),
            ("guests: 2", 1, "guests: expected a share"),
            ("faults:\n- {on: x}", 2, "kind is missing"), ("from: yesterday", 1, "from: expected YYYY-MM-DD"),
            ("documents:\n  orders:\n  - '{'", 3, "not valid JSON"),
        ]
    )
    func mistakes(_ yaml: String, _ line: Int, _ problem: String) {
        let error = #expect(throws: ScenarioError.self) { try Scenario(yaml: yaml) }
        #expect(error?.line == line)
        #expect(error?.problem.hasPrefix(problem) == true, "\(error?.problem ?? "")")
    }

    @Test(
        "patterns",
        arguments: [
            ("GET orders*", "GET", "orders/12", true), ("GET orders*", "POST", "orders", false),
            ("orders", "GET", "orders/12", false), ("*", "GET", "anything", true),
            ("GET *memo*", "GET", "creditmemos", true),
        ]
    )
    func patterns(_ pattern: String, _ method: String, _ resource: String, _ matches: Bool) {
        #expect(FaultPlan.matches(pattern, method, resource) == matches)
    }
}
