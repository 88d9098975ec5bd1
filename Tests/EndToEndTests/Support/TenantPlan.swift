/// A tenant file, with what the tests vary.
struct TenantPlan {
    var tenant = "acme"
    var store: Simulator
    var sage: Simulator
    /// Nil: no account for gift cards, so that orders with one cannot be mapped.
    var giftCard: String? = "2310"
    var posting = "automatic"
    /// Of document numbers.
    var prefix = "US"
    /// Of customer numbers.
    var customerPrefix = "W"
    var storeViews = "default, us_en"
    var maximumEntries = 10
    var sagePassword = "secret"
    var accessToken = "demoaccesstoken00000000000000001"
    var schedule = "{every: 15m}"
    /// Signs in with bearer tokens.
    var isCloudService = false
    var startDate = "2025-01-01"
    var pageSize = 20
    var requestsPerMinute = 240
    /// How long a batch waits for more documents.
    var maximumWait = "500ms"
    /// Instead of the one company.
    var several: [CompanyPlan] = []

    private var signIn: String {
        isCloudService
            ? """
              auth: ims
              clientId: demo-client
              clientSecret: demo-client-secret
              organizationId: demo@AdobeOrg
              tokenURL: \(store.url)/ims/token/v3
            """
            : """
              auth: oauth1
              consumerKey: democonsumerkey00000000000000001
              consumerSecret: democonsumersecret00000000000001
              accessToken: \(accessToken)
              accessTokenSecret: demoaccesstokensecret00000000001
            """
    }

    var text: String {
        """
        tenant: \(tenant)
        name: The \(tenant) company
        schedule: \(schedule)
        adobe:
          url: \(store.url)
        \(signIn)
          pageSize: \(pageSize)
          requestsPerMinute: \(requestsPerMinute)
        sage:
          url: \(sage.url)
          username: connector
          password: \(sagePassword)
        companies:
        \(companies.map(text(of:)).joined())
        """
    }

    /// Those of the file: one, unless several are planned.
    private var companies: [CompanyPlan] {
        several.isEmpty ? [CompanyPlan(code: "SAMINC", storeViews: storeViews, prefix: prefix)] : several
    }

    private func text(of company: CompanyPlan) -> String {
        """
          - company: \(company.code)
            storeViews: [\(company.storeViews)]
            documentPrefix: \(company.prefix)
            timeZone: America/Vancouver
            currency: USD
            invoiceOn: order
            statuses: [processing, complete, closed]
            startDate: \(startDate)
            zeroTotals: skip
            posting: \(posting)
            customers: {group: WEB, prefix: \(customerPrefix), guests: shared, guestCustomer: WEBGUEST}
            terms: CARD
            taxGroup: ECOM
            accounts:
              revenue: "4000"
              shipping: "4100"
              discount: "4200"
              tax: "2200"
              storeCredit: "2320"
              rewardPoints: "2330"
        \(giftCard.map { "      giftCard: \"\($0)\"\n" } ?? "")\
              adjustment: "4300"
              rounding: "4990"
            batch: {maxEntries: \(maximumEntries), maxWait: \(maximumWait)}

        """
    }
}

/// One company of a tenant file.
struct CompanyPlan {
    var code: String
    var storeViews: String
    var prefix: String
}
