/// One row of a company's `rules`: where it applies, and what it decides there.
///
/// Of the rules that apply to a line, or to a document, and say something of what is asked, the first of the tenant
/// file decides. What a rule says of a line's product does not apply to what belongs to no product, such as shipping.
public struct AccountRule: Sendable, Hashable {
    /// Where a rule applies: everything given must be so; what is not given may be anything.
    public struct Condition: Sendable, Hashable {
        /// Codes of store views.
        public var storeViews: [TextPattern] = []
        /// Adobe's product types, such as `bundle`; of a line or of the composite product it is part of.
        public var productTypes: [TextPattern] = []
        /// Stock keeping units, of a line or of the composite product it is part of.
        public var skus: [TextPattern] = []
        /// Codes of the tax rates a line was charged. Adobe's REST does not print a product's tax class on an order
        /// (reference Adobe 3.3, order item); the rates it was charged are what the class came to.
        public var taxCodes: [TextPattern] = []
        /// Adobe's customer groups, by id.
        public var customerGroups: [Int] = []
        /// Codes of payment methods, such as `checkmo`.
        public var paymentMethods: [TextPattern] = []

        /// Everything.
        public init() {}

        /// True when it asks about a line.
        var isAboutLines: Bool { !productTypes.isEmpty || !skus.isEmpty || !taxCodes.isEmpty }
    }

    /// Where an amount goes in Sage 300.
    public enum Target: Sendable, Hashable, CustomStringConvertible {
        /// A GL account.
        case account(String)
        /// An A/R distribution code, which stands for an account there.
        case distributionCode(String)

        /// `4000`, or `code WEBSAL`.
        public var description: String {
            switch self {
            case .account(let account): account
            case .distributionCode(let code): "code \(code)"
            }
        }
    }

    /// What people know it by, in explanations and the audit.
    public var name: String
    /// Where it applies.
    public var condition: Condition
    /// Where amounts go.
    public var targets: [AccountKey: Target]
    /// Sage terms code.
    public var terms: String?
    /// Sage tax group.
    public var taxGroup: String?
    /// Sage optional fields of the invoice, by name.
    public var optionalFields: [String: String]

    /// A rule that decides nothing but what is given.
    public init(
        name: String,
        condition: Condition = Condition(),
        targets: [AccountKey: Target] = [:],
        terms: String? = nil,
        taxGroup: String? = nil,
        optionalFields: [String: String] = [:]
    ) {
        self.name = name
        self.condition = condition
        self.targets = targets
        self.terms = terms
        self.taxGroup = taxGroup
        self.optionalFields = optionalFields
    }
}
