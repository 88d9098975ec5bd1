public import Accounting
import Foundation
import Onboarding
import Storage
public import Tenancy

/// What most tests leave as it is.
public struct TenantPlan: Sendable {
    /// Of the store.
    public var adobeURL = "http://127.0.0.1:9"
    /// Of the ledger.
    public var sageURL = "http://127.0.0.1:9/Sage300WebApi"
    /// As the file has it.
    public var schedule = "{every: 15m}"
    /// Rows a page.
    public var pageSize = 100
    /// Each company's id with its store views and time zone, as the file has them.
    public var companies = [("SAMINC", "[default, {code: us_en, documentPrefix: UE}]", "America/Vancouver")]
    /// The store's, as the simulator's demo has it.
    public var consumerSecret = "democonsumersecret00000000000001"

    /// Signs in as a client of the Cloud Service, by the simulator's demo credentials, rather than by OAuth 1.0a.
    public var isCloudService = false
    /// Further lines of the `adobe` section, each without indentation.
    public var adobeLines: [String] = []
    /// Of each company.
    public var invoiceOn = "order"

    /// The defaults.
    public init() {}

    /// The tenant file.
    public func file(of tenant: TenantID) -> String {
        """
        tenant: \(tenant.name)
        name: Acme Outfitters
        schedule: \(schedule)
        adobe:
          url: \(adobeURL)
          pageSize: \(pageSize)
        \((signIn + adobeLines).map { "  \($0)" }.joined(separator: "\n"))
        sage:
          url: \(sageURL)
          username: connector
          password: Pa55word
        companies:
        \(companies.map { company($0.0, views: $0.1, timeZone: $0.2) }.joined(separator: "\n"))
        """
    }

    private var signIn: [String] {
        guard isCloudService else {
            return [
                "auth: oauth1", "consumerKey: democonsumerkey00000000000000001",
                "consumerSecret: \(consumerSecret)", "accessToken: demoaccesstoken00000000000000001",
                "accessTokenSecret: demoaccesstokensecret00000000001",
            ]
        }
        return [
            "auth: ims", "clientId: demo-client", "clientSecret: demo-client-secret",
            "organizationId: demo@AdobeOrg", "tokenURL: \(adobeURL)/ims/token/v3",
        ]
    }

    private func company(_ company: String, views: String, timeZone: String) -> String {
        """
          - company: \(company)
            storeViews: \(views)
            documentPrefix: US
            timeZone: \(timeZone)
            currency: USD
            invoiceOn: \(invoiceOn)
            statuses: [processing, complete, closed]
            startDate: 2024-12-31
            posting: review
            customers: {group: WEB, prefix: W, guests: shared, guestCustomer: WEBGUEST}
            terms: CARD
            taxGroup: ECOM
            accounts: {revenue: "4000", shipping: "4100", tax: "2200", rounding: "4990"}
        """
    }
}

extension Bench {
    /// Puts a tenant file in force.
    @discardableResult
    public func apply(_ plan: TenantPlan) async throws -> TenantConfiguration {
        let text = plan.file(of: tenant)
        _ = try await TenantOnboarding(database: database, vault: vault, policy: .open).apply(text)
        return try TenantFile.parse(text)
    }
}
