public import Accounting
public import Foundation

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
        /// The most requests in any minute, 1 to 6000.
        public var requestsPerMinute = 240
        /// The most requests under way at once, 1 to 8.
        public var requestsAtATime = 2
        /// How far before the last document reading begins again, for those that come late.
        public var overlap = Duration.seconds(600)
        /// How often documents are read again by id.
        public var sweep = Sweep()
        /// IMS token endpoint, scopes and organisation, where used.
        public var tokenURL: String?
        /// Comma-separated scopes.
        public var scopes: String?
        /// `…@AdobeOrg`.
        public var organizationID: String?
    }

    /// Reading documents again by id, for what a store changes without moving `updated_at` (reference Adobe 2.7).
    public struct Sweep: Sendable, Hashable {
        /// How often a sweep begins.
        public enum Rhythm: String, Sendable, CaseIterable { case day, week, off }

        /// How often a sweep begins.
        public var every: Rhythm
        /// How many days back a document may have been created to be read again, 1 to 3650. Customers are read
        /// again however old they are.
        public var days: Int

        /// A sweep from its parts.
        public init(every: Rhythm = .day, days: Int = 90) {
            self.every = every
            self.days = days
        }

        /// Seconds from one beginning to the next; nil for none.
        public var period: TimeInterval? {
            switch every {
            case .day: 86_400
            case .week: 7 * 86_400
            case .off: nil
            }
        }
    }

    /// The ledger.
    public struct Sage: Sendable {
        /// Web API address as typed.
        public var url: String
        /// User, upper case.
        public var username: String
        /// When nothing is written there; nil: at any time.
        public var quietHours: QuietHours?
    }

    /// Whose file.
    public var tenant: TenantID
    /// Which of the versions that were applied; nil for a file that was only read.
    public var version: Int?
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
    /// What its people are told.
    public var alerts: AlertRules
    /// Secrets read at apply time; empty in a configuration that was stored.
    public var secrets: [SecretField: Secret]
    /// The days on which secrets stop working, where the file says so; empty in a configuration that was stored.
    public var expirations: [SecretField: CalendarDate]

    /// What a person should know of the file as it was read; empty in a configuration that was stored.
    public var remarks: [String] = []

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
    case webhook, webhookSecret

    /// The sections of a tenant file that hold secrets, by their keys.
    public enum Section: String, Sendable, CaseIterable { case adobe, sage, alerts }

    /// Where it stands.
    public var section: Section {
        switch self {
        case .consumerKey, .consumerSecret, .accessToken, .accessTokenSecret, .clientId, .clientSecret: .adobe
        case .password: .sage
        case .webhook, .webhookSecret: .alerts
        }
    }

    /// True when it works until somebody revokes it: an OAuth 1.0a integration's four, a client's name, and what alerts
    /// are sent with. Of others nobody knows when they end unless the tenant file says so.
    public var neverExpires: Bool {
        switch self {
        case .consumerKey, .consumerSecret, .accessToken, .accessTokenSecret, .clientId, .webhook,
            .webhookSecret:
            true
        case .clientSecret, .password: false
        }
    }

    /// Which of the store's a way to sign in needs.
    public static func required(by authentication: TenantConfiguration.AdobeAuthentication) -> [SecretField] {
        switch authentication {
        case .oauth1: [.consumerKey, .consumerSecret, .accessToken, .accessTokenSecret]
        case .ims: [.clientId, .clientSecret]
        }
    }
}
