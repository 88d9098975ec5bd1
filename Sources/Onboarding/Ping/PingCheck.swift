public import Accounting

/// One thing that `ping` looked at, and what it found.
public struct PingCheck: Sendable, Hashable {
    /// Whose.
    public enum System: String, Sendable, CaseIterable { case adobe, sage }

    /// What came of it.
    public enum Outcome: Sendable, Hashable {
        /// As it should be; also what reading can not prove, which the text says then.
        case fine(String)
        /// Not as it should be, and what to do about it.
        case failed(String, fix: String)
        /// Not looked at, because something before it failed; the text says what.
        case notChecked(String)
    }

    /// What kind of check.
    public let kind: PingKind
    /// Whose.
    public let system: System
    /// Of which company of Sage 300; nil for what concerns a whole system.
    public let company: CompanyID?
    /// Which of its kind, for instance an account; empty where there is one only.
    public let subject: String
    /// What came of it.
    public let outcome: Outcome

    /// What people and programs know it by, for instance `SAMINC: account revenue 4000`.
    public var name: String {
        if kind == .company, let company { return "company \(company.name)" }
        let words = subject.isEmpty ? kind.words : "\(kind.words) \(subject)"
        return company.map { "\($0.name): \(words)" } ?? words
    }

    /// True when nothing has to be done.
    public var isFine: Bool { if case .fine = outcome { true } else { false } }

    /// False when something before it failed.
    public var isChecked: Bool { if case .notChecked = outcome { false } else { true } }

    /// What was found, in one sentence.
    public var detail: String {
        switch outcome {
        case .fine(let detail), .failed(let detail, _): detail
        case .notChecked(let reason): "not checked: \(reason)"
        }
    }

    /// What to do about it; empty where nothing is to be done.
    public var fix: String {
        switch outcome {
        case .fine: ""
        case .failed(_, let fix): fix
        case .notChecked: "Mend what failed before it, then ping again."
        }
    }
}

/// The kinds of checks; the raw values are stable.
public enum PingKind: String, Sendable, Hashable, CaseIterable {
    case reach, tls
    case signIn = "sign-in"
    case rights
    case storeView = "store-view"
    case otherStoreViews = "other-store-views"
    case baseCurrency = "base-currency"
    case clock
    case company
    case homeCurrency = "home-currency"
    case customerGroup = "customer-group"
    case terms
    case taxGroup = "tax-group"
    case taxAuthority = "tax-authority"
    case guestCustomer = "guest-customer"
    case optionalField = "optional-field"
    case foreignCurrency = "foreign-currency"
    case account
    case distributionCode = "distribution-code"
    case fiscalPeriod = "fiscal-period"
    case posting

    /// How names of its checks begin.
    var words: String {
        switch self {
        case .tls: "TLS"
        case .rights: "rights:"
        case .otherStoreViews: "store views of no company"
        case .storeView, .signIn, .reach, .clock, .company, .terms, .account, .posting:
            rawValue.replacing("store-view", with: "store view")
        case .baseCurrency, .homeCurrency, .customerGroup, .taxGroup, .taxAuthority, .guestCustomer,
            .optionalField, .foreignCurrency, .distributionCode, .fiscalPeriod:
            rawValue.replacing("-", with: " ")
        }
    }
}

/// A check that has not been made yet.
struct PlannedCheck: Sendable {
    let kind: PingKind
    let system: PingCheck.System
    var company: CompanyID?
    var subject = ""
    let ask: @Sendable () async throws -> PingCheck.Outcome

    func found(_ outcome: PingCheck.Outcome) -> PingCheck {
        PingCheck(kind: kind, system: system, company: company, subject: subject, outcome: outcome)
    }
}

extension [PlannedCheck] {
    /// Makes the checks side by side, as many at once as the system's own pace lets through, and returns them in
    /// their sequence.
    func made(_ progress: PingProgress) async throws -> [PingCheck] {
        try await withThrowingTaskGroup(of: (Int, PingCheck).self) { group in
            for (position, plan) in enumerated() {
                group.addTask { (position, plan.found(try await plan.ask())) }
            }
            var checks: [PingCheck?] = [PingCheck?](repeating: nil, count: count)
            for try await (position, check) in group {
                checks[position] = check
                progress(check)
            }
            return checks.compactMap(\.self)
        }
    }

    /// The checks, none of them made.
    func left(because reason: String, _ progress: PingProgress) -> [PingCheck] {
        map { plan in
            let check = plan.found(.notChecked(reason))
            progress(check)
            return check
        }
    }
}

/// Told of each check as soon as it is made.
public typealias PingProgress = @Sendable (PingCheck) -> Void
