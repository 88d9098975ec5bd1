import Accounting
import Foundation
import Tenancy
import Testing

/// The contract's example means exactly what it says.
struct ContractFileTests {
    @Test func tenantAndSystems() throws {
        let tenant = try TenantFile.parse(ContractFile.text, secrets: ContractFile.secrets)
        #expect(tenant.tenant.name == "acme")
        #expect(tenant.name == "Acme Outfitters")
        #expect(tenant.schedule.text == "every day at 02:00 (America/Vancouver)")
        #expect(tenant.adobe.url == "https://shop.example.com")
        #expect(tenant.adobe.authentication == .oauth1)
        #expect(tenant.adobe.pageSize == 100)
        #expect(tenant.sage.url == "https://erp.example.com/Sage300WebApi")
        #expect(tenant.sage.username == "CONNECTOR")
        #expect(
            tenant.secrets
                == [
                    .consumerKey: Secret("value of ACME_CONSUMER_KEY"),
                    .consumerSecret: Secret("value of ACME_CONSUMER_SECRET"),
                    .accessToken: Secret("value of ACME_ACCESS_TOKEN"),
                    .accessTokenSecret: Secret("value of ACME_ACCESS_TOKEN_SECRET"),
                    .password: Secret("value of ACME_SAGE_PASSWORD"),
                ]
        )
    }

    @Test func whatSageOwnsOfACustomer() throws {
        let none = try TenantFile.parse(ContractFile.text, secrets: ContractFile.secrets).companies[0]
            .customers
        #expect(none.optionalField == nil && none.sageOwns.isEmpty)
        let file = ContractFile.replacing(
            "prefix: W,",
            with:
                "prefix: W, optionalField: WEBID, sageOwns: [name, address, phone, email, contact, taxNumber],"
        )
        let some = try TenantFile.parse(file, secrets: ContractFile.secrets).companies[0].customers
        #expect(some.optionalField == "WEBID" && some.sageOwns == Set(CustomerField.allCases))
        #expect(try TenantFile.parseStored(TenantFile.storedForm(of: file)).companies[0].customers == some)
    }

    @Test func company() throws {
        let tenant = try TenantFile.parse(ContractFile.text, secrets: ContractFile.secrets)
        var expected = CompanyRules(
            company: try #require(CompanyID("SAMINC")),
            storeViews: [
                CompanyRules.StoreView(code: "default"),
                CompanyRules.StoreView(code: "us_en", documentPrefix: "UE"),
            ],
            documentPrefix: "US",
            timeZone: try #require(TimeZone(identifier: "America/Vancouver")),
            currency: try #require(Currency("USD")),
            customers: CompanyRules.Customers(
                group: "WEB",
                prefix: "W",
                guests: .shared,
                guestCustomer: "WEBGUEST"
            ),
            accounts: CompanyRules.Accounts(revenue: "4000")
        )
        expected.currencies = [
            "EUR": CompanyRules.ForeignCurrency(group: "WEBEUR", guestCustomer: "GUESTEUR", suffix: "E")
        ]
        expected.invoiceOn = .order
        expected.statuses = ["processing", "complete", "closed"]
        expected.startDate = CalendarDate("2026-01-01")
        expected.zeroTotals = .skip
        expected.posting = .review
        expected.codePage = .windows1252
        expected.existing = .hold
        expected.terms = "CARD"
        expected.taxGroup = "ECOM"
        expected.accounts.shipping = "4100"
        expected.accounts.discount = "4200"
        expected.accounts.tax = "2200"
        expected.accounts.giftCard = "2310"
        expected.accounts.storeCredit = "2320"
        expected.accounts.rewardPoints = "2330"
        expected.accounts.adjustment = "4300"
        expected.accounts.rounding = "4990"
        expected.accounts.deferredRevenue = "2500"
        expected.roundingCap = Amount("0.02")
        expected.batchMaximumEntries = 50
        expected.batchMaximumWaitSeconds = 2
        #expect(tenant.companies == [expected])
        #expect(expected.startDate != nil)
        #expect(tenant.company(ofStoreView: "us_en") == expected)
        #expect(tenant.company(ofStoreView: "fr") == nil)
        #expect(tenant.rules(of: expected.company) == expected)
    }

    /// `schedule: {every: week, on: monday, at: …}` and `{every: 15m}`.
    @Test(arguments: [
        (#"{every: week, on: monday, at: "06:30", timeZone: UTC}"#, "every monday at 06:30 (GMT)"),
        ("{every: 15m}", "every 15 min"), ("{every: 90s}", "every 90 s"), ("{every: 1d}", "every 1440 min"),
    ])
    func otherSchedules(_ schedule: String, _ text: String) throws {
        let file = ContractFile.replacing(
            #"{every: day, at: "02:00", timeZone: America/Vancouver}"#,
            with: schedule
        )
        #expect(try TenantFile.parse(file, secrets: ContractFile.secrets).schedule.text == text)
    }

    @Test func imsSignIn() throws {
        var lines = ContractFile.text.split(separator: "\n").map(String.init)
        lines.removeAll { $0.contains("consumer") || $0.contains("accessToken") }
        let file = lines.joined(separator: "\n").replacingOccurrences(
            of: "auth: oauth1",
            with: """
                auth: ims
                  clientId: literal
                  clientSecret: {env: SECRET}
                  organizationId: 1234@AdobeOrg
                  scopes: a,b
                  tokenURL: https://ims.example.com/token/v3
                """
        )
        let tenant = try TenantFile.parse(file, secrets: ContractFile.secrets)
        #expect(tenant.adobe.authentication == .ims)
        #expect(tenant.adobe.organizationID == "1234@AdobeOrg")
        #expect(tenant.adobe.scopes == "a,b")
        #expect(tenant.adobe.tokenURL == "https://ims.example.com/token/v3")
        #expect(tenant.secrets[.clientId] == Secret("literal"))
        #expect(tenant.secrets[.clientSecret] == Secret("value of SECRET"))
    }

    @Test(arguments: ["    ", "      "])
    func taxByAuthority(_ margin: String) throws {
        // In the company, or among its accounts: the contract's one-liner allows both readings.
        let table = #"taxAuthorities: {"US-CA-*": {group: CATAX, authority: CASALES}}"#
        var file = ContractFile.replacing(#"tax: "2200""#, with: "tax: authority")
        file =
            margin.count == 4
            ? file.replacingOccurrences(of: "terms: CARD", with: "terms: CARD\n\(margin)\(table)")
            : file.replacingOccurrences(
                of: #"revenue: "4000""#,
                with: "revenue: \"4000\"\n\(margin)\(table)"
            )
        let rules = try #require(try TenantFile.parse(file, secrets: ContractFile.secrets).companies.first)
        let row = CompanyRules.TaxAuthorityRule(pattern: "US-CA-*", group: "CATAX", authority: "CASALES")
        #expect(rules.taxPosting == .authority([row]))
        #expect(rules.accounts.tax == nil)
    }

    @Test(arguments: CompanyRules.Existing.allCases)
    func whatIsTypedByHand(_ existing: CompanyRules.Existing) throws {
        let file = ContractFile.replacing("posting: review", with: "existing: \(existing.rawValue)")
        let company = try TenantFile.parse(file, secrets: ContractFile.secrets).companies.first
        #expect(company?.existing == existing)
    }

    @Test(arguments: CodePage.allCases)
    func codePages(_ page: CodePage) throws {
        let file = ContractFile.replacing("posting: review", with: "codePage: \(page.rawValue)")
        #expect(try TenantFile.parse(file, secrets: ContractFile.secrets).companies.first?.codePage == page)
    }

    @Test func onlyWhatIsRequired() throws {
        let file = """
            tenant: a
            name: A
            schedule: {every: 15m}
            adobe: {url: "https://shop.example.com/rest/", auth: ims, clientId: i, clientSecret: s}
            sage: {url: "https://erp.example.com/Sage300WebApi/", username: u, password: ""}
            companies:
              - company: A
                storeViews: [default]
                documentPrefix: ""
                timeZone: UTC
                currency: JPY
                customers: {group: WEB, prefix: W, guests: individual}
                accounts: {revenue: 4000}
            """
        let tenant = try TenantFile.parse(file, secrets: ContractFile.secrets)
        let rules = try #require(tenant.companies.first)
        #expect(tenant.adobe.url == "https://shop.example.com")
        #expect(tenant.adobe.pageSize == 100)
        #expect(tenant.adobe.requestsPerMinute == 240)
        #expect(tenant.adobe.requestsAtATime == 2)
        #expect(tenant.adobe.overlap == .seconds(600))
        #expect(tenant.adobe.sweep == TenantConfiguration.Sweep(every: .day, days: 90))
        #expect(tenant.sage.url == "https://erp.example.com/Sage300WebApi")
        #expect(rules.posting == .review)
        #expect(rules.invoiceOn == .order)
        #expect(rules.zeroTotals == .skip)
        #expect(rules.documentPrefix.isEmpty)
        #expect(rules.accounts.revenue == "4000")
        #expect(rules.taxPosting == .account)
        #expect(rules.batchMaximumEntries == 50)
    }
}
