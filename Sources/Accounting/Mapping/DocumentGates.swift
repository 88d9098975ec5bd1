import Foundation

/// What a gate says of a document.
public enum GateDecision: Sendable, Hashable {
    /// It is entered.
    case enter
    /// It waits, for the reason given, until a newer revision.
    case hold(String)
    /// It is not entered, for the reason given.
    case skip(String)
    /// Another document takes its place before it was entered, for the reason given.
    case supersede(String)
}

/// Whether an Adobe invoice becomes an AR invoice. The gates, in this order; the first that speaks decides:
/// `invoiceOn: order` skips, cancelled skips, created before `startDate` skips, total zero with `zeroTotals: skip` skips.
public enum InvoiceGate {
    /// Decides by the invoice, its order and the rules alone.
    public static func decide(_ invoice: StoreInvoice, of order: StoreOrder, _ rules: CompanyRules)
        -> GateDecision
    {
        if rules.invoiceOn == .order {
            return .skip("orders are entered, not Adobe's invoices (invoiceOn: order)")
        }
        if invoice.state == .canceled { return .skip("cancelled in the store") }
        return DocumentGate.decide(
            invoice.createdAt,
            base: invoice.base,
            ordered: invoice.ordered,
            of: order,
            rules
        )
    }
}

/// Whether a credit memo becomes a credit note. The gates, in this order; the first that speaks decides: cancelled
/// skips, created before `startDate` skips, total zero with `zeroTotals: skip` skips.
public enum CreditMemoGate {
    /// Decides by the credit memo, its order and the rules alone.
    public static func decide(_ memo: StoreCreditMemo, of order: StoreOrder, _ rules: CompanyRules)
        -> GateDecision
    {
        if memo.state == .canceled { return .skip("cancelled in the store") }
        return DocumentGate.decide(memo.createdAt, base: memo.base, ordered: memo.ordered, of: order, rules)
    }
}

/// What the gates of invoices and credit memos have in common.
private enum DocumentGate {
    static func decide(
        _ createdAt: Date,
        base: StoreDocumentTotals,
        ordered: StoreDocumentTotals,
        of order: StoreOrder,
        _ rules: CompanyRules
    ) -> GateDecision {
        let created = CalendarDate(createdAt, in: rules.timeZone)
        if let startDate = rules.startDate, created < startDate {
            return .skip("created \(created), before startDate \(startDate)")
        }
        // Without amounts in a currency of the company the mapping fails and says why; no gate does.
        if rules.zeroTotals == .skip, let amounts = try? OrderAmounts(order, rules: rules),
            amounts.total(base: base, ordered: ordered) == 0
        {
            return .skip("total is zero")
        }
        return .enter
    }
}

/// Whether what was cancelled of an order is a document of its own.
public enum CancellationGate {
    /// True for an order with something cancelled. Whether it was ever entered, and so has to be credited, only the
    /// ledger tells.
    public static func isCancelled(_ order: StoreOrder) -> Bool {
        order.state == "canceled" || order.base.canceled > 0 || order.ordered.canceled > 0
            || order.items.contains { $0.quantityCanceled > 0 }
    }

    /// Decides by the order and the rules alone: nothing cancelled any more skips, total zero with `zeroTotals: skip`
    /// skips, where invoices and not orders are entered skips.
    public static func decide(_ order: StoreOrder, _ rules: CompanyRules) -> GateDecision {
        if rules.invoiceOn == .invoice {
            return .skip("invoices are entered, not orders (invoiceOn: invoice)")
        }
        guard isCancelled(order) else { return .skip("nothing is cancelled any more") }
        if rules.zeroTotals == .skip, let amounts = try? OrderAmounts(order, rules: rules),
            amounts.canceledTotal == 0
        {
            return .skip("total is zero")
        }
        return .enter
    }

    /// True for an order that was cancelled before anything was invoiced: unless it is in the ledger by then, its own
    /// gate leaves it out.
    public static func isWhole(_ order: StoreOrder) -> Bool {
        order.state == "canceled" && !order.base.hasInvoice && !order.ordered.hasInvoice
    }
}

/// Whether a shipment recognises deferred revenue.
public enum ShipmentGate {
    /// Decides by the shipment and the rules alone.
    public static func decide(_ shipment: StoreShipment, _ rules: CompanyRules) -> GateDecision {
        guard rules.defersRevenue else { return .skip("no revenue is deferred (accounts.deferredRevenue)") }
        let created = CalendarDate(shipment.createdAt, in: rules.timeZone)
        if let startDate = rules.startDate, created < startDate {
            return .skip("created \(created), before startDate \(startDate)")
        }
        return .enter
    }
}
