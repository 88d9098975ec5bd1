/// Two sums that must agree: what makes a mapping its own proof (reference Adobe 5.1).
public struct ArithmeticCheck: Sendable, Hashable {
    /// A part of a sum with its sign.
    public struct Term: Sendable, Hashable {
        /// What it is, in the words of the store.
        public var name: String
        /// As it is added.
        public var amount: Amount
        /// A part.
        public init(_ name: String, _ amount: Amount) {
            self.name = name
            self.amount = amount
        }
    }

    /// Which sums: `subtotal`, `grand-total` or `lines`; the failure's subject when they do not agree.
    public var name: String
    /// The parts; those of zero are left out.
    public var terms: [Term]
    /// What they must come to, by name.
    public var expected: Term

    /// A comparison of a sum of parts with what it must come to.
    public init(_ name: String, _ terms: [Term], _ expected: Term) {
        self.name = name
        self.terms = terms
        self.terms.removeAll { $0.amount == 0 }
        self.expected = expected
    }

    /// What the parts come to.
    public var sum: Amount { terms.reduce(.zero) { $0 + $1.amount } }
    /// What is expected, less what the parts come to.
    public var difference: Amount { expected.amount - sum }

    /// `subtotal 141.00 + shipping 15.00 - discount 14.10 = 141.90, grand total 141.90`.
    public func text(in currency: Currency) -> String {
        func text(_ amount: Amount) -> String { Money(amount, currency).amountText }
        var sentence = ""
        for term in terms {
            let sign = term.amount < 0 ? "- " : sentence.isEmpty ? "" : "+ "
            sentence += "\(sign)\(term.name) \(text(term.amount.magnitude)) "
        }
        if terms.isEmpty { sentence = "nothing " }
        return sentence + "= \(text(sum)), \(expected.name) \(text(expected.amount))"
    }
}
