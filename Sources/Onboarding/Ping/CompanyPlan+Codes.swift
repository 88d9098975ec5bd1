import Accounting
import Sage300

/// Groups, terms, taxes and the codes that stand for accounts.
extension CompanyPlan {
    private func code(
        _ kind: PingKind,
        _ subject: String,
        reading noun: String,
        isRequired: Bool = true,
        _ ask: @escaping @Sendable () async throws -> PingCheck.Outcome
    ) -> PlannedCheck {
        check(kind, subject, ask) { SageWords.outcome($0, reading: noun, isRequired: isRequired) }
    }

    /// What to do about a code that Sage 300 does not have, or not well.
    private func fix(_ what: String, _ key: String) -> String {
        "\(what) in Sage 300, or correct \(key) of company \(rules.company) in the tenant file and apply it."
    }

    // MARK: Customer groups

    var groups: [PlannedCheck] {
        let code = rules.customers.group
        return [
            self.code(.customerGroup, code, reading: "customer groups") {
                try await group(code, key: "customers.group", currency: rules.currency.code)
            }
        ]
    }

    /// A group, and whether its customers are kept in the currency they have to be.
    private func group(_ code: String, key: String, currency: String) async throws -> PingCheck.Outcome {
        guard let group = try await reader.group(code) else {
            return .failed("There is no customer group \(code).", fix: fix("Create it", key))
        }
        guard group.isActive else {
            return .failed("Customer group \(code) is inactive.", fix: fix("Make it active", key))
        }
        if rules.taxGroup == nil, group.taxGroup == nil {
            return .failed(
                "Customer group \(code) has no tax group, and the tenant file names none: Sage 300 takes no customer "
                    + "without one.",
                fix:
                    "Add taxGroup to company \(rules.company) in the tenant file and apply it, or give the group one."
            )
        }
        guard let setCode = group.accountSet, let set = try await readableSet(setCode),
            let kept = set.currency, kept.uppercased() != currency
        else { return .fine(group.description.isEmpty ? "It is there." : "\(group.description).") }
        return .failed(
            "Customers of group \(code) are kept in \(kept) (account set \(set.code)), not in \(currency).",
            fix: fix("Give the group an account set in \(currency)", key)
        )
    }

    /// What is known of an account set; that it cannot be read proves nothing against the group.
    private func readableSet(_ code: String) async throws -> SageAccountSet? {
        do { return try await reader.accountSet(code) } catch is SageError { return nil }
    }

    // MARK: Terms and taxes

    var terms: [PlannedCheck] {
        names.terms.map { place in
            code(.terms, place.code, reading: "terms") {
                guard let terms = try await reader.terms(place.code) else {
                    return .failed("There are no terms \(place.code).", fix: fix("Create them", place.key))
                }
                guard terms.isActive else {
                    return .failed(
                        "Terms \(place.code) are inactive.",
                        fix: fix("Make them active", place.key)
                    )
                }
                return .fine(terms.description.isEmpty ? "They are there." : "\(terms.description).")
            }
        }
    }

    var taxes: [PlannedCheck] {
        var seen: Set<String> = []
        let groups = names.taxGroups.filter { seen.insert($0.code.uppercased()).inserted }.map { place in
            code(.taxGroup, place.code, reading: "tax groups") {
                guard let group = try await reader.taxGroup(place.code) else {
                    return .failed(
                        "There is no tax group \(place.code) for sales.",
                        fix: fix("Create it", place.key)
                    )
                }
                return .fine(group.description.isEmpty ? "It is there." : "\(group.description).")
            }
        }
        return groups + names.authorities.map(authority)
    }

    private func authority(_ named: NamedCodes.Authority) -> PlannedCheck {
        code(.taxAuthority, named.code, reading: "tax groups") {
            guard let group = try await reader.taxGroup(named.group) else {
                return .notChecked("there is no tax group \(named.group)")
            }
            guard group.authorities.contains(where: { $0.uppercased() == named.code.uppercased() }) else {
                return .failed(
                    "Tax authority \(named.code) is not in tax group \(named.group), which has "
                        + "\(group.authorities.isEmpty ? "none" : group.authorities.listed).",
                    fix: fix("Add it to the group", named.key)
                )
            }
            return .fine("It is in tax group \(named.group).")
        }
    }

    // MARK: Foreign currencies

    var foreignCurrencies: [PlannedCheck] {
        rules.currencies.sorted { $0.key < $1.key }.map { currency, foreign in
            code(.foreignCurrency, currency, reading: "customer groups") {
                let key = "currencies.\(currency)"
                if let profile = try await readableProfile(), profile.isMulticurrency == false {
                    return .failed(
                        "The company keeps books in its home currency only.",
                        fix:
                            "Take \(key) out of company \(rules.company) in the tenant file, or switch multicurrency on "
                            + "in Sage 300's company profile."
                    )
                }
                return try await group(foreign.group, key: "\(key).group", currency: currency)
            }
        }
    }

    private func readableProfile() async throws -> SageCompanyProfile? {
        do { return try await reader.profile() } catch is SageError { return nil }
    }

    var homeCurrency: PlannedCheck {
        code(.homeCurrency, "", reading: "the company profile", isRequired: false) {
            guard let home = try await reader.profile()?.homeCurrency else {
                return .fine("Not proven: this Sage 300 does not tell the company's home currency.")
            }
            guard home == rules.currency.code else {
                return .failed(
                    "The company keeps its books in \(home), the tenant file says \(rules.currency.code).",
                    fix:
                        "Correct currency of company \(rules.company) in the tenant file and apply it, or name the right "
                        + "company."
                )
            }
            return .fine("\(home).")
        }
    }

    // MARK: Accounts

    var accounts: [PlannedCheck] {
        names.accounts.map { named in
            let subject = "\(named.key.replacing("accounts.", with: "")) \(named.code)"
            return code(.account, subject, reading: "accounts of the general ledger") {
                try await account(named.code, as: named.use, key: named.key)
            }
        }
    }

    private func account(_ code: String, as use: AccountKey, key: String) async throws -> PingCheck.Outcome {
        guard let account = try await reader.account(code) else {
            return .failed(
                "There is no account \(code) in the general ledger.",
                fix: fix("Create it in G/L Accounts", key)
            )
        }
        if let problem = AccountFit.problem(of: account, as: use) {
            let cure = account.isActive ? "Change the account" : "Make the account active"
            return .failed("Account \(code) \(problem).", fix: fix(cure, key))
        }
        return .fine(account.description.isEmpty ? "It is there." : "\(account.description).")
    }

    var distributionCodes: [PlannedCheck] {
        names.distributionCodes.map { place in
            code(.distributionCode, place.code, reading: "distribution codes") {
                guard let found = try await reader.distributionCode(place.code) else {
                    return .failed(
                        "There is no distribution code \(place.code).",
                        fix: fix("Create it in A/R Distribution Codes", place.key)
                    )
                }
                guard found.isActive else {
                    return .failed(
                        "Distribution code \(place.code) is inactive.",
                        fix: fix("Make it active", place.key)
                    )
                }
                guard let number = found.revenueAccount else {
                    return .fine("It is there; Sage 300 does not tell its account.")
                }
                guard let account = try await reader.account(number), account.isActive else {
                    return .failed(
                        "Distribution code \(place.code) stands for account \(number), which is missing or inactive.",
                        fix: fix("Give the code an active account", place.key)
                    )
                }
                return .fine("It stands for account \(account.number).")
            }
        }
    }
}
