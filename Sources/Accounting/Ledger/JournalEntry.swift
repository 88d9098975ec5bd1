/// An entry of a G/L journal batch: what a shipment recognises. Its details sum to zero.
public struct JournalEntry: Sendable, Hashable {
    /// One detail.
    public struct Detail: Sendable, Hashable {
        /// What a detail stands for.
        public enum Role: String, Sendable, CaseIterable {
            case deferredRevenue, revenue, discount, shipping
        }
        /// What it stands for.
        public var role: Role
        /// GL account. A distribution code is of no use in the G/L.
        public var account: String
        /// At most 60 characters.
        public var description: String
        /// In the entry's currency, at its decimals: a debit is positive, a credit negative (reference Sage 7).
        public var amount: Amount
        /// The rule of the tenant file that decided the account; nil where the company's accounts did.
        public var rule: String?

        /// A detail.
        public init(role: Role, account: String, description: String, amount: Amount, rule: String? = nil) {
            self.role = role
            self.account = account
            self.description = description
            self.amount = amount
            self.rule = rule
        }
    }

    /// The shipment's number, which the entry's reference carries.
    public var number: DocumentNumber
    /// The order's increment id.
    public var orderNumber: String
    /// Document and posting date: the company's calendar day.
    public var date: CalendarDate
    /// Currency of every amount.
    public var currency: Currency
    /// At most 60 characters.
    public var description: String
    /// Details; empty when nothing is left to recognise.
    public var details: [Detail]
    /// What was shortened or could not be recognised, and why.
    public var remarks: [String]

    /// An entry from its parts.
    public init(
        number: DocumentNumber,
        orderNumber: String,
        date: CalendarDate,
        currency: Currency,
        description: String,
        details: [Detail],
        remarks: [String] = []
    ) {
        self.number = number
        self.orderNumber = orderNumber
        self.date = date
        self.currency = currency
        self.description = description
        self.details = details
        self.remarks = remarks
    }

    /// What is recognised: the sum of the debits.
    public var total: Amount { details.reduce(.zero) { $0 + Swift.max($1.amount, .zero) } }

    /// The entry in plain text, one line each, in aligned columns. Holds no personal data.
    public var explanation: String {
        var text = ["Journal entry \(number), \(date), \(currency)"]
        text += Columns.aligned(
            details.map { detail in
                [
                    detail.role.rawValue, detail.account, detail.description,
                    Money(detail.amount, currency).amountText,
                    detail.rule.map { "rule \"\($0)\"" } ?? "",
                ]
            }
        )
        return (text + remarks.map { "note: \($0)" }).joined(separator: "\n")
    }
}
