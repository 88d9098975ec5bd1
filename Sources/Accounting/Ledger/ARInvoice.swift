/// An entry of an AR invoice batch: what will stand in Sage 300, with its own proof.
public struct ARInvoice: Sendable, Hashable {
    /// Invoice or credit note (reference Sage 6.3, `DocumentType`).
    public enum DocumentType: String, Sendable {
        case invoice = "Invoice"
        case creditNote = "CreditNote"
    }

    /// One distribution line.
    public struct Line: Sendable, Hashable {
        /// What the line stands for: decides its account and is shown by `why`.
        public enum Role: String, Sendable, CaseIterable {
            case product, shipping, discount, tax, giftCard, storeCredit, rewardPoints, giftWrapping, fee
            case fixedProductTax, adjustment, rounding
        }
        /// What it stands for.
        public var role: Role
        /// Where it goes.
        public var target: AccountRule.Target
        /// At most 60 characters.
        public var description: String
        /// In the document's currency, at its decimals; negative lowers the document's total.
        public var amount: Amount
        /// Of each of the invoice's `taxes`, in their sequence; empty where the invoice has none.
        public var taxes: [Amount]
        /// The rule of the tenant file that decided where it goes; nil where the company's accounts did.
        public var rule: String?
        /// A line.
        public init(
            role: Role,
            target: AccountRule.Target,
            description: String,
            amount: Amount,
            taxes: [Amount] = [],
            rule: String? = nil
        ) {
            self.role = role
            self.target = target
            self.description = description
            self.amount = amount
            self.taxes = taxes
            self.rule = rule
        }

        /// The GL account, or the distribution code that stands for one.
        public var account: String { target.description }
    }

    /// The tax of one authority, where Sage 300's own tax fields are used.
    public struct Tax: Sendable, Hashable {
        /// Sage tax authority.
        public var authority: String
        /// In the document's currency, at its decimals.
        public var amount: Amount
        /// A tax.
        public init(authority: String, amount: Amount) {
            self.authority = authority
            self.amount = amount
        }
    }

    /// Invoice or credit note.
    public var type: DocumentType
    /// Number in Sage 300.
    public var number: DocumentNumber
    /// The order's increment id, ≤ 22 characters (`OrderNumber`).
    public var orderNumber: String
    /// Customer it is entered for.
    public var customer: CustomerNumber
    /// The invoice a credit note is applied to.
    public var appliesTo: DocumentNumber?
    /// Document and posting date: the company's calendar day.
    public var date: CalendarDate
    /// Currency of every amount.
    public var currency: Currency
    /// Terms code, where the rules set one.
    public var terms: String?
    /// Tax group, where the rules set one.
    public var taxGroup: String?
    /// Tax by authority, in the sequence of the tax group; empty where tax is a line, or none.
    public var taxes: [Tax]
    /// Sage optional fields, by name.
    public var optionalFields: [String: String]
    /// At most 60 characters.
    public var description: String
    /// Distribution lines; they and `taxes` sum to `total`.
    public var lines: [Line]
    /// The store's total of the document, at the currency's decimals; the sum of the lines by construction.
    public var total: Amount
    /// The sums that were compared, and agreed within the cap.
    public var checks: [ArithmeticCheck]
    /// What was shortened or rounded, and why: shown by `why`.
    public var remarks: [String]

    /// An entry from its parts.
    public init(
        type: DocumentType,
        number: DocumentNumber,
        orderNumber: String,
        customer: CustomerNumber,
        appliesTo: DocumentNumber? = nil,
        date: CalendarDate,
        currency: Currency,
        terms: String?,
        taxGroup: String?,
        taxes: [Tax] = [],
        optionalFields: [String: String] = [:],
        description: String,
        lines: [Line],
        total: Amount,
        checks: [ArithmeticCheck] = [],
        remarks: [String] = []
    ) {
        self.type = type
        self.number = number
        self.orderNumber = orderNumber
        self.customer = customer
        self.appliesTo = appliesTo
        self.date = date
        self.currency = currency
        self.terms = terms
        self.taxGroup = taxGroup
        self.taxes = taxes
        self.optionalFields = optionalFields
        self.description = description
        self.lines = lines
        self.total = total
        self.checks = checks
        self.remarks = remarks
    }
}
