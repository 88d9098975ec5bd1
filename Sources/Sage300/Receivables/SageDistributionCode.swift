public import Accounting
import ExactJSON

/// A code that stands for a revenue account on an invoice's line.
public struct SageDistributionCode: Sendable, Hashable {
    /// The code.
    public let code: String
    /// False when a person has made it inactive.
    public let isActive: Bool
    /// The account it stands for; nil when Sage 300 does not say.
    public let revenueAccount: String?
    /// What people call it.
    public let description: String
}

extension SageDistributionCode {
    /// Nil when the row names no distribution code.
    init?(_ json: JSON) {
        guard let code = json["DistributionCodeKey"]?.string else { return nil }
        self.code = code
        isActive = SageActivity.isActive(json["Status"])
        revenueAccount = json.firstText("RevenueAccount")
        description = json.firstText("Description") ?? ""
    }
}

extension SageSession {
    /// A distribution code; nil when there is none.
    public func distributionCode(_ code: String, in company: CompanyID) async throws(SageError)
        -> SageDistributionCode?
    {
        let key = SageKey("DistributionCodeKey", code.uppercased())
        guard let entity = try await entity(company, Self.distributionCodes, key) else { return nil }
        guard let found = SageDistributionCode(entity) else {
            throw .unreadable(Self.distributionCodes, company, "the answer names no distribution code")
        }
        return found
    }

    private static let distributionCodes = "AR/ARDistributionCodes"
}
