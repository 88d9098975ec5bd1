/// Faults that `ping` finds, as `docs/configuration-faults.md` lists them.
enum PingFaults {
    static let all = codes + accounts + customers + taxes + store + others

    private static func company(_ yaml: String) -> String { "companies: [{code: SAMINC, \(yaml)}]" }

    private static let codes: [PingTests.Fault] = [
        .init(
            what: "customer group that is not there",
            file: [("group: WEB,", "group: WEBB,")],
            check: "SAMINC: customer group WEBB",
            fix: "customers.group"
        ),
        .init(
            what: "customer group that is inactive",
            sage: company("groups: [{code: WEB, status: Inactive}]"),
            check: "SAMINC: customer group WEB",
            fix: "Make it active"
        ),
        .init(
            what: "customer group in another currency",
            file: [("group: WEB,", "group: WEBEUR,")],
            check: "SAMINC: customer group WEBEUR",
            fix: "account set in USD"
        ),
        .init(
            what: "no tax group, in the file nor in the customer group",
            file: [("    taxGroup: ECOM\n", "")],
            sage: company("groups: [{code: WEB, taxGroup: \"\"}]"),
            check: "SAMINC: customer group WEB",
            fix: "Add taxGroup"
        ),
        .init(
            what: "terms that are not there",
            file: [("terms: CARD", "terms: CASH")],
            check: "SAMINC: terms CASH",
            fix: "terms"
        ),
        .init(
            what: "terms that are inactive",
            sage: company("terms: [{code: CARD, status: Inactive}]"),
            check: "SAMINC: terms CARD",
            fix: "Make them active"
        ),
        .init(
            what: "terms of a rule that are not there",
            file: [rule("terms: CASH")],
            check: "SAMINC: terms CASH",
            fix: "rules \"R\" terms"
        ),
        .init(
            what: "distribution code that is not there",
            file: [rule("distributionCodes: {revenue: WEBNO}")],
            check: "SAMINC: distribution code WEBNO",
            fix: "A/R Distribution Codes"
        ),
        .init(
            what: "distribution code that is inactive",
            file: [rule("distributionCodes: {revenue: WEBSAL}")],
            sage: company("distributionCodes: [{code: WEBSAL, account: \"4000\", status: Inactive}]"),
            check: "SAMINC: distribution code WEBSAL",
            fix: "Make it active"
        ),
        .init(
            what: "distribution code of an account that is inactive",
            file: [rule("distributionCodes: {revenue: WEBSAL}")],
            sage: company(
                "accounts: [{code: \"4009\", status: Inactive}], distributionCodes: [{code: WEBSAL, account: \"4009\"}]"
            ),
            check: "SAMINC: distribution code WEBSAL",
            fix: "active account"
        ),
    ]

    private static let accounts: [PingTests.Fault] = [
        .init(
            what: "account that is not there",
            file: [("shipping: \"4100\"", "shipping: \"4109\"")],
            check: "SAMINC: account shipping 4109",
            fix: "accounts.shipping"
        ),
        .init(
            what: "account that is inactive",
            sage: company("accounts: [{code: \"4100\", status: Inactive}]"),
            check: "SAMINC: account shipping 4100",
            fix: "Make the account active"
        ),
        .init(
            what: "account that allows no posting",
            sage: company("accounts: [{code: \"4100\", posting: false}]"),
            check: "SAMINC: account shipping 4100",
            fix: "accounts.shipping"
        ),
        .init(
            what: "control account",
            sage: company("accounts: [{code: \"4100\", control: true}]"),
            check: "SAMINC: account shipping 4100",
            fix: "accounts.shipping"
        ),
        .init(
            what: "revenue on a balance sheet account",
            file: [("revenue: \"4000\"", "revenue: \"2310\"")],
            check: "SAMINC: account revenue 2310",
            fix: "accounts.revenue"
        ),
        .init(
            what: "tax on an income statement account",
            file: [("tax: \"2200\"", "tax: \"4300\"")],
            check: "SAMINC: account tax 4300",
            fix: "accounts.tax"
        ),
        .init(
            what: "account of a rule that is not there",
            file: [rule("accounts: {revenue: \"4777\"}")],
            check: "SAMINC: account rules \"R\" revenue 4777",
            fix: "rules \"R\" revenue"
        ),
    ]

    private static let customers: [PingTests.Fault] = [
        .init(
            what: "guest customer that is not there",
            file: [("guestCustomer: WEBGUEST", "guestCustomer: NOGUEST")],
            check: "SAMINC: guest customer NOGUEST",
            fix: "A/R Customers"
        ),
        .init(
            what: "guest customer that is inactive",
            sage: company("customers: [{number: WEBGUEST, status: Inactive}]"),
            check: "SAMINC: guest customer WEBGUEST",
            fix: "Make it active"
        ),
        .init(
            what: "guest customer on hold",
            sage: company("customers: [{number: WEBGUEST, onHold: true}]"),
            check: "SAMINC: guest customer WEBGUEST",
            fix: "off hold"
        ),
        .init(
            what: "guest customer in another currency",
            file: [("guestCustomer: WEBGUEST", "guestCustomer: GUESTEUR")],
            check: "SAMINC: guest customer GUESTEUR",
            fix: "customer in USD"
        ),
        .init(
            what: "group of a foreign currency that is kept in the home currency",
            file: [currencies("{EUR: {group: WEB, guestCustomer: GUESTEUR, suffix: E}}")],
            check: "SAMINC: foreign currency EUR",
            fix: "account set in EUR"
        ),
        .init(
            what: "foreign currency of a company with one currency",
            file: [currencies("{EUR: {group: WEBEUR, guestCustomer: GUESTEUR, suffix: E}}")],
            sage: company("rates: {}"),
            check: "SAMINC: foreign currency EUR",
            fix: "multicurrency"
        ),
    ]

