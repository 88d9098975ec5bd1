public import ExactJSON
import Foundation
public import StoreGenerator

/// What is simulated. Every value has a default; `docs/simulators.md` describes the file.
public struct Scenario: Sendable {
    /// How requests are let in.
    public enum Authentication: String, Sendable, CaseIterable {
        /// Integrations of PaaS and on-premises stores.
        case oauth1
        /// Bearer tokens of the Cloud Service, got from `/ims/token/v3`.
        case ims
    }

    /// Of the generator and of faults that strike by chance.
    public var seed: UInt64 = 1
    /// Registered customers.
    public var customers = 50
    /// Orders.
    public var orders = 200
    /// Everything else the generator can be told.
    public var store = Scenario.recentStore()
    /// How requests are let in.
    public var authentication = Authentication.oauth1
    /// Who is let in.
    public var credentials = StoreCredentials()
    /// Of bearer tokens.
    public var tokenLifetimeSeconds = 86_399
    /// First part of the Cloud Service's paths; nil: any, or none.
    public var tenantID: String?
    /// Refuse what Magento's own verifiers refuse although the standard allows it.
    public var isStrict = true
    /// ACL resources granted; nil: all.
    public var resources: Set<String>?
    /// `webapi/validation/maximum_page_size`; nil: input limits are off.
    public var maximumPageSize: Int?
    /// Past the end, give the last page again, as 2.3 and older.
    public var repeatsLastPage = false
    /// Refuse what comes faster; nil: nothing.
    public var rateLimit: RateLimit?
    /// Compress answers for clients that accept gzip.
    public var compresses = true
    /// Rows with a text that is not UTF-8: every answer that holds one is a masked 500 (reference 7).
    public var badRows: [EntityKind: Set<Int>] = [:]
    /// How far the store's clock is ahead of this machine's.
    public var clockOffsetSeconds = 0
    /// Put in as they are, after the generated ones.
    public var documents: [EntityKind: [JSON]] = [:]
    /// What goes wrong.
    public var faults: [Fault] = []

    /// The defaults.
    public init() {}

    /// A store whose month of orders ended an hour ago.
    private static func recentStore() -> StoreOptions {
        var options = StoreOptions()
        let now = Int(Date().timeIntervalSince1970)
        options.endSeconds = now / 3600 * 3600 - 3600
        options.startSeconds = options.endSeconds - 30 * 86_400
        return options
    }
}
