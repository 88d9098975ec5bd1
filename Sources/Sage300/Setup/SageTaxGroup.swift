public import Accounting
import ExactJSON

/// A tax group for sales (reference Sage 8).
public struct SageTaxGroup: Sendable, Hashable {
    /// Its code.
    public let code: String
    /// What people call it.
    public let description: String
    /// ISO 4217 code of its reporting currency; nil when Sage 300 does not say.
    public let currency: String?
    /// Codes of its authorities, at most five, in sequence.
    public let authorities: [String]
}

/// A tax authority.
public struct SageTaxAuthority: Sendable, Hashable {
    /// Its code.
    public let code: String
    /// What people call it.
    public let description: String
    /// ISO 4217 code of its reporting currency; nil when Sage 300 does not say.
    public let currency: String?
}

extension SageTaxGroup {
    static let setup = SageSetup(path: "TX/TXTaxGroups", keys: ["TaxGroupKey", "TaxGroup"])

    /// Nil when the row names no tax group, or one for purchases.
    init?(_ json: JSON) {
        guard let code = Self.setup.code(of: json), Self.isForSales(json["TransactionType"]) else {
            return nil
        }
        self.code = code
        description = json.firstText("Description") ?? ""
        currency = json.firstText("TaxReportingCurrency")
        authorities = (1...5).compactMap { json.firstText("TaxAuthority\($0)") }
    }

    /// By caption or by number; a release that does not tell has sales ones only as far as we can know.
    private static func isForSales(_ json: JSON?) -> Bool {
        guard let caption = json?.string?.lowercased() ?? json?.int.map(String.init) else { return true }
        return caption == "sales" || caption == "1"
    }
}

extension SageTaxAuthority {
    static let setup = SageSetup(
        path: "TX/TXTaxAuthorities",
        keys: ["TaxAuthorityKey", "TaxAuthority", "AuthorityKey"]
    )

    /// Nil when the row names no authority.
    init?(_ json: JSON) {
        guard let code = Self.setup.code(of: json) else { return nil }
        self.code = code
        description = json.firstText("Description") ?? ""
        currency = json.firstText("TaxReportingCurrency")
    }
}

extension SageSession {
    /// A tax group for sales; nil when there is none of that code.
    ///
    /// Found by a filter: its key has two parts, and how the second is written in a path is seen in one client only.
    public func taxGroup(_ code: String, in company: CompanyID) async throws(SageError) -> SageTaxGroup? {
        guard !code.isEmpty else { return nil }
        return try await setupRows(code, of: SageTaxGroup.setup, in: company).lazy.compactMap {
            SageTaxGroup($0)
        }
        .first
    }

    /// All tax groups for sales, by code.
    public func taxGroups(in company: CompanyID) async throws(SageError) -> [SageTaxGroup] {
        try await setupRows(of: SageTaxGroup.setup, in: company).compactMap { SageTaxGroup($0) }
    }

    /// A tax authority; nil when there is none of that code.
    public func taxAuthority(_ code: String, in company: CompanyID) async throws(SageError)
        -> SageTaxAuthority?
    {
        try await setupRow(code, of: SageTaxAuthority.setup, in: company).flatMap { SageTaxAuthority($0) }
    }

    /// All tax authorities, by code.
    public func taxAuthorities(in company: CompanyID) async throws(SageError) -> [SageTaxAuthority] {
        try await setupRows(of: SageTaxAuthority.setup, in: company).compactMap { SageTaxAuthority($0) }
    }
}
