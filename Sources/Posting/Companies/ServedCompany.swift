public import Accounting
import Foundation
public import Storage
public import Tenancy

/// One company of one tenant, with all a worker needs for it.
public struct ServedCompany: Sendable {
    /// The tenant as configured.
    public let tenant: TenantConfiguration
    /// The company's rules.
    public let rules: CompanyRules
    /// The company on its server.
    public let target: SageCompany
    /// The tenant's way to that server.
    public let gate: SageGate
    /// Why no work is done for it now; nil while there is.
    public let pause: String?
    /// Whether that is so because nothing is written at this time of the day.
    public let isQuiet: Bool
    /// Changes whenever anything of the above but the pause does.
    public let version: String
}
