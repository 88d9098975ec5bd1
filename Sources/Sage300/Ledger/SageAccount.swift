public import Accounting
import ExactJSON

/// A general ledger account (reference Sage 7).
public struct SageAccount: Sendable, Hashable {
    /// What its balance becomes at the end of a year.
    public enum Kind: String, Sendable, CaseIterable {
        /// Earned or spent within a year.
        case incomeStatement
        /// Owned or owed.
        case balanceSheet
        /// What is left of earlier years.
        case retainedEarnings
    }

    /// Its key, without the dashes between segments.
    public let unformatted: String
    /// As people write it, for instance `4000-100`.
    public let number: String
    /// False when a person has made it inactive.
    public let isActive: Bool
    /// Whether anything may be posted to it; Sage 300 prohibits that account by account.
    public let allowsPosting: Bool
    /// Whether it takes entries of certain subledgers only.
    public let isControl: Bool
    /// The subledgers a control account takes entries of, for instance `AR`; empty when Sage 300 names none.
    public let subledgers: Set<String>
    /// What people call it.
    public let description: String
    /// What kind it is; nil when Sage 300 does not say.
    public let kind: Kind?
    /// Whether it grows by credits, as revenue and liabilities do; nil when Sage 300 does not say.
    public let isCreditNormally: Bool?
    /// Code of its account group; nil without one.
    public let group: String?
}

extension SageAccount {
    /// Nil when the row names no account.
    init?(_ json: JSON) {
        guard let unformatted = json["UnformattedAccount"]?.string else { return nil }
        self.unformatted = unformatted
        number = json["AccountNumber"]?.string ?? unformatted
        isActive = SageActivity.isActive(json["Status"])
        allowsPosting = json["PostToAccount"]?.string?.lowercased() != "prohibited"
        isControl = json["ControlAccount"]?.string?.lowercased() == "yes"
        subledgers = Self.subledgers(json["ControlAccountSubledgers"])
        description = json.firstText("Description") ?? ""
        kind = Kind(json["AccountType"])
        isCreditNormally = Self.isCredit(json["NormalBalanceDRCR"])
        group = json.firstText("AccountGroupCode")
    }

    /// What a list needs: rows carry allocations, currencies and optional fields besides.
    static let select = [
        "UnformattedAccount", "AccountNumber", "Description", "AccountType", "NormalBalanceDRCR", "Status",
        "PostToAccount", "ControlAccount", "AccountGroupCode",
    ]

    /// The name of the property inside is documented nowhere that was found: any text of two letters is a program's.
    private static func subledgers(_ json: JSON?) -> Set<String> {
        let texts = (json?.array ?? []).flatMap { row in
            [row.string] + (row.object ?? JSONObject()).map(\.value.string)
        }
        return Set(texts.compactMap(\.self).filter { $0.utf8.count == 2 }.map { $0.uppercased() })
    }

    /// By caption or by number, whichever a release writes.
    private static func isCredit(_ json: JSON?) -> Bool? {
        switch json?.string?.lowercased() ?? json?.int.map(String.init) {
        case "credit", "2": true
        case "debit", "1": false
        default: nil
        }
    }
}

extension SageAccount.Kind {
    /// By caption or by number, whichever a release writes.
    init?(_ json: JSON?) {
        switch json?.string?.lowercased() ?? json?.int.map(String.init) {
        case "incomestatement", "0": self = .incomeStatement
        case "balancesheet", "1": self = .balanceSheet
        case "retainedearnings", "2": self = .retainedEarnings
        default: return nil
        }
    }
}

extension SageSession {
    /// An account by its number, with or without the dashes between segments; nil when there is none.
    public func account(_ number: String, in company: CompanyID) async throws(SageError) -> SageAccount? {
        let unformatted = SageKey("UnformattedAccount", Self.withoutSeparators(number))
        if unformatted.isSafeInPath, let entity = try await entity(company, Self.accounts, unformatted) {
            guard let account = SageAccount(entity) else {
                throw .unreadable(Self.accounts, company, "the answer names no account")
            }
            return account
        }
        let key = SageKey("AccountNumber", number)
        let answer = try await get(company, Self.accounts, ODataQuery(filter: key.filter, top: 2))
        let rows = try Self.rows(of: answer, Self.accounts, company)
        return rows.first { key.isKey(of: $0) }.flatMap(SageAccount.init)
    }

    /// What a company may put between the segments of an account.
    private static func withoutSeparators(_ number: String) -> String {
        number.uppercased().filter { !"-/\\. ".contains($0) }
    }

    private static let accounts = "GL/GLAccounts"
}
