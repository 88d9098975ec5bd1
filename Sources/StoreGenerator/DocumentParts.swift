/// How an order is cut into invoices, shipments and credit memos.
struct DocumentParts: Sendable {
    var invoices: [DocumentShare] = []
    var creditMemos: [DocumentShare] = []
    var shipments: [[Amount]] = []

    init(cart: Cart, outline: OrderOutline, random: inout RandomSource, due: Amount) {
        let whole = cart.lines.map(\.quantity)
        let none = whole.map { _ in Amount.zero }
        let half = Self.firstPart(of: cart)
        let stopsHalfway = outline.lifecycle == .partlyInvoiced || outline.lifecycle == .partlyCanceled
        let cuts =
            stopsHalfway ? [none, half] : outline.invoices.count == 2 ? [none, half, whole] : [none, whole]
        for position in 0..<outline.invoices.count {
            invoices.append(
                Self.share(cart, from: cuts[position], to: cuts[position + 1], shipping: position == 0)
            )
        }
        let isPartShipment = stopsHalfway || outline.lifecycle == .partlyShipped
        let shipped =
            isPartShipment
            ? [none, half] : outline.shipments.count == 2 ? [none, half, whole] : [none, whole]
        for position in 0..<outline.shipments.count {
            shipments.append(zip(shipped[position + 1], shipped[position]).map { $0 - $1 })
        }
        guard outline.creditMemos.count > 0 else { return }
        if outline.lifecycle == .closed {
            creditMemos = [Self.share(cart, from: none, to: whole, shipping: true)]
        } else {
            var refunded = none
            refunded[0] = Amount(1)
            var share = Self.share(cart, from: none, to: refunded, shipping: random.chance(.percent(20)))
            if random.chance(.percent(35)), due > Amount(10) {
                share.adjustmentPositive = random.chance(.percent(60)) ? Amount(5) : .zero
                share.adjustmentNegative = share.adjustmentPositive == .zero ? Amount(1) : Amount(2)
            }
            creditMemos = [share]
        }
    }

    /// Half of the first line, every second of the others.
    private static func firstPart(of cart: Cart) -> [Amount] {
        cart.lines.enumerated().map { position, line in
            guard position > 0 else {
                return Amount(Int(line.quantity.tenThousandths / 20_000))
            }
            return position.isMultiple(of: 2) ? .zero : line.quantity
        }
    }

    /// Units of cart lines as units of priced lines: a dynamic bundle's children carry the money.
    private static func share(
        _ cart: Cart,
        from start: [Amount],
        to end: [Amount],
        shipping: Bool
    ) -> DocumentShare {
        var ranges: [(start: Amount, end: Amount)] = []
        for (position, line) in cart.lines.enumerated() {
            for (_, quantity) in Pricing.carriers(of: line) {
                let factor = quantity.tenThousandths / max(line.quantity.tenThousandths, 1)
                ranges.append(
                    (
                        Amount(tenThousandths: start[position].tenThousandths * factor),
                        Amount(tenThousandths: end[position].tenThousandths * factor)
                    )
                )
            }
        }
        return DocumentShare(ranges: ranges, includesShipping: shipping)
    }
}
