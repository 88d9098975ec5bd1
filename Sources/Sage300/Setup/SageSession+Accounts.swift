public import Accounting
import ExactJSON

extension SageSession {
    /// All accounts of the general ledger, by number.
    public func accounts(in company: CompanyID) async throws(SageError) -> [SageAccount] {
        let setup = SageSetup(path: "GL/GLAccounts", keys: ["UnformattedAccount"])
        return try await setupRows(of: setup, select: SageAccount.select, in: company)
            .compactMap { SageAccount($0) }
    }

    /// All A/R distribution codes, by code.
    public func distributionCodes(in company: CompanyID) async throws(SageError) -> [SageDistributionCode] {
        let setup = SageSetup(path: "AR/ARDistributionCodes", keys: ["DistributionCodeKey"])
        return try await setupRows(of: setup, in: company).compactMap { SageDistributionCode($0) }
    }
}
