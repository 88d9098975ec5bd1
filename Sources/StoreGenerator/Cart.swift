/// What one order buys, before any price is worked out.
struct Cart: Sendable {
    struct Line: Sendable {
        let product: Product
        let quantity: Amount
        /// Fixed product tax per unit, in cents of a dollar.
        let fixedTaxCents: Int
    }

    enum Discount: Sendable {
        case none
        case percent(Share, coupon: String?, alsoShipping: Bool)
        case amount(cents: Int, coupon: String)
        /// An automatic rule on one line.
        case line(Int, Share)
        /// Everything, shipping too.
        case everything(coupon: String)

        var coupon: String? {
            switch self {
            case .none, .line: nil
            case .percent(_, let coupon, _): coupon
            case .amount(_, let coupon), .everything(let coupon): coupon
            }
        }
    }

    struct Credits: Sendable {
        /// Shares of what is due, taken one after the other.
        var giftCards: [Share] = []
        var storeCredit = Share.none
        var rewardPoints = Share.none
    }

    let lines: [Line]
    let discount: Discount
    /// Catalogue price of the shipping, in cents of a dollar; nil for virtual orders.
    let shippingCents: Int?
    let credits: Credits

    init(random: inout RandomSource, outline: OrderOutline, options: StoreOptions) {
        let needsParts = outline.lifecycle.needsParts || outline.invoices.count > 1
        lines = Self.drawLines(
            &random,
            isVirtual: outline.isVirtual,
            needsParts: needsParts,
            options: options
        )
        let isFree = random.chance(options.freeOrders)
        let isDiscounted = random.chance(options.discounts)
        discount =
            isFree ? .everything(coupon: "ONTHEHOUSE") : Self.drawDiscount(&random, isDiscounted, lines.count)
        shippingCents = outline.isVirtual ? nil : random.pick([0, 500, 500, 1500, 995, 1234])
        credits = random.chance(options.credits) && !isFree ? Self.drawCredits(&random) : Credits()
    }

    private static func drawLines(
        _ random: inout RandomSource,
        isVirtual: Bool,
        needsParts: Bool,
        options: StoreOptions
    ) -> [Line] {
        let count = 1 + random.pick(weights: [30, 28, 18, 10, 6, 4, 2, 1, 1])
        var lines = (0..<count).map { position in
            drawLine(
                &random,
                isVirtual: isVirtual,
                position: position,
                needsParts: needsParts,
                options: options
            )
        }
        if random.chance(options.giftCardProducts) {
            lines.append(
                Line(product: random.pick(Catalogue.giftCards), quantity: Amount(1), fixedTaxCents: 0)
            )
        }
        return lines
    }

    private static func drawLine(
        _ random: inout RandomSource,
        isVirtual: Bool,
        position: Int,
        needsParts: Bool,
        options: StoreOptions
    ) -> Line {
        // The first line decides: it is what is shipped or invoiced in parts.
        let needsParts = needsParts && position == 0
        let goesVirtual = isVirtual || (position > 0 && random.chance(.percent(5)))
        let product = random.pick(
            goesVirtual ? Catalogue.virtual : needsParts ? Catalogue.divisible : Catalogue.physical
        )
        let units = needsParts ? random.within(2...5) : 1 + random.pick(weights: [60, 20, 10, 5, 3, 2])
        let quantity =
            product.isQuantityDecimal
            ? Amount(tenThousandths: Int64(random.within(5...120)) * 2500) : Amount(units)
        let isTaxed = random.chance(options.fixedProductTax) && product.kind == .simple
        return Line(product: product, quantity: quantity, fixedTaxCents: isTaxed ? 35 : 0)
    }

    private static func drawDiscount(_ random: inout RandomSource, _ isDiscounted: Bool, _ lines: Int)
        -> Discount
    {
        guard isDiscounted else { return .none }
        switch random.below(10) {
        case 0..<4: return .percent(.percent(10), coupon: "SPRING10", alsoShipping: false)
        case 4: return .percent(Share(partsPerMillion: 333_300), coupon: "THIRD", alsoShipping: false)
        case 5: return .percent(.percent(20), coupon: nil, alsoShipping: true)
        case 6: return .amount(cents: 1000, coupon: "TENOFF")
        case 7: return .amount(cents: 501, coupon: "WELCOME-5.01")
        default: return .line(random.below(lines), .percent(15))
        }
    }

    private static func drawCredits(_ random: inout RandomSource) -> Credits {
        let part = Share.percent(random.within(5...90))
        switch random.below(6) {
        case 0: return Credits(giftCards: [.all])
        case 1: return Credits(giftCards: [part])
        case 2: return Credits(giftCards: [.percent(20), part])
        case 3: return Credits(storeCredit: part)
        case 4: return Credits(rewardPoints: .percent(10))
        default: return Credits(giftCards: [.percent(15)], storeCredit: part, rewardPoints: .percent(50))
        }
    }
}
