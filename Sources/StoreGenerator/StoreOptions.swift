/// The knobs of a generated store. The defaults make a shop selling everything Adobe Commerce can sell.
public struct StoreOptions: Sendable, Hashable {
    /// Every amount's base currency, unless a store view names its own.
    public var baseCurrency = "USD"
    /// The views, ids 1, 2, … in this order. Never empty in effect: without any there is `default`.
    public var storeViews: [StoreViewOptions] = [
        StoreViewOptions(code: "default", name: "Default Store View", weight: 6),
        StoreViewOptions(code: "us_en", name: "US English", weight: 3),
    ]
    /// Unix seconds: the oldest `created_at`.
    public var startSeconds: Int = 1_793_491_200  // 2026-11-01
    /// Unix seconds: no `created_at` or `updated_at` is later.
    public var endSeconds: Int = 1_795_478_400  // 2026-11-24
    /// Orders placed without an account.
    public var guests: Share = .percent(30)
    /// Orders paid in part or whole by gift card, store credit or reward points (Adobe Commerce only).
    public var credits: Share = .percent(6)
    /// Orders that contain a gift-card product.
    public var giftCardProducts: Share = .percent(3)
    /// Orders with nothing to ship.
    public var virtualOrders: Share = .percent(7)
    /// Orders with a coupon or an automatic discount.
    public var discounts: Share = .percent(30)
    /// Orders that cost nothing.
    public var freeOrders: Share = .permille(8)
    /// Orders with fixed product tax on a line (`weee_*`).
    public var fixedProductTax: Share = .none
    /// Cancelled orders that another order replaces (admin "Edit", reference 5.4).
    public var editedOrders: Share = .permille(6)
    /// How often each life is led, in any unit.
    public var lifecycles: [Lifecycle: Int] = [
        .pending: 7, .pendingPayment: 1, .holded: 1, .processing: 10, .partlyInvoiced: 3, .partlyShipped: 5,
        .complete: 54, .partlyRefunded: 7, .closed: 6, .canceled: 5, .partlyCanceled: 1,
    ]
    /// This many consecutive orders share every second they are created and updated in.
    public var burst = 1
    /// What the store's REST printing does.
    public var version: CommerceVersion = .v246

    /// The defaults.
    public init() {}
}

/// One store view.
public struct StoreViewOptions: Sendable, Hashable {
    /// Code, as in `/rest/{code}/V1`.
    public var code: String
    /// Shown name.
    public var name: String
    /// Orders that fall to it, relative to the others.
    public var weight: Int
    /// What customers pay in; nil: the base currency.
    public var orderCurrency: String?
    /// Of this view's website; nil: the store's.
    public var baseCurrency: String?
    /// Order currency per unit of base currency.
    public var baseToOrderRate: Amount
    /// Catalogue prices include tax and discounts are taken from the gross price.
    public var pricesIncludeTax: Bool
    /// Where its customers live: codes of `US CA GB DE FR JP MX KW`.
    public var countries: [String]
    /// In front of the nine digits of every increment id; nil: nothing for the first view, else the id.
    public var incrementPrefix: String?
    /// Of the view's configuration.
    public var timeZone: String
    /// Of the view's configuration.
    public var locale: String

    /// A view in the base currency with prices before tax, unless told otherwise.
    public init(
        code: String,
        name: String? = nil,
        weight: Int = 1,
        orderCurrency: String? = nil,
        baseCurrency: String? = nil,
        baseToOrderRate: Amount = Amount(1),
        pricesIncludeTax: Bool = false,
        countries: [String] = ["US", "CA"],
        incrementPrefix: String? = nil,
        timeZone: String = "America/Vancouver",
        locale: String = "en_US"
    ) {
        self.code = code
        self.name = name ?? code
        self.weight = weight
        self.orderCurrency = orderCurrency
        self.baseCurrency = baseCurrency
        self.baseToOrderRate = baseToOrderRate
        self.pricesIncludeTax = pricesIncludeTax
        self.countries = countries
        self.incrementPrefix = incrementPrefix
        self.timeZone = timeZone
        self.locale = locale
    }
}

/// A release whose REST output differs (reference 5.2).
public enum CommerceVersion: String, Sendable, Hashable, CaseIterable {
    /// 2.4.5 to 2.4.7: `row_total` after discount.
    case v246 = "2.4.6"
    /// `row_total` from the unit price, ignoring the quantity.
    case v248 = "2.4.8"
    /// As 2.4.6 again.
    case v249 = "2.4.9"
}

/// How far an order has come.
public enum Lifecycle: String, Sendable, Hashable, CaseIterable {
    /// Placed, not paid.
    case pending
    /// At the payment provider.
    case pendingPayment
    /// Held by a person.
    case holded
    /// Invoiced, not shipped.
    case processing
    /// Invoiced and shipped in part.
    case partlyInvoiced
    /// Invoiced, shipped in part.
    case partlyShipped
    /// Invoiced and shipped, at times in two parts.
    case complete
    /// Complete, some of it refunded.
    case partlyRefunded
    /// Refunded in full.
    case closed
    /// Cancelled before anything was invoiced.
    case canceled
    /// One part invoiced and shipped, the rest cancelled.
    case partlyCanceled

    /// Adobe's state; the default status has the same text, except for new orders.
    var state: String {
        switch self {
        case .pending: "new"
        case .pendingPayment: "pending_payment"
        case .holded: "holded"
        case .processing, .partlyInvoiced, .partlyShipped: "processing"
        case .complete, .partlyRefunded, .partlyCanceled: "complete"
        case .closed: "closed"
        case .canceled: "canceled"
        }
    }

    /// Adobe's default status of the state.
    var status: String { self == .pending ? "pending" : state }

    /// Needs a first line of several units.
    var needsParts: Bool {
        switch self {
        case .partlyInvoiced, .partlyShipped, .partlyRefunded, .partlyCanceled: true
        case .pending, .pendingPayment, .holded, .processing, .complete, .closed, .canceled: false
        }
    }
}
