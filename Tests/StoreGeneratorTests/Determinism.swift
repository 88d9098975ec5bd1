import ExactJSON
import StoreGenerator
import Testing

@Suite(.timeLimit(.minutes(1)))
struct Determinism {
    @Test(arguments: EntityKind.allCases)
    func theSameSeedMakesTheSameEntityWhateverWasAskedBefore(_ kind: EntityKind) {
        let first = StoreGenerator(seed: 77).store(customers: 40, orders: 200)
        let second = StoreGenerator(seed: 77).store(customers: 40, orders: 200)
        let forwards = (0..<first.count(kind)).map { first.document(kind, at: $0).text }
        let backwards = (0..<second.count(kind)).reversed().map { second.document(kind, at: $0).text }
        #expect(!forwards.isEmpty)
        #expect(forwards == backwards.reversed())
    }

    @Test func anotherSeedMakesAnotherStore() {
        let first = StoreGenerator(seed: 1).store(customers: 5, orders: 5).document(.orders, at: 3)
        let second = StoreGenerator(seed: 2).store(customers: 5, orders: 5).document(.orders, at: 3)
        #expect(first != second)
    }

    /// A change of the generator that alters existing stores must be a decision, not an accident.
    @Test func aKnownStoreStaysAsItIs() {
        let totals = StoreGenerator(seed: 42).store(customers: 50, orders: 500).expectedTotals()
        #expect(totals.views.map(\.orderTotal.description) == ["72904.38", "39186.66"])
    }

    @Test func expectedTotalsAreTheSumOfTheDocuments() {
        let store = StoreGenerator(seed: 8).store(customers: 30, orders: 300)
        let totals = store.expectedTotals()
        var sums = [0, 0]
        for position in 0..<300 {
            let order = store.document(.orders, at: position)
            sums[number(order, "store_id") - 1] += money(order, "base_grand_total")
        }
        #expect(totals.views.map { Int($0.orderTotal.tenThousandths) } == sums)
        #expect(totals.views.map(\.orders).reduce(0, +) == 300)
    }
}
