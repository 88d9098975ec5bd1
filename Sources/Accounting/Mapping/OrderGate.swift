import Foundation

/// Whether an order becomes an AR invoice now, later or never. The gates, in this order; the first that speaks decides:
///
/// | gate | decision | reason, word for word |
/// | --- | --- | --- |
/// | `invoiceOn: invoice` | skip | `invoices are entered, not orders (invoiceOn: invoice)` |
/// | created before `startDate`, company calendar | skip | `created 2025-12-31, before startDate 2026-01-01` |
/// | the same, and an edit replaced it | supersede | `replaced by an edited order` |
/// | state `canceled`, nothing invoiced | skip | `cancelled with nothing invoiced` |
/// | status not in `statuses` | hold | `status pending` |
/// | total zero and `zeroTotals: skip` | skip | `total is zero` |
///
/// The status comes before the total, because an order Adobe is still working on may change its total
/// (reference Adobe 3.4, `received`).
public enum OrderGate {
    /// Decides by the order and the rules alone. An order that fails a later mapping may well pass here.
    public static func decide(_ order: StoreOrder, _ rules: CompanyRules) -> GateDecision {
        if rules.invoiceOn == .invoice {
            return .skip("invoices are entered, not orders (invoiceOn: invoice)")
        }
        let created = CalendarDate(order.createdAt, in: rules.timeZone)
        if let startDate = rules.startDate, created < startDate {
            return .skip("created \(created), before startDate \(startDate)")
        }
        if order.state == "canceled", !order.base.hasInvoice {
            guard !order.isReplaced else { return .supersede("replaced by an edited order") }
            return .skip("cancelled with nothing invoiced")
        }
        guard rules.statuses.contains(order.status) else { return .hold("status \(order.status)") }
        // Without amounts in a currency of the company the mapping fails and says why; no gate does.
        if rules.zeroTotals == .skip, let amounts = try? OrderAmounts(order, rules: rules),
            amounts.documentTotal == 0
        {
            return .skip("total is zero")
        }
        return .enter
    }
}
