public import Accounting
import ExactJSON

/// A general ledger account (reference Sage 7).
public struct SageAccount: Sendable, Hashable {
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
