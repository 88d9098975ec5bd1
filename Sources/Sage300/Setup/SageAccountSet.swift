public import Accounting
import ExactJSON

/// An A/R account set: the accounts and the currency behind a customer.
public struct SageAccountSet: Sendable, Hashable {
    /// Its code.
    public let code: String
    /// What people call it.
    public let description: String
    /// False when a person has made it inactive.
    public let isActive: Bool
    /// Where receivables are kept; nil when Sage 300 does not say.
    public let receivables: String?
    /// ISO 4217 code; nil when Sage 300 does not say.
    public let currency: String?
}

extension SageAccountSet {
    static let setup = SageSetup(path: "AR/ARAccountSets", keys: ["AccountSetKey", "AccountSetCode"])

    /// Nil when the row names no account set.
    init?(_ json: JSON) {
        guard let code = Self.setup.code(of: json) else { return nil }
        self.code = code
        description = json.firstText("Description") ?? ""
        isActive = SageActivity.isActive(json["Status"])
        receivables = json.firstText("ReceivablesControlAccount", "ReceivablesControl")
        currency = json.firstText("CurrencyCode")
    }
}

extension SageSession {
    /// An account set; nil when there is none of that code.
    public func accountSet(_ code: String, in company: CompanyID) async throws(SageError) -> SageAccountSet? {
        try await setupRow(code, of: SageAccountSet.setup, in: company).flatMap { SageAccountSet($0) }
    }

    /// All account sets, by code.
    public func accountSets(in company: CompanyID) async throws(SageError) -> [SageAccountSet] {
        try await setupRows(of: SageAccountSet.setup, in: company).compactMap { SageAccountSet($0) }
    }
}