    private static let taxes: [PingTests.Fault] = [
        .init(
            what: "tax group that is not there",
            file: [("taxGroup: ECOM", "taxGroup: NOPE")],
            check: "SAMINC: tax group NOPE",
            fix: "taxGroup"
        ),
        .init(
            what: "tax group of an authority's row that is not there",
            file: [authorities("{group: NOPE, authority: CASALES}")],
            check: "SAMINC: tax group NOPE",
            fix: "taxAuthorities.US-CA-*"
        ),
        .init(
            what: "tax authority that is not in its group",
            file: [authorities("{group: ECOM, authority: CASALES}")],
            check: "SAMINC: tax authority CASALES",
            fix: "taxAuthorities.US-CA-*"
        ),
    ]

    private static let store: [PingTests.Fault] = [
        .init(
            what: "store view that is not there",
            file: [("us_en", "us_fr")],
            check: "SAMINC: store view us_fr",
            fix: "us_en"
        ),
        .init(
            what: "store view in other capitals",
            file: [("us_en", "US_EN")],
            check: "SAMINC: store view US_EN",
            fix: "capitals count"
        ),
        .init(
            what: "right for orders missing",
            store: "resources: [\(rights(without: "Magento_Sales::actions_view"))]",
            check: "rights: orders",
            fix: "Magento_Sales::actions_view"
        ),
        .init(
            what: "right for credit memos missing",
            store: "resources: [\(rights(without: "Magento_Sales::sales_creditmemo"))]",
            check: "rights: credit memos",
            fix: "Magento_Sales::sales_creditmemo"
        ),
        .init(
            what: "right for customers missing",
            store: "resources: [\(rights(without: "Magento_Customer::customer"))]",
            check: "rights: customers",
            fix: "Magento_Customer::customer"
        ),
        .init(
            what: "store views in another base currency",
            store: "baseCurrency: CAD",
            check: "SAMINC: base currency",
            fix: "currency"
        ),
        .init(
            what: "store's clock a quarter of an hour off",
            store: "clockOffset: 900",
            check: "clock",
            fix: "NTP"
        ),
        .init(
            what: "access token of another integration",
            file: [("accessToken: demo", "accessToken: other")],
            check: "sign-in",
            fix: "credentials"
        ),
    ]

    private static let others: [PingTests.Fault] = [
        .init(
            what: "home currency that is another",
            sage: company(
                "currency: CAD, groups: [{code: WEB, accountSet: TRUSD}], accountSets: [{code: TRUSD, currency: USD}]"
            ),
            check: "SAMINC: home currency",
            fix: "Correct currency"
        ),
        .init(
            what: "period of startDate locked",
            sage: company("closedPeriods: [2024-12]"),
            check: "SAMINC: fiscal period of startDate",
            fix: "Unlock it"
        ),
        .init(
            what: "startDate before the first fiscal year",
            file: [("startDate: 2024-12-31", "startDate: 2010-01-01")],
            check: "SAMINC: fiscal period of startDate",
            fix: "fiscal year"
        ),
        .init(
            what: "fiscal year of today missing",
            sage: company("fiscalYears: {from: 2020, to: 2024}"),
            check: "SAMINC: fiscal period today",
            fix: "fiscal year"
        ),
        .init(
            what: "sage.url with a wrong path",
            file: [("/Sage300WebApi", "/Sage300WebApx")],
            check: "reach",
            fix: "sage.url"
        ),
    ]

    private static func rule(_ text: String) -> (String, String) {
        (
            "    terms: CARD\n",
            "    terms: CARD\n    rules: [{name: R, when: {storeView: default}, \(text)}]\n"
        )
    }

    private static func currencies(_ text: String) -> (String, String) {
        ("    terms: CARD\n", "    terms: CARD\n    currencies: \(text)\n")
    }

    private static func authorities(_ text: String) -> (String, String) {
        ("tax: \"2200\"", "tax: authority, taxAuthorities: {\"US-CA-*\": \(text)}")
    }

    private static func rights(without one: String) -> String {
        [
            "Magento_Sales::actions_view", "Magento_Sales::sales_invoice", "Magento_Sales::shipment",
            "Magento_Sales::sales_creditmemo", "Magento_Customer::customer", "Magento_Backend::store",
        ].filter { $0 != one }.joined(separator: ", ")
    }
}
