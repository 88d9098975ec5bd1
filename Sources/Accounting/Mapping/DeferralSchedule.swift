import Foundation

/// What of an order's deferred revenue each of its shipments recognises, and what each credit memo takes back.
///
/// A row's units stand in line: shipments take from the front, in the sequence they were made; what was cancelled and
/// what is refunded before it is shipped is taken from the back, unshipped units first, as Adobe does. A range of units
/// is worth the difference of two rounded shares of the row, so that all ranges sum to the row, to the last digit,
/// whatever is known when of the others.
struct DeferralSchedule {
    /// What one shipment recognises or one credit memo takes back.
    struct Outcome {
        /// By `item_id` of the row.
        var parts: [Int64: DeferredPart] = [:]
        /// Of the shipping after discount.
        var shipping: Amount = 0
        /// Units there was nothing deferred left for.
        var excess: Amount = 0
    }

    private let order: StoreOrder
    private let amounts: OrderAmounts
    private let rows: [DeferredRow]
    private let units: ShippedUnits
    private let recognition: CompanyRules.ShippingRecognition
    private let shipping: Amount

    init(_ order: StoreOrder, _ amounts: OrderAmounts, rules: CompanyRules) {
        self.order = order
        self.amounts = amounts
        recognition = rules.shippingRecognition
        let billing = Billing(order, amounts)
        let items = OrderItems(order)
        units = ShippedUnits(order, items)
        rows = billing.rows.filter { $0.isPhysical && $0.quantity > 0 }.map { row in
            DeferredRow(row, items[row.itemID], amounts, isByInvoice: rules.invoiceOn == .invoice)
        }
        let isCanceled = amounts.totals.canceled != 0 || order.state == "canceled"
        let wasEverCharged = !isCanceled || amounts.totals.shippingInvoiced != 0
        shipping =
            rows.isEmpty || !wasEverCharged
            ? 0 : (billing.shipping - billing.shippingDiscount).rounded(to: amounts.currency)
    }

    /// What cancelling took back of a row.
    func cancellation(of itemID: Int64) -> DeferredPart {
        guard let row = rows.first(where: { $0.itemID == itemID }) else { return .nothing }
        return row.part(from: row.units - row.fromBack, to: row.units)
    }

    /// The outcomes of everything in a history, by `entity_id`.
    func outcomes(of history: OrderHistory) -> (shipments: [Int64: Outcome], creditMemos: [Int64: Outcome]) {
        var rows = rows
        var shippingLeft = shipping
        var shipments: [Int64: Outcome] = [:]
        var memos: [Int64: Outcome] = [:]
        for event in OrderEvent.all(of: history) {
            let unitsBefore = rows.sum(\.left)
            switch event {
            case .shipment(let shipment):
                var outcome = ship(shipment, &rows)
                let shipped = unitsBefore - rows.sum(\.left)
                outcome.shipping = shippingShare(of: shippingLeft, units: shipped, of: unitsBefore)
                shippingLeft -= outcome.shipping
                shipments[shipment.entityID] = outcome
            case .creditMemo(let memo):
                var outcome = refund(memo, &rows)
                let billing = Billing(memo, of: order, amounts)
                let refunded = (billing.shipping - billing.shippingDiscount).rounded(to: amounts.currency)
                outcome.shipping = min(max(refunded, 0), shippingLeft)
                if rows.allSatisfy({ $0.left <= 0 }) {
                    // Nothing is left to ship: what was kept of the shipping is earned now.
                    outcome.shipping = shippingLeft
                }
                shippingLeft -= outcome.shipping
                memos[memo.entityID] = outcome
            }
        }
        return (shipments, memos)
    }

    private func ship(_ shipment: StoreShipment, _ rows: inout [DeferredRow]) -> Outcome {
        var outcome = Outcome()
        for position in rows.indices {
            let wanted = units.shipped(of: rows[position].itemID, by: shipment)
            guard wanted > 0 else { continue }
            let taken = min(wanted, max(rows[position].left, 0))
            let start = rows[position].fromFront
            rows[position].fromFront += taken
            outcome.parts[rows[position].itemID] = rows[position].part(from: start, to: start + taken)
            outcome.excess += wanted - taken
        }
        return outcome
    }

    private func refund(_ memo: StoreCreditMemo, _ rows: inout [DeferredRow]) -> Outcome {
        var outcome = Outcome()
        for line in memo.lines {
            guard let position = rows.firstIndex(where: { $0.itemID == line.orderItemID }) else { continue }
            let taken = min(line.quantity, max(rows[position].left, 0))
            guard taken > 0 else { continue }
            let end = rows[position].units - rows[position].fromBack
            rows[position].fromBack += taken
            outcome.parts[line.orderItemID] = rows[position].part(from: end - taken, to: end)
        }
        return outcome
    }

