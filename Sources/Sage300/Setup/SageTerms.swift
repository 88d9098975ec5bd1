public import Accounting
import ExactJSON

/// Terms of payment.
public struct SageTerms: Sendable, Hashable {
    /// The code.
    public let code: String
    /// What people call it.
    public let description: String
    /// False when a person has made it inactive.
    public let isActive: Bool
}

extension SageTerms {
    /// `TermsCode` in Sage's newer sample, `TermsCodeKey` in its older metadata (reference Sage 14).
    static let setup = SageSetup(path: "AR/ARTerms", keys: ["TermsCode", "TermsCodeKey"])

    /// Nil when the row names no terms.
    init?(_ json: JSON) {
        guard let code = Self.setup.code(of: json) else { return nil }
        self.code = code
        description = json.firstText("Description") ?? ""
        isActive = SageActivity.isActive(json["Status"])
    }
}

extension SageSession {
    /// Terms; nil when there are none of that code.
    public func terms(_ code: String, in company: CompanyID) async throws(SageError) -> SageTerms? {
        try await setupRow(code, of: SageTerms.setup, in: company).flatMap { SageTerms($0) }
    }

    /// All terms, by code.
    public func terms(in company: CompanyID) async throws(SageError) -> [SageTerms] {
        try await setupRows(of: SageTerms.setup, in: company).compactMap { SageTerms($0) }
    }
}
