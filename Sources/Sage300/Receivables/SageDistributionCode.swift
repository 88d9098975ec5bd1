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
        guard let entity = try await entity(company, Self.distributionCodes, key) else { return nil }
        guard let found = entity["DistributionCodeKey"]?.string else {
            throw .unreadable(Self.distributionCodes, company, "the answer names no distribution code")
        }
        return SageDistributionCode(
            code: found,
            isActive: SageActivity.isActive(entity["Status"]),
            revenueAccount: entity["RevenueAccount"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        )
    }

    private static let distributionCodes = "AR/ARDistributionCodes"
}
