/// Everything about one order and its documents, worked out but not yet written.
struct OrderFacts: Sendable {
    let index: Int
    let outline: OrderOutline
    let options: StoreOptions
    let buyer: Buyer
    let shipTo: Destination
    let cart: Cart
    let items: [ItemRow]
    let amounts: InCurrencies<PricedOrder>
    let invoices: [(share: DocumentShare, amounts: InCurrencies<DocumentAmounts>)]
    let creditMemos: [(share: DocumentShare, amounts: InCurrencies<DocumentAmounts>)]
    /// Units per cart line of each shipment.
    let shipments: [[Amount]]

    var id: Int { index + 1 }
    var view: Int { Int(outline.view) }
    var storeID: Int { view + 1 }
    var isGuest: Bool { outline.customer == nil }
    var customerID: Int? { outline.customer.map { Int($0) + 1 } }
    var lifecycle: Lifecycle { outline.lifecycle }
    var createdAt: String { StoreTime.text(outline.createdSeconds) }
    var updatedAt: String { StoreTime.text(outline.updatedSeconds) }

    init(index: Int, outline: OrderOutline, plan: StorePlan) {
        self.index = index
        self.outline = outline
        options = plan.options
        buyer = outline.customer.map { plan.customer(Int($0)) } ?? plan.guest(Int(outline.guest))
        var random = RandomSource(seed: plan.seed, stream: .cart, index: index)
        let cart = Cart(random: &random, outline: outline, options: plan.options)
        self.cart = cart
        let view = plan.options.views[Int(outline.view)]
        let goesElsewhere = !outline.isVirtual && random.chance(.percent(8))
        shipTo = goesElsewhere ? random.pick(Destination.of(countries: view.countries)) : buyer.destination
        items = ItemRow.rows(of: cart, order: index + 1)
        let amounts = Self.price(cart, shipTo: shipTo, view: Int(outline.view), options: plan.options)
        self.amounts = amounts
        var documents = RandomSource(seed: plan.seed, stream: .documents, index: -1 - index)
        let parts = DocumentParts(cart: cart, outline: outline, random: &documents, due: amounts.base.due)
        invoices = Self.amounts(of: parts.invoices, order: amounts)
        creditMemos = Self.amounts(of: parts.creditMemos, order: amounts)
        shipments = parts.shipments
    }

    private static func price(
        _ cart: Cart,
        shipTo: Destination,
        view position: Int,
        options: StoreOptions
    ) -> InCurrencies<PricedOrder> {
        let view = options.views[position]
        let base = CurrencyScale(options.baseCurrency(ofView: position))
        func priced(_ currency: CurrencyScale, rate: Amount) -> PricedOrder {
            let pricing = Pricing(
                currency: currency,
                rate: rate,
                catalogueCurrency: base,
                pricesIncludeTax: view.pricesIncludeTax,
                destination: shipTo
            )
            var order = pricing.price(cart)
            order.redeem(cart.credits, decimals: currency.decimals)
            return order
        }
        let shown = CurrencyScale(options.orderCurrency(ofView: position))
        return InCurrencies(
            base: priced(base, rate: Amount(1)),
            order: priced(shown, rate: view.baseToOrderRate),
            baseDecimals: base.decimals,
            orderDecimals: shown.decimals
        )
    }

    private static func amounts(
        of shares: [DocumentShare],
        order: InCurrencies<PricedOrder>
    ) -> [(share: DocumentShare, amounts: InCurrencies<DocumentAmounts>)] {
        var documents: [(share: DocumentShare, amounts: InCurrencies<DocumentAmounts>)] = []
        for share in shares {
            let earlier = documents.map(\.amounts)
            let base = DocumentAmounts(
                of: order.base,
                share: share,
                earlier: earlier.map(\.base),
                decimals: order.baseDecimals
            )
            let shown = DocumentAmounts(
                of: order.order,
                share: share,
                earlier: earlier.map(\.order),
                decimals: order.orderDecimals
            )
            documents.append((share, order.with(base: base, order: shown)))
        }
        return documents
    }
}

/// The same thing in base and in order currency.
struct InCurrencies<Value: Sendable>: Sendable {
    let base: Value
    let order: Value
    let baseDecimals: Int
    let orderDecimals: Int

    func with<Other>(base: Other, order: Other) -> InCurrencies<Other> {
        InCurrencies<Other>(
            base: base,
            order: order,
            baseDecimals: baseDecimals,
            orderDecimals: orderDecimals
        )
    }

    func map<Other>(_ transform: (Value) -> Other) -> InCurrencies<Other> {
        with(base: transform(base), order: transform(order))
    }
}

/// One row of `order.items`: parents and children alike.
struct ItemRow: Sendable {
    let id: Int
    let parentID: Int?
    let cartLine: Int
    let product: Product
    /// The child of a composite product; nil: the line itself.
    let part: Product.Part?
    let quantity: Amount
    /// Position among the priced lines; nil: a dummy that carries no money.
    let priced: Int?
    /// A dynamic bundle's parent shows the sum of these priced lines.
    let summed: Range<Int>?

    static func rows(of cart: Cart, order: Int) -> [ItemRow] {
        var rows: [ItemRow] = []
        var priced = 0
        for (position, line) in cart.lines.enumerated() {
            let carriers = Pricing.carriers(of: line).count
            let isDynamic = line.product.kind == .dynamicBundle
            let parentID = order * 100 + rows.count
            rows.append(
                ItemRow(
                    id: parentID,
                    parentID: nil,
                    cartLine: position,
                    product: line.product,
                    part: nil,
                    quantity: line.quantity,
                    priced: isDynamic ? nil : priced,
                    summed: isDynamic ? priced..<priced + carriers : nil
                )
            )
            for (number, part) in line.product.parts.enumerated() {
                rows.append(
                    ItemRow(
                        id: order * 100 + rows.count,
                        parentID: parentID,
                        cartLine: position,
                        product: line.product,
                        part: part,
                        quantity: Amount(
                            tenThousandths: line.quantity.tenThousandths * Int64(part.quantity)
                        ),
                        priced: isDynamic ? priced + number : nil,
                        summed: nil
                    )
                )
            }
            priced += carriers
        }
        return rows
    }
}
