import Accounting
import Sage300

/// The questions about what a company has in Sage 300: only what is there can be chosen.
extension Question {
    static func customerGroup(_ ledger: LedgerSurvey) -> Question {
        let words = "the customer group of customers that are created"
        let groups = (ledger.groups ?? []).filter { group in
            let currency = group.accountSet.flatMap { ledger.accountSetCurrencies[$0] }
            return currency == nil || ledger.homeCurrency == nil || currency == ledger.homeCurrency
        }
        guard !groups.isEmpty else { return code("customers.group", words, 6) }
        return Question(
            "customers.group",
            words,
            .one(groups.map { Choice($0.code, $0.description) }),
            proposal: proposedGroup(groups)
        )
    }

    private static let groupSigns = [
        "web", "ecom", "e-com", "online", "internet", "shop", "store", "consumer", "retail",
    ]

    private static func proposedGroup(_ groups: [SageCustomerGroup]) -> Proposal? {
        if groups.count == 1, let only = groups.first {
            return Proposal(only.code, because: "the only customer group in this currency")
        }
        for sign in groupSigns {
            let named = groups.filter { "\($0.code) \($0.description)".lowercased().contains(sign) }
            // WEB rather than WEBEUR.
            guard let group = named.min(by: { ($0.code.count, $0.code) < ($1.code.count, $1.code) }) else {
                continue
            }
            return Proposal(group.code, because: "its name says \"\(sign)\"")
        }
        return nil
    }

    static let customerPrefix = Question(
        "customers.prefix",
        "what the numbers of customers begin with in Sage 300",
        allowed: "up to 4 letters and digits",
        proposal: Proposal("W", because: "customer 42 of the store becomes W00000042")
    ) { text in
        // With 8 digits at most 12 characters.
        let code = text.uppercased()
        return code.isPlainCode && (1...4).contains(code.count) ? code : nil
    }

    static let guests = Question(
        "customers.guests",
        "what guests are in Sage 300",
        .one([Choice("shared", "one customer for all of them"), Choice("individual", "a customer each")]),
        proposal: Proposal("shared", because: "guests rarely come again")
    )

    static let guestCustomer = Question(
        "customers.guestCustomer",
        "the customer that guests share",
        allowed: "up to 12 letters and digits",
        proposal: Proposal("WEBGUEST", because: "made when the first guest orders, if it is not there"),
        mayBeLeftOut: true
    ) { text in
        let code = text.uppercased()
        return code.isPlainCode && (1...12).contains(code.count) ? code : nil
    }

    static func terms(_ ledger: LedgerSurvey) -> Question {
        let words = "the terms of invoices"
        guard let terms = ledger.terms, !terms.isEmpty else {
            return code("terms", words, 6, mayBeLeftOut: true)
        }
        let only = terms.count == 1 ? terms.first : nil
        return Question(
            "terms",
            words,
            .one(terms.map { Choice($0.code, $0.description) }),
            proposal: only.map { Proposal($0.code, because: "the only terms there are") },
            mayBeLeftOut: true
        )
    }

    static func taxGroup(_ ledger: LedgerSurvey) -> Question {
        let words = "the tax group of customers and invoices"
        let groups = (ledger.taxGroups ?? []).filter { group in
            group.currency == nil || ledger.homeCurrency == nil
                || group.currency?.uppercased() == ledger.homeCurrency
        }
        guard !groups.isEmpty else { return code("taxGroup", words, 12, mayBeLeftOut: true) }
        let only = groups.count == 1 ? groups.first : nil
        return Question(
            "taxGroup",
            words,
            .one(groups.map { Choice($0.code, $0.description) }),
            proposal: only.map { Proposal($0.code, because: "the only tax group in this currency") },
            mayBeLeftOut: true
        )
    }

    static func account(_ purpose: AccountPurpose, _ ledger: LedgerSurvey) -> Question {
        let key = "accounts.\(purpose.key.rawValue)"
        let mayBeLeftOut = purpose.key != .revenue
        let candidates = purpose.candidates(among: ledger.accounts ?? [])
        guard !candidates.isEmpty else {
            // Where accounts can be read and none is of the kind, there is nothing to choose.
            return ledger.accounts == nil || purpose.key == .revenue
                ? code(key, purpose.words, 45, mayBeLeftOut: mayBeLeftOut)
                : Question(key, purpose.words, .one([]), mayBeLeftOut: true)
        }
        let proposal: Proposal? =
            if let found = purpose.proposal(among: candidates) {
                Proposal(found.account.number, because: "it is called \"\(found.account.description)\"")
            } else if candidates.count == 1, let only = candidates.first {
                Proposal(only.number, because: "the only account of its kind")
            } else {
                nil
            }
        return Question(
            key,
            purpose.words,
            .one(candidates.map { Choice($0.number, $0.description) }),
            proposal: proposal,
            mayBeLeftOut: mayBeLeftOut
        )
    }

    /// A code that could not be looked up.
    private static func code(_ key: String, _ words: String, _ length: Int, mayBeLeftOut: Bool = false)
        -> Question
    {
        Question(
            key,
            words,
            allowed: "a Sage 300 code of 1 to \(length) characters",
            mayBeLeftOut: mayBeLeftOut
        ) { text in
            (1...length).contains(text.count) && text.utf8.allSatisfy { (33...126).contains($0) } ? text : nil
        }
    }
}

extension String {
    /// Letters and digits of a number in Sage 300.
    fileprivate var isPlainCode: Bool {
        utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 95 }
    }
}
