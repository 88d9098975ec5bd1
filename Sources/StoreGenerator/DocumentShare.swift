/// The part of an order an invoice or credit memo covers: from which unit to which of every priced line, and
/// whether the shipping goes along.
struct DocumentShare: Sendable {
    /// One for each priced line, as quantities already covered before and after this document.
    var ranges: [(start: Amount, end: Amount)]
    var includesShipping: Bool
    var adjustmentPositive = Amount.zero
    var adjustmentNegative = Amount.zero

    func quantity(_ line: Int) -> Amount { ranges[line].end - ranges[line].start }
}

/// The amounts of an invoice or credit memo in one currency.
struct DocumentAmounts: Sendable {
    var lines: [PricedLine]
    var shipping = PricedLine()
    var giftCards = Amount.zero
    var storeCredit = Amount.zero
    var rewardPoints = Amount.zero
    var adjustmentPositive = Amount.zero
    var adjustmentNegative = Amount.zero

    var subtotal: Amount { lines.sum(\.rowTotal) }
    var subtotalInclTax: Amount { lines.sum(\.rowTotalInclTax) }
    var discount: Amount { lines.sum(\.discount) + shipping.discount }
    var tax: Amount { lines.sum(\.tax) + shipping.tax }
    /// Of the items only.
    var compensation: Amount { lines.sum(\.compensation) }
    var fixedTax: Amount { lines.sum(\.fixedTax) }
    var adjustment: Amount { adjustmentPositive - adjustmentNegative }
    var due: Amount {
        subtotal + shipping.rowTotal + tax - discount + compensation + shipping.compensation + fixedTax
            + adjustment
    }
    var grandTotal: Amount { due - giftCards - storeCredit - rewardPoints }

    /// This document's part of the order; credits are used up first, after those `earlier` documents used.
    init(of order: PricedOrder, share: DocumentShare, earlier: [DocumentAmounts], decimals: Int) {
        lines = zip(order.lines, share.ranges).map { line, range in
            line.part(from: range.start, to: range.end, decimals: decimals)
        }
        if share.includesShipping { shipping = order.shipping }
        // Parts are each rounded, but come to no less than nothing and to no more than is left of the order.
        let open = max(order.due - earlier.sum { $0.due - $0.adjustment }, .zero)
        let excess = due < .zero ? due : max(due - open, .zero)
        if excess != .zero, let line = lines.indices.max(by: { lines[$0].discount < lines[$1].discount }) {
            lines[line].discount += excess
        }
        adjustmentPositive = share.adjustmentPositive
        // Adobe refuses a refund below nothing.
        adjustmentNegative = min(share.adjustmentNegative, max(due, .zero))
        var left = due
        func use(_ whole: Amount, _ used: (DocumentAmounts) -> Amount) -> Amount {
            let taken = min(whole - earlier.sum(used), max(left, .zero))
            left -= taken
            return taken
        }
        giftCards = use(order.giftCardTotal) { $0.giftCards }
        storeCredit = use(order.storeCredit) { $0.storeCredit }
        rewardPoints = use(order.rewardPoints) { $0.rewardPoints }
    }
}

extension PricedLine {
    /// The part of this line from one unit to another; all parts together are the line to the cent.
    func part(from start: Amount, to end: Amount, decimals: Int) -> PricedLine {
        func cut(_ amount: Amount) -> Amount {
            amount.share(from: start, to: end, of: quantity, decimals: decimals)
        }
        var part = self
        part.quantity = end - start
        part.rowTotal = cut(rowTotal)
        part.discount = cut(discount)
        part.tax = cut(tax)
        part.compensation = cut(compensation)
        part.fixedTax = cut(fixedTax)
        part.taxBeforeDiscount = cut(taxBeforeDiscount)
        part.rowTotalInclTax = part.rowTotal + part.taxBeforeDiscount
        return part
    }
}
