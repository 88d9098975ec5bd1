public import Foundation

/// How sure it is that a document in Sage 300 is the store's, typed by hand.
public enum MatchStrength: String, Sendable, Hashable, CaseIterable, Comparable {
    /// It names the store's document and comes to the same amount.
    case certain
    /// It names it with another amount, or somebody's purchase of that amount was typed on those days.
    case likely
    /// Little more than the amount and the days agree.
    case possible

    /// Weaker ones are less.
    public static func < (left: MatchStrength, right: MatchStrength) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .certain: 2
        case .likely: 1
        case .possible: 0
        }
    }
}

/// What of two documents agrees, and what does not.
public enum MatchFinding: Sendable, Hashable {
    /// One names the other.
    case named(NumberEvidence)
    /// It bears the number of another order.
    case otherOrder(String)
    /// Store's total, Sage 300's.
    case totals(store: Decimal, ledger: Decimal, currency: String?)
    /// Sage 300 does not tell the total.
    case totalUntold
    /// In another currency.
    case otherCurrency(store: String, ledger: String)
    /// How many days lie between them.
    case daysApart(Int)
    /// For the customer it would be entered for.
    case sameCustomer
    /// The customer in Sage 300 is called as the buyer is.
    case alikeName
    /// For another customer.
    case otherCustomer
}

/// A document of the store and one in Sage 300 that may be the same.
public struct DocumentMatch: Sendable, Hashable {
    /// How sure it is.
    public let strength: MatchStrength
    /// Why, the most telling first.
    public let findings: [MatchFinding]
    /// Further apart than this an amount alone says nothing.
    static let daysByAmount = 7

    /// Distance of their dates; nil where Sage 300 does not tell its.
    let days: Int?

    /// Nil when nothing speaks for it.
    public init?(_ expected: ExpectedDocument, _ standing: StandingDocument) {
        guard standing.type == nil || standing.type == expected.type.rawValue else { return nil }
        let evidence = NumberEvidence(expected, in: standing)
        let facts = MatchFacts(expected, standing, evidence)
        guard let strength = facts.strength else { return nil }
        self.strength = strength
        days = facts.days
        findings = facts.findings
    }

    /// For instance "same order number; 126.00 = 126.00; 2 days apart; another customer".
    public var reason: String { findings.map(\.text).joined(separator: "; ") }
}

/// What decides about two documents.
private struct MatchFacts {
    let expected: ExpectedDocument
    let standing: StandingDocument
    let evidence: NumberEvidence?
    let days: Int?

    init(_ expected: ExpectedDocument, _ standing: StandingDocument, _ evidence: NumberEvidence?) {
        self.expected = expected
        self.standing = standing
        self.evidence = evidence
        days = standing.date.map { abs($0.days(since: expected.date)) }
    }

    /// Of a hand-typed document's date: the order's day, or the day somebody came round to it.
    private static let season = 92
    private static let month = 31
    private static let fortnight = 14
    private static let weekend = 3

    var strength: MatchStrength? {
        guard let evidence else { return strengthWithoutNumber }
        guard hasSameTotal else { return strengthOfOtherTotal(evidence) }
        if evidence.isStrong { return isWithin(Self.season) ? .certain : .likely }
        return isWithin(Self.month) ? .certain : .likely
    }

    private func strengthOfOtherTotal(_ evidence: NumberEvidence) -> MatchStrength? {
        if evidence.isStrong {
            return expected.isOnlyOfItsOrder || evidence == .document ? .likely : .possible
        }
        // Sage 300 counts its own documents, too: another prefix alone says nothing.
        return evidence != .otherPrefix && isWithin(Self.fortnight) ? .possible : nil
    }

    private var strengthWithoutNumber: MatchStrength? {
        guard hasSameTotal, expected.total != 0, let days else { return nil }
        if isOfAnotherOrder { return isCustomersOwn && days <= Self.weekend ? .possible : nil }
        if isCustomersOwn, days <= Self.weekend { return .likely }
        return days <= DocumentMatch.daysByAmount ? .possible : nil
    }

