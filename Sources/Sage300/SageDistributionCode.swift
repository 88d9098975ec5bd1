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
}

extension SageSession {
    /// A distribution code; nil when there is none.
    public func distributionCode(_ code: String, in company: CompanyID) async throws(SageError)
        -> SageDistributionCode?
    {
        let key = SageKey("DistributionCodeKey", code.uppercased())
        guard let entity = try await entity(company, "AR/ARDistributionCodes", key) else { return nil }
        return SageDistributionCode(
            code: entity["DistributionCodeKey"]?.string ?? code,
            isActive: SageActivity.isActive(entity["Status"]),
            revenueAccount: entity["RevenueAccount"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        )
    }
}
