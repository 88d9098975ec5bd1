public import Accounting

/// What a tenant file says (contract, tenant file), checked and typed.
public struct TenantConfiguration: Sendable {
    /// How the store is signed in to.
    public enum AdobeAuthentication: String, Sendable, CaseIterable { case oauth1, ims }

    /// The store.
    public struct Adobe: Sendable {
        /// Base URL without `/rest`.
        public var url: String
        /// How to sign in.
        public var authentication: AdobeAuthentication
        /// Rows a page, 1 to 300.
        public var pageSize: Int
        /// IMS token endpoint, scopes and organisation, where used.
        public var tokenURL: String?
        /// Comma-separated scopes.
        public var scopes: String?
        /// `…@AdobeOrg`.
        public var organizationID: String?
    }

    /// The ledger.
    public struct Sage: Sendable {
        /// Web API address as typed.
        public var url: String
        /// User, upper case.
        public var username: String
    }

    /// Whose file.
    public var tenant: TenantID
    /// Name for people.
    public var name: String
    /// When the store is read.
    public var schedule: Schedule
    /// The store.
    public var adobe: Adobe
    /// The ledger.
    public var sage: Sage
    /// Companies in the file's order.
    public var companies: [CompanyRules]
    /// Secrets read at apply time; empty in a configuration that was stored.
    public var secrets: [SecretField: Secret]

    /// The company a store view belongs to.
    public func company(ofStoreView code: String) -> CompanyRules? {
        companies.first { $0.storeViews.contains { $0.code == code } }
    }

    /// A company's rules by its id.
    public func rules(of company: CompanyID) -> CompanyRules? {
        companies.first { $0.company == company }
    }
}

/// The secrets a tenant file may hold, by their keys.
public enum SecretField: String, Sendable, Hashable, CaseIterable {
    case consumerKey, consumerSecret, accessToken, accessTokenSecret
    case clientId, clientSecret
    case password

    /// True for the ledger's, false for the store's.
    public var isSage: Bool { self == .password }

    /// Which of the store's a way to sign in needs.
    public static func required(by authentication: TenantConfiguration.AdobeAuthentication) -> [SecretField] {
        switch authentication {
        case .oauth1: [.consumerKey, .consumerSecret, .accessToken, .accessTokenSecret]
        case .ims: [.clientId, .clientSecret]
        }
    }
}