    private var isOfAnotherOrder: Bool { !standing.orderNumber.isEmpty }

    private func isWithin(_ limit: Int) -> Bool { days.map { $0 <= limit } ?? true }

    private var hasSameCurrency: Bool {
        guard let ledger = standing.currency, !ledger.isEmpty, let store = expected.currency else {
            return true
        }
        return ledger.uppercased() == store.uppercased()
    }

    private var hasSameTotal: Bool {
        guard let store = expected.total, let ledger = standing.total, hasSameCurrency else { return false }
        return store.magnitude == ledger.magnitude
    }

    private var isSameCustomer: Bool {
        expected.customer.map { $0.uppercased() == standing.customer.uppercased() } ?? false
    }

    private var hasAlikeName: Bool {
        guard let name = standing.customerName.map(NameWords.init) else { return false }
        return expected.names.contains { NameWords($0).isAlike(name) }
    }

    private var isCustomersOwn: Bool { isSameCustomer || hasAlikeName }

    var findings: [MatchFinding] {
        var findings: [MatchFinding] = []
        if let evidence {
            findings.append(.named(evidence))
        } else if isOfAnotherOrder {
            findings.append(.otherOrder(standing.orderNumber))
        }
        if let store = expected.currency, let ledger = standing.currency, !hasSameCurrency {
            findings.append(.otherCurrency(store: store, ledger: ledger))
        } else if let store = expected.total, let ledger = standing.total {
            findings.append(
                .totals(store: store.magnitude, ledger: ledger.magnitude, currency: expected.currency)
            )
        } else {
            findings.append(.totalUntold)
        }
        if let days { findings.append(.daysApart(days)) }
        findings.append(isSameCustomer ? .sameCustomer : hasAlikeName ? .alikeName : .otherCustomer)
        return findings
    }
}

/// The words of a name, as names are compared: the same ones in any sequence, without forms of companies.
private struct NameWords {
    private static let left = Set(["MR", "MRS", "MS", "DR", "INC", "LLC", "LTD", "GMBH", "CO", "CORP", "THE"])
    private let words: Set<String>

    init(_ name: String) {
        let folded = name.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil)
            .uppercased()
        let words = folded.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        self.words = Set(words.filter { !Self.left.contains($0) })
    }

    /// One word alone is too little: many are called Smith.
    func isAlike(_ other: NameWords) -> Bool {
        words.count >= 2 && other.words.count >= 2
            && (words.isSubset(of: other.words) || other.words.isSubset(of: words))
    }
}

extension MatchFinding {
    /// In the words of a bookkeeper.
    public var text: String {
        switch self {
        case .named(let evidence): evidence.text
        case .otherOrder(let number): "bears order number \(number)"
        case .totals(let store, let ledger, let currency):
            "\(Self.text(store, currency)) \(store == ledger ? "=" : "≠") \(Self.text(ledger, currency))"
        case .totalUntold: "the totals cannot be compared"
        case .otherCurrency(let store, let ledger): "in \(ledger), not \(store)"
        case .daysApart(0): "same day"
        case .daysApart(1): "1 day apart"
        case .daysApart(let days): "\(days) days apart"
        case .sameCustomer: "same customer"
        case .alikeName: "a customer of that name"
        case .otherCustomer: "another customer"
        }
    }

    private static func text(_ amount: Decimal, _ currency: String?) -> String {
        guard let amount = Amount(amount) else { return "\(amount)" }
        return amount.text(decimals: currency.flatMap { Currency($0) }?.minorDigits ?? 2)
    }
}

extension NumberEvidence {
    /// In the words of a bookkeeper.
    public var text: String {
        switch self {
        case .orderNumber: "same order number"
        case .purchaseOrder: "the store's number as purchase order"
        case .document: "same document number"
        case .withoutZeros: "same order number but for zeros"
        case .otherPrefix: "same document number but for its prefix"
        case .description: "the store's number in its description"
        }
    }
}
