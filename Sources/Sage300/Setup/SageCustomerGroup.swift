public import Accounting
import ExactJSON

/// A customer group: what a new customer takes its settings from (reference Sage 6.2).
public struct SageCustomerGroup: Sendable, Hashable {
    /// Its code.
    public let code: String
    /// What people call it.
    public let description: String
    /// False when a person has made it inactive.
    public let isActive: Bool
    /// The account set its customers get; nil when Sage 300 does not say.
    public let accountSet: String?
    /// The terms its customers get; nil without any.
    public let terms: String?
    /// The tax group its customers get; nil without one.
    public let taxGroup: String?
    /// The optional fields its customers carry, by name in upper case.
    public let optionalFields: Set<String>
}

extension SageCustomerGroup {
    static let setup = SageSetup(path: "AR/ARCustomerGroups", keys: ["GroupCode", "CustomerGroupKey"])

    /// Nil when the row names no group.
    init?(_ json: JSON) {
        guard let code = Self.setup.code(of: json) else { return nil }
        self.code = code
        description = json.firstText("Description") ?? ""
        isActive = SageActivity.isActive(json["Status"])
        accountSet = json.firstText("AccountSet", "AccountSetCode")
        terms = json.firstText("Terms", "TermsCode")
        taxGroup = json.firstText("TaxGroup")
        // Sage's own metadata cuts the name short (reference Sage 6.2).
        let rows = json["CustomerGroupOptionalFieldVa"] ?? json["CustomerGroupOptionalFieldValues"]
        let names = (rows?.array ?? []).compactMap { $0["OptionalField"]?.string?.uppercased() }
        optionalFields = Set(names)
    }
}

extension SageSession {
    /// A customer group; nil when there is none of that code.
    public func customerGroup(_ code: String, in company: CompanyID) async throws(SageError)
        -> SageCustomerGroup?
    {
        try await setupRow(code, of: SageCustomerGroup.setup, in: company).flatMap { SageCustomerGroup($0) }
    }

    /// All customer groups, by code.
    public func customerGroups(in company: CompanyID) async throws(SageError) -> [SageCustomerGroup] {
        try await setupRows(of: SageCustomerGroup.setup, in: company).compactMap { SageCustomerGroup($0) }
    }
}
