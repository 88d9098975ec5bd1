public import Foundation

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
        /// GL account.
        public var account: String
        /// At most 60 characters.
        public var description: String
        /// In the document's currency, at its decimals; negative lowers the document's total.
        public var amount: Decimal
        /// A line.
        public init(role: Role, account: String, description: String, amount: Decimal) {
            self.role = role
            self.account = account
            self.description = description
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
    /// At most 60 characters.
    public var description: String
    /// Distribution lines; their sum is `total`.
    public var lines: [Line]
    /// The store's total of the document, at the currency's decimals; the sum of the lines by construction.
    public var total: Decimal
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
        description: String,
        lines: [Line],
        total: Decimal,
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
        self.description = description
        self.lines = lines
        self.total = total
        self.remarks = remarks
    }
}
