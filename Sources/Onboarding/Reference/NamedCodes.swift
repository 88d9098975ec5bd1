import Accounting

/// The codes of Sage 300 that a company's part of a tenant file names, and where each of them stands there.
struct NamedCodes: Sendable {
    /// A code and its place, for instance `4000` at `accounts.revenue`.
    struct Place: Sendable, Hashable {
        let code: String
        let key: String
    }

    /// An account and what it takes.
    struct Account: Sendable, Hashable {
        let code: String
        let key: String
        let use: AccountKey
    }

    /// A tax authority and the group it has to be in.
    struct Authority: Sendable, Hashable {
        let code: String
        let group: String
        let key: String
    }

    let accounts: [Account]
    let distributionCodes: [Place]
    let terms: [Place]
    let taxGroups: [Place]
    let authorities: [Authority]

    init(_ rules: CompanyRules) {
        var accounts = AccountKey.allCases.compactMap { use in
            rules.accounts[use].map { Account(code: $0, key: "accounts.\(use.rawValue)", use: use) }
        }
        var codes: [Place] = []
        for rule in rules.accountRules {
            for (use, target) in rule.targets.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                let key = "rules \"\(rule.name)\" \(use.rawValue)"
                switch target {
                case .account(let code): accounts.append(Account(code: code, key: key, use: use))
                case .distributionCode(let code): codes.append(Place(code: code, key: key))
                }
            }
        }
        self.accounts = accounts
        distributionCodes = codes
        terms = Self.places(rules.terms, "terms", rules.accountRules, \.terms)
        var authorities: [Authority] = []
        var groups = Self.places(rules.taxGroup, "taxGroup", rules.accountRules, \.taxGroup)
        if case .authority(let rows) = rules.taxPosting {
            for row in rows {
                let key = "taxAuthorities.\(row.pattern)"
                groups.append(Place(code: row.group, key: key))
                authorities.append(Authority(code: row.authority, group: row.group, key: key))
            }
        }
        taxGroups = groups
        self.authorities = authorities
    }

    private static func places(
        _ own: String?,
        _ key: String,
        _ rules: [AccountRule],
        _ code: (AccountRule) -> String?
    ) -> [Place] {
        let ofRules = rules.compactMap { rule in
            code(rule).map { Place(code: $0, key: "rules \"\(rule.name)\" \(key)") }
        }
        return (own.map { [Place(code: $0, key: key)] } ?? []) + ofRules
    }
}
