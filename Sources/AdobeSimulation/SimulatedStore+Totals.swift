import ExactJSON
import StoreGenerator
import Synchronization

extension SimulatedStore {
    /// What the store adds up to now: generated figures, corrected by what was put in or taken out.
    func totals() -> JSON {
        let tables = state.withLock { $0.tables }
        var sums: [EntityKind: [Sum]] = [:]
        let generatedTotals = generated.expectedTotals()
        let views = generatedTotals.views
        sums[.orders] = views.map { Sum(count: $0.orders, total: $0.orderTotal) }
        sums[.invoices] = views.map { Sum(count: $0.invoices, total: $0.invoiceTotal) }
        sums[.creditMemos] = views.map { Sum(count: $0.creditMemos, total: $0.creditMemoTotal) }
        sums[.shipments] = views.map { Sum(count: $0.shipments, total: .zero) }
        for (kind, var perView) in sums {
            guard let table = tables[kind] else { continue }
            for id in table.overriddenIDs where table.affectsTotals(id: id) {
                if id >= 1, id <= generated.count(kind) {
                    Self.add(generated.document(kind, at: id - 1), to: &perView, sign: -1)
                }
                if let written = table.document(id: id) { Self.add(written, to: &perView, sign: 1) }
            }
            sums[kind] = perView
        }
        return .object(
            JSONObject([
                (
                    "storeViews",
                    .array(views.indices.map { position in view(views[position], position, sums) })
                ),
                ("counts", counts(tables)),
            ])
        )
    }

    private struct Sum {
        var count: Int
        var total: Amount
    }

    private static func add(_ document: JSON, to sums: inout [Sum], sign: Int) {
        guard let store = document["store_id"]?.int, sums.indices.contains(store - 1) else { return }
        let text = document["base_grand_total"].map { $0.string ?? $0.text } ?? "0"
        let amount = Amount(tenThousandths: DatabaseNumber.tenThousandths(text[...]) ?? 0)
        sums[store - 1].count += sign
        sums[store - 1].total = sign > 0 ? sums[store - 1].total + amount : sums[store - 1].total - amount
    }

    private func view(_ view: ExpectedTotals.View, _ position: Int, _ sums: [EntityKind: [Sum]]) -> JSON {
        var json = JSONObject()
        json["code"] = .string(view.storeView)
        json["storeId"] = .int(position + 1)
        json["baseCurrency"] = .string(view.baseCurrency)
        for (name, kind) in [
            ("order", EntityKind.orders), ("invoice", .invoices), ("creditmemo", .creditMemos),
        ] {
            json[name + "s"] = .int(sums[kind]?[position].count ?? 0)
            json[name + "Total"] = .string((sums[kind]?[position].total ?? .zero).description)
        }
        json["shipments"] = .int(sums[.shipments]?[position].count ?? 0)
        return .object(json)
    }

    private func counts(_ tables: [EntityKind: EntityTable]) -> JSON {
        .object(JSONObject(EntityKind.allCases.map { ($0.rawValue, .int(tables[$0]?.count ?? 0)) }))
    }
}
