import ExactJSON
import StoreGenerator
import Testing

@testable import AdobeSimulation

@Suite(.timeLimit(.minutes(1)))
struct Tables {
    private struct Dice {
        var state: UInt64

        mutating func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
    }

    private static let store = StoreGenerator(seed: 5).store(customers: 20, orders: 60)

    @Test(
        "whatever is put in, changed and taken out, both orders are those of a sorted list",
        arguments: EntityKind.allCases
    )
    func ordersStayThoseOfASortedList(_ kind: EntityKind) {
        var table = EntityTable(kind, of: Self.store)
        var model: [Int: Int] = [:]
        for position in 0..<table.count {
            model[position + 1] = Self.store.outline(kind, at: position).updatedSeconds
        }
        let times = Array(Set(model.values)).sorted()
        var dice = Dice(state: 11)
        for _ in 0..<400 {
            let id = dice.below(90) + 1
            // Shared and new seconds, before, between and behind the generated ones.
            let time = times[dice.below(times.count)] + dice.below(3) * 5000 - 5000
            switch dice.below(4) {
            case 0:
                #expect(table.remove(id: id) == (model.removeValue(forKey: id) != nil))
            case 1:
                table.put(["entity_id": .int(id), "updated_at": .string(StoreTime.text(time))], id: id)
                model[id] = time
            case 2 where model[id] != nil:
                table.change(["updated_at": .string(StoreTime.text(time))], id: id)
                model[id] = time
            default:
                table.change(["status": "touched"], id: id)
            }
            let expected = model.map { EntityTable.Key(value: $0.value, id: $0.key) }.sorted()
            #expect(table.count == expected.count)
            let rank = dice.below(expected.count + 1)
            #expect(Self.read(table.timeline, from: rank) == Array(expected[rank...]))
            #expect(Self.read(table.ids, from: rank).map(\.id) == model.keys.sorted()[rank...].map { $0 })
            if rank < expected.count { #expect(table.timeline.rank(of: expected[rank]) == rank) }
        }
    }

    private static func read(_ keys: OrderedKeys, from rank: Int) -> [EntityTable.Key] {
        var cursor = keys.cursor(at: rank)
        var read: [EntityTable.Key] = []
        while let key = cursor.next() { read.append(key) }
        return read
    }

    @Test func anIDIsNeverGivenTwice() {
        var table = EntityTable(.orders, of: Self.store)
        #expect(table.nextID == 61)
        table.put(["entity_id": 61], id: 61)
        table.remove(id: 61)
        #expect(table.nextID == 62)
    }

    @Test(
        "a column with an index is looked up without writing the others",
        arguments: [
            (EntityKind.orders, "increment_id"), (.invoices, "increment_id"), (.shipments, "increment_id"),
            (.creditMemos, "increment_id"), (.invoices, "order_id"), (.shipments, "order_id"),
            (.creditMemos, "order_id"), (.customers, "email"), (.orders, "entity_id"),
            (.orders, "customer_id"),
        ]
    )
    func lookups(_ kind: EntityKind, _ column: String) throws {
        let values = (0..<Self.store.count(kind)).map { position -> String in
            let value = Self.store.document(kind, at: position)[column]
            return value?.string ?? value?.text ?? ""
        }
        for value in Set(values) where !value.isEmpty {
            let expected = values.indices.filter { values[$0] == value }
            let found = try #require(Self.store.positions(kind, where: column, isAnyOf: [value, "nothing"]))
            #expect(Set(found).isSuperset(of: expected))
        }
        #expect(Self.store.positions(kind, where: "status", isAnyOf: ["complete"]) == nil)
    }
}