    private func shippingShare(of left: Amount, units: Amount, of all: Amount) -> Amount {
        switch recognition {
        case .first: left
        case .share: units >= all ? left : left.part(units, of: all, decimals: amounts.currency.minorDigits)
        }
    }
}

/// A part of a deferred row: before and after discount.
struct DeferredPart: Sendable, Hashable {
    var gross: Amount
    var net: Amount
    static let nothing = DeferredPart(gross: 0, net: 0)
}

/// A row whose revenue is earned by shipping it.
private struct DeferredRow {
    let itemID: Int64
    let units: Amount
    let whole: DeferredPart
    let decimals: Int
    var fromFront: Amount = 0
    var fromBack: Amount

    var left: Amount { units - fromFront - fromBack }

    /// - Parameter isByInvoice: what was cancelled was never invoiced, and so never deferred.
    init(_ row: BilledRow, _ item: StoreOrderItem?, _ amounts: OrderAmounts, isByInvoice: Bool) {
        let canceled = item.map { min(max($0.quantityCanceled, 0), row.quantity) } ?? 0
        let invoiced = canceled > 0 && isByInvoice ? item.flatMap { amounts.amounts(of: $0).invoiced } : nil
        var whole = DeferredPart(gross: row.gross, net: row.net)
        if let invoiced {
            let discount = invoiced.discount - (invoiced.discountTaxCompensation ?? 0)
            whole = DeferredPart(gross: invoiced.row, net: invoiced.row - discount)
        }
        itemID = row.itemID
        units = invoiced == nil ? row.quantity : row.quantity - canceled
        fromBack = invoiced == nil ? canceled : 0
        self.whole = DeferredPart(
            gross: whole.gross.rounded(to: amounts.currency),
            net: whole.net.rounded(to: amounts.currency)
        )
        decimals = amounts.currency.minorDigits
    }

    func part(from start: Amount, to end: Amount) -> DeferredPart {
        func slice(_ amount: Amount) -> Amount {
            amount.part(end, of: units, decimals: decimals)
                - amount.part(start, of: units, decimals: decimals)
        }
        return DeferredPart(gross: slice(whole.gross), net: slice(whole.net))
    }
}

/// What happens to an order, in the sequence it was made.
private enum OrderEvent {
    case shipment(StoreShipment)
    case creditMemo(StoreCreditMemo)

    static func all(of history: OrderHistory) -> [OrderEvent] {
        let events =
            history.shipments.map(OrderEvent.shipment)
            + history.creditMemos.filter {
                $0.state != .canceled
            }.map(OrderEvent.creditMemo)
        return events.sorted { $0.place < $1.place }
    }

    /// Of the same second, shipments come first.
    private var place: (Date, Int, Int64) {
        switch self {
        case .shipment(let shipment): (shipment.createdAt, 0, shipment.entityID)
        case .creditMemo(let memo): (memo.createdAt, 1, memo.entityID)
        }
    }
}

/// How many units of a row a shipment is of: bundles are shipped as a whole by their parent's line, or in parts by
/// their children's (reference Adobe 3.5), whichever of them carries the money.
private struct ShippedUnits {
    private let items: OrderItems

    init(_ order: StoreOrder, _ items: OrderItems) { self.items = items }

    func shipped(of itemID: Int64, by shipment: StoreShipment) -> Amount {
        guard let item = items[itemID] else { return 0 }
        let direct = quantity(of: itemID, in: shipment)
        if direct > 0 { return direct }
        if let parent = items.parent(of: itemID), parent.quantity > 0 {
            let whole = quantity(of: parent.itemID, in: shipment)
            if whole > 0 { return item.quantity.part(whole, of: parent.quantity, decimals: 4) }
        }
        let children = items.children(of: itemID).compactMap { items[$0] }.filter(\.isPhysical)
        let sent = children.sum { quantity(of: $0.itemID, in: shipment) }
        return sent > 0 ? item.quantity.part(sent, of: children.sum(\.quantity), decimals: 4) : 0
    }

    private func quantity(of itemID: Int64, in shipment: StoreShipment) -> Amount {
        shipment.lines.reduce(Amount.zero) { $1.orderItemID == itemID ? $0 + $1.quantity : $0 }
    }
}
