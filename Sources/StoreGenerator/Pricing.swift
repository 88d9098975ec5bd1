/// One line that carries money: a simple, configurable or fixed-bundle line, or a child of a dynamic bundle.
struct PricedLine: Sendable {
    /// Net of tax, as Adobe keeps it.
    var price = Amount.zero
    var priceInclTax = Amount.zero
    var quantity = Amount.zero
    var rowTotal = Amount.zero
    var rowTotalInclTax = Amount.zero
    var discount = Amount.zero
    var discountPercent = Share.none
    var taxRate = Share.none
    var taxBeforeDiscount = Amount.zero
    var tax = Amount.zero
    /// `discount_tax_compensation_amount`: the tax inside a discount taken from a gross price.
    var compensation = Amount.zero
    /// Fixed product tax of the row (`weee_tax_applied_row_amount`).
    var fixedTax = Amount.zero
}

/// An order's amounts in one currency. Base and order currency are each worked out by themselves, as Adobe
/// does, so that `base × rate` is only nearly the other.
struct PricedOrder: Sendable {
    var lines: [PricedLine] = []
    /// Shipping behaves as a line of one unit.
    var shipping = PricedLine()
    var giftCards: [Amount] = []
    var storeCredit = Amount.zero
    var rewardPoints = Amount.zero

    var subtotal: Amount { lines.sum(\.rowTotal) }
    var subtotalInclTax: Amount { lines.sum(\.rowTotalInclTax) }
    /// Positive; items and shipping.
    var discount: Amount { lines.sum(\.discount) + shipping.discount }
    var tax: Amount { lines.sum(\.tax) + shipping.tax }
    /// Of the items only.
    var compensation: Amount { lines.sum(\.compensation) }
    var fixedTax: Amount { lines.sum(\.fixedTax) }
    var giftCardTotal: Amount { giftCards.reduce(.zero, +) }
    var credits: Amount { giftCardTotal + storeCredit + rewardPoints }
    /// Before gift cards, store credit and points.
    var due: Amount {
        subtotal + shipping.rowTotal + tax - discount + compensation + shipping.compensation + fixedTax
    }
    var grandTotal: Amount { due - credits }
}

extension Sequence {
    func sum(_ amount: (Element) -> Amount) -> Amount { reduce(.zero) { $0 + amount($1) } }
}

/// Works out one cart in one currency.
struct Pricing: Sendable {
    let currency: CurrencyScale
    /// From the catalogue's currency to this one, in ten-thousandths.
    let rate: Amount
    let catalogueCurrency: CurrencyScale
    let pricesIncludeTax: Bool
    let destination: Destination

    private var decimals: Int { currency.decimals }

    func price(_ cart: Cart) -> PricedOrder {
        var order = PricedOrder()
        var discountable: [Bool] = []
        var cartLine: [Int] = []
        for (position, line) in cart.lines.enumerated() {
            for (cents, quantity) in Self.carriers(of: line) {
                let isTaxed = line.product.kind.isTaxedAndDiscounted
                var priced = undiscounted(
                    cents: cents,
                    quantity: quantity,
                    rate: isTaxed ? destination.rate : .none
                )
                let unit = converted(cents: line.fixedTaxCents)
                priced.fixedTax = unit.times(quantity, decimals: decimals)
                order.lines.append(priced)
                discountable.append(isTaxed)
                cartLine.append(position)
            }
        }
        order.shipping = undiscounted(
            cents: cart.shippingCents ?? 0,
            quantity: Amount(1),
            rate: destination.taxesShipping ? destination.rate : .none
        )
        discount(&order, cart.discount, discountable: discountable, cartLine: cartLine)
        tax(&order)
        return order
    }

    /// The priced lines of a cart line in order: the line itself, or the children of a dynamic bundle.
    static func carriers(of line: Cart.Line) -> [(cents: Int, quantity: Amount)] {
        guard line.product.kind == .dynamicBundle else { return [(line.product.cents, line.quantity)] }
        return line.product.parts.map { part in
            (part.cents, Amount(tenThousandths: line.quantity.tenThousandths * Int64(part.quantity)))
        }
    }

    private func converted(cents: Int) -> Amount {
        let base = catalogueCurrency.price(cents: cents)
        return base.scaled(by: rate.tenThousandths, over: 10_000, decimals: decimals)
    }

