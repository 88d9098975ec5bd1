public import Accounting
import Sage300
public import Tenancy

/// The rows of a tenant file that would mend a cause, ready to paste.
public struct ConfigurationRows: Sendable {
    private let tenant: TenantConfiguration
    private let offers: [CompanyID: LedgerOffers]

    /// Rows for a tenant, with what its companies offer.
    public init(_ tenant: TenantConfiguration, offers: [CompanyID: LedgerOffers] = [:]) {
        self.tenant = tenant
        self.offers = offers
    }

    /// The rows, beginning with a comment that says where they belong; empty where no row of the file mends it.
    /// What only people know is `…`, which `tenant apply` refuses.
    public func rows(for failure: Failure, in company: CompanyID?) -> String {
        if failure.code == "store-view-unmapped" { return storeView(failure.subject) }
        guard let rules = company.flatMap({ tenant.rules(of: $0) }) else { return "" }
        switch failure.code {
        case "account-missing":
            return AccountKey(rawValue: failure.subject).map { accounts([$0], rules) } ?? ""
        case "account-missing-in-sage", "account-unfit":
            return accounts(AccountKey.allCases.filter { rules.accounts[$0] == failure.subject }, rules)
        case "base-currency": return currency(failure.subject, rules)
        case "guest-customer-missing", "guest-customer-missing-in-sage": return guest(rules)
        case "tax-code-unmapped": return taxCode(failure.subject, rules)
        case "terms-missing-in-sage":
            let codes = (offers[rules.company]?.terms ?? []).filter(\.isActive)
            return one("terms", codes.map { ($0.code, $0.description) }, rules)
        case "tax-group-missing-in-sage":
            let codes = offers[rules.company]?.taxGroups ?? []
            return one("taxGroup", codes.map { ($0.code, $0.description) }, rules)
        case "group-missing-in-sage":
            let groups = groups(in: rules.currency.code, rules)
            return place(rules, "customers", ["  group: \(only(groups))\(comment(groups))"])
        case "document-number-taken": return prefix(rules)
        default: return ""
        }
    }

    /// The row that lets orders of a status in.
    public func rows(forStatus status: String, in company: CompanyID?) -> String {
        guard let rules = company.flatMap({ tenant.rules(of: $0) }) else { return "" }
        let statuses = (rules.statuses + [status]).map(\.code)
        return place(rules, "statuses: [\(statuses.joined(separator: ", "))]", [])
    }

    private let unknown = "\"…\""

    private func place(_ rules: CompanyRules, _ head: String, _ lines: [String]) -> String {
        let opening = lines.isEmpty ? head : "\(head):"
        return (["# company \(rules.company):", opening] + lines).joined(separator: "\n")
    }

    /// The only choice there is: of several a person chooses.
    private func only(_ choices: [(code: String, description: String)]) -> String {
        choices.count == 1 ? choices.first?.code.code ?? unknown : unknown
    }

    private func comment(_ choices: [(code: String, description: String)]) -> String {
        guard !choices.isEmpty else { return "" }
        let shown = choices.prefix(6).map {
            ["", $0.code].contains($0.description) ? $0.code : "\($0.code) \($0.description)"
        }
        let listed = shown.map(\.printable).joined(separator: ", ")
        return "   # Sage 300 has: " + listed + (choices.count > 6 ? ", …" : "")
    }

    // MARK: Kinds of rows

    private func storeView(_ code: String) -> String {
        tenant.companies.prefix(4).map { rules in
            let views = rules.storeViews.map { view in
                view.documentPrefix.map { "{code: \(view.code.code), documentPrefix: \($0.code)}" }
                    ?? view.code.code
            }
            return place(rules, "storeViews: [\((views + [code.code]).joined(separator: ", "))]", [])
        }.joined(separator: "\n# or\n")
    }

    private func accounts(_ keys: [AccountKey], _ rules: CompanyRules) -> String {
        guard !keys.isEmpty else { return "" }
        let all = offers[rules.company]?.accounts ?? []
        let lines = keys.map { key -> String in
            let candidates = AccountFit.candidates(for: key, among: all).map { ($0.number, $0.description) }
            let value = AccountFit.namedSo(key, among: all).map(\.number.quoted) ?? unknown
            return "  \(key.rawValue): \(value)\(comment(candidates))"
        }
        return place(rules, "accounts", lines)
    }

    private func groups(in currency: String, _ rules: CompanyRules) -> [(code: String, description: String)] {
        (offers[rules.company]?.groups ?? []).filter { $0.currency.map { $0 == currency } ?? true }
            .map { ($0.group.code, $0.group.description) }
    }

    private func currency(_ code: String, _ rules: CompanyRules) -> String {
        let groups = groups(in: code, rules)
        let suffix = String(code.prefix(1)).code
        let row = "  \(code.code): {group: \(only(groups)), guestCustomer: \(unknown), suffix: \(suffix)}"
        return place(rules, "currencies", [row + comment(groups)])
    }

    private func guest(_ rules: CompanyRules) -> String {
        place(
            rules,
            "customers",
            ["  guestCustomer: \(unknown)   # a customer of A/R Customers that guests share"]
        )
    }

    private func taxCode(_ code: String, _ rules: CompanyRules) -> String {
        let groups = offers[rules.company]?.taxGroups ?? []
        let first = groups.count == 1 ? groups.first : nil
        let authority = first?.authorities.count == 1 ? first?.authorities.first : nil
        let (group, name) = (first?.code.code ?? unknown, authority?.code ?? unknown)
        let row = "  \(code.quoted): {group: \(group), authority: \(name)}"
        return place(
            rules,
            "taxAuthorities",
            [row + comment(groups.map { ($0.code, $0.authorities.listed) })]
        )
    }

    private func one(
        _ key: String,
        _ choices: [(code: String, description: String)],
        _ rules: CompanyRules
    ) -> String {
        place(rules, "\(key): \(only(choices))\(comment(choices))", [])
    }

    private func prefix(_ rules: CompanyRules) -> String {
        guard rules.storeViews.count > 1, let last = rules.storeViews.last else { return "" }
        let others = rules.storeViews.dropLast().map(\.code)
        let row = (others.map(\.code) + ["{code: \(last.code.code), documentPrefix: \(unknown)}"])
            .joined(separator: ", ")
        return place(rules, "storeViews: [\(row)]", [])
    }
}
