public import Foundation
public import Storage

/// Something that is so now and that people ought to know.
public struct Condition: Sendable, Hashable {
    /// What it is.
    public var kind: AlertKind
    /// Whose trouble it is; nil: several tenants', or nobody's.
    public var tenant: String?
    /// Which company's.
    public var company: String?
    /// What tells it from others of its kind.
    public var item: String
    /// How bad it is, in its kind's own measure.
    public var measure: Int
    /// It in a few words.
    public var title: String
    /// What happened.
    public var detail: String
    /// Who does what next.
    public var nextStep: String
    /// How many documents it is about, where it is about documents.
    public var count: Int?
    /// What they come to.
    public var amounts: [CurrencySum]
    /// Whether a ledger may be wrong because of it.
    public var moneyAtRisk: Bool
    /// Since when.
    public var since: Date

    /// A condition from its parts.
    public init(
        _ kind: AlertKind,
        tenant: String? = nil,
        company: String? = nil,
        item: String = "",
        measure: Int = 0,
        title: String,
        detail: String = "",
        nextStep: String = "",
        count: Int? = nil,
        amounts: [CurrencySum] = [],
        moneyAtRisk: Bool = false,
        since: Date
    ) {
        self.kind = kind
        self.tenant = tenant
        self.company = company
        self.item = item
        self.measure = measure
        self.title = title
        self.detail = detail
        self.nextStep = nextStep
        self.count = count
        self.amounts = amounts
        self.moneyAtRisk = moneyAtRisk
        self.since = since
    }

    /// What it is about, unique among what one scope is told.
    public var subject: String {
        [kind.rawValue, tenant ?? "*", company ?? "*", item].joined(separator: "/")
    }
}
