/// What an account of the tenant file takes, by its key in `accounts`.
public enum AccountKey: String, Sendable, Hashable, CaseIterable {
    /// Product revenue; the only one that must be set.
    case revenue
    /// Shipping revenue.
    case shipping
    /// Discounts; unset: netted into their lines.
    case discount
    /// Tax payable.
    case tax
    /// Fixed product tax payable; unset: `tax`.
    case fixedProductTax
    /// Gift-card liability.
    case giftCard
    /// Store-credit liability.
    case storeCredit
    /// Reward-point liability.
    case rewardPoints
    /// Gift wrapping; unset: `revenue`.
    case giftWrapping
    /// Custom fees; unset: `revenue`.
    case fee
    /// Credit-memo adjustments.
    case adjustment
    /// Rounding differences.
    case rounding
    /// Revenue not earned before it is shipped; unset: revenue is earned when it is invoiced.
    case deferredRevenue

    /// Its place among all of them.
    fileprivate var place: Int {
        switch self {
        case .revenue: 0
        case .shipping: 1
        case .discount: 2
        case .tax: 3
        case .fixedProductTax: 4
        case .giftCard: 5
        case .storeCredit: 6
        case .rewardPoints: 7
        case .giftWrapping: 8
        case .fee: 9
        case .adjustment: 10
        case .rounding: 11
        case .deferredRevenue: 12
        }
    }

    /// What stands in where this one is not set.
    var substitute: AccountKey? {
        switch self {
        case .fixedProductTax: .tax
        case .giftWrapping, .fee: .revenue
        case .revenue, .shipping, .discount, .tax, .giftCard, .storeCredit, .rewardPoints, .adjustment,
            .rounding,
            .deferredRevenue:
            nil
        }
    }
}

extension CompanyRules {
    /// GL accounts by what they take. Only revenue is required; a document that needs an absent one is dead (mapping).
    public struct Accounts: Sendable, Hashable {
        /// By the keys' places: every line of every document asks.
        private var byPlace: [String?]

        /// Accounts with only revenue set.
        public init(revenue: String) {
            byPlace = Array(repeating: nil, count: AccountKey.allCases.count)
            byPlace[AccountKey.revenue.place] = revenue
        }

        /// The account of a key; nil where it is not set.
        public subscript(key: AccountKey) -> String? {
            get { byPlace[key.place] }
            set { byPlace[key.place] = newValue }
        }
    }
}

extension CompanyRules.Accounts {
    /// Product revenue.
    public var revenue: String { self[.revenue] ?? "" }
    /// Shipping revenue.
    public var shipping: String? {
        get { self[.shipping] }
        set { self[.shipping] = newValue }
    }
    /// Discounts; nil: netted into their lines.
    public var discount: String? {
        get { self[.discount] }
        set { self[.discount] = newValue }
    }
    /// Tax payable.
    public var tax: String? {
        get { self[.tax] }
        set { self[.tax] = newValue }
    }
    /// Gift-card liability.
    public var giftCard: String? {
        get { self[.giftCard] }
        set { self[.giftCard] = newValue }
    }
    /// Store-credit liability.
    public var storeCredit: String? {
        get { self[.storeCredit] }
        set { self[.storeCredit] = newValue }
    }
    /// Reward-point liability.
    public var rewardPoints: String? {
        get { self[.rewardPoints] }
        set { self[.rewardPoints] = newValue }
    }
    /// Credit-memo adjustments.
    public var adjustment: String? {
        get { self[.adjustment] }
        set { self[.adjustment] = newValue }
    }
    /// Rounding differences.
    public var rounding: String? {
        get { self[.rounding] }
        set { self[.rounding] = newValue }
    }
    /// Deferred revenue.
    public var deferredRevenue: String? {
        get { self[.deferredRevenue] }
        set { self[.deferredRevenue] = newValue }
    }
}