    private func undiscounted(cents: Int, quantity: Amount, rate: Share) -> PricedLine {
        var line = PricedLine()
        line.taxRate = rate
        line.quantity = quantity
        let catalogue = converted(cents: cents)
        let row = catalogue.times(quantity, decimals: decimals)
        if pricesIncludeTax {
            line.priceInclTax = catalogue
            line.price = catalogue - taxWithin(catalogue, rate)
            line.rowTotalInclTax = row
            line.taxBeforeDiscount = taxWithin(row, rate)
            line.rowTotal = row - line.taxBeforeDiscount
        } else {
            line.price = catalogue
            line.priceInclTax = catalogue + taxUpon(catalogue, rate)
            line.rowTotal = row
            line.taxBeforeDiscount = taxUpon(row, rate)
            line.rowTotalInclTax = row + line.taxBeforeDiscount
        }
        return line
    }

    // MARK: discount

    private func discount(
        _ order: inout PricedOrder,
        _ discount: Cart.Discount,
        discountable: [Bool],
        cartLine: [Int]
    ) {
        switch discount {
        case .none: return
        case .percent(let share, _, let alsoShipping):
            for position in order.lines.indices where discountable[position] {
                take(share, from: &order.lines[position])
            }
            if alsoShipping { take(share, from: &order.shipping) }
        case .line(let chosen, let share):
            for position in order.lines.indices where cartLine[position] == chosen && discountable[position] {
                take(share, from: &order.lines[position])
            }
        case .everything:
            for position in order.lines.indices { take(.all, from: &order.lines[position]) }
            take(.all, from: &order.shipping)
        case .amount(let cents, _):
            spread(converted(cents: cents), over: &order, discountable: discountable)
        }
    }

    /// What a discount is taken from: gross where catalogue prices are gross.
    private func discountBase(_ line: PricedLine) -> Amount {
        pricesIncludeTax ? line.rowTotalInclTax : line.rowTotal
    }

    private func take(_ share: Share, from line: inout PricedLine) {
        line.discountPercent = share
        line.discount = discountBase(line)
            .scaled(by: Int64(share.partsPerMillion), over: 1_000_000, decimals: decimals)
    }

    /// A fixed amount falls on the lines in proportion; the cents left over go where the running sum puts them.
    private func spread(_ amount: Amount, over order: inout PricedOrder, discountable: [Bool]) {
        let positions = order.lines.indices.filter { discountable[$0] }
        let whole = positions.map { order.lines[$0] }.sum(discountBase)
        let total = min(amount, whole)
        var reached = Amount.zero
        for position in positions {
            let next = reached + discountBase(order.lines[position])
            order.lines[position].discount = total.share(
                from: reached,
                to: next,
                of: whole,
                decimals: decimals
            )
            reached = next
        }
    }

    // MARK: tax

    private func taxUpon(_ net: Amount, _ rate: Share) -> Amount {
        net.scaled(by: Int64(rate.partsPerMillion), over: 1_000_000, decimals: decimals)
    }

    private func taxWithin(_ gross: Amount, _ rate: Share) -> Amount {
        let parts = Int64(rate.partsPerMillion)
        return gross.scaled(by: parts, over: 1_000_000 + parts, decimals: decimals)
    }

    private func tax(_ order: inout PricedOrder) {
        // Adobe's default algorithm rounds the total and hands the difference to the rows (reference 5.3): here
        // each row's tax is the difference of two rounded running sums.
        var taxed = Amount.zero
        for position in order.lines.indices {
            applyTax(to: &order.lines[position])
            guard !pricesIncludeTax, order.lines[position].taxRate == destination.rate else { continue }
            let base = order.lines[position].rowTotal - order.lines[position].discount
            order.lines[position].tax =
                taxUpon(taxed + base, destination.rate) - taxUpon(taxed, destination.rate)
            taxed += base
        }
        applyTax(to: &order.shipping)
    }

    private func applyTax(to line: inout PricedLine) {
        if pricesIncludeTax {
            line.tax = taxWithin(line.rowTotalInclTax - line.discount, line.taxRate)
            line.compensation = line.taxBeforeDiscount - line.tax
        } else {
            line.tax = taxUpon(line.rowTotal - line.discount, line.taxRate)
        }
    }
}
