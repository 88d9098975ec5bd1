extension Fault {
    static let ofTenant = [
        Fault("tenant: acme", "tenant: Acme", 1, "tenant", "1 to 32 of a-z, 0-9 and -"),
        Fault("tenant: acme", "tenant: \(String(repeating: "a", count: 33))", 1, "tenant", "1 to 32"),
        Fault("tenant: acme", "tenant: ac_me", 1, "tenant", "a-z, 0-9 and -"),
        Fault("tenant: acme", "tenant: [acme]", 1, "tenant", "must be a text"),
        Fault("tenant: acme", "tenant:", 1, "tenant", "is missing"),
        Fault("tenant: acme\n", "", 1, "tenant", "is missing"),
        Fault(
            "tenant: acme\n",
            "tenant: acme\nowner: me\n",
            2,
            "owner",
            "unknown key; allowed here: tenant, name"
        ),
        Fault("name: Acme Outfitters", "name: ''", 2, "name", "1 to 100 characters"),
        Fault(
            "name: Acme Outfitters",
            "name: \(String(repeating: "n", count: 101))",
            2,
            "name",
            "1 to 100 characters"
        ),
        Fault("name: Acme Outfitters", "name: {a: b}", 2, "name", "must be a text"),
    ]

    static let ofSchedule = [
        Fault(
            "{every: day, at: \"02:00\", timeZone: America/Vancouver}",
            "{every: month}",
            3,
            "schedule.every",
            "day, week, or an interval"
        ),
        Fault("at: \"02:00\"", "at: \"2:00\"", 3, "schedule.at", "a time such as \"02:00\""),
        Fault("at: \"02:00\"", "at: \"24:00\"", 3, "schedule.at", "a time such as"),
        Fault("at: \"02:00\"", "at: \"02:60\"", 3, "schedule.at", "a time such as"),
        Fault("at: \"02:00\", ", "", 3, "schedule.at", "is missing"),
        Fault(
            "{every: day, at: \"02:00\", timeZone: America/Vancouver}",
            "{every: 5s}",
            3,
            "schedule.every",
            "an interval such as 15m"
        ),
        Fault(
            "{every: day, at: \"02:00\", timeZone: America/Vancouver}",
            "{every: 9999d}",
            3,
            "schedule.every",
            "an interval"
        ),
        Fault(
            "{every: day, at: \"02:00\", timeZone: America/Vancouver}",
            "{every: 15}",
            3,
            "schedule.every",
            "an interval"
        ),
        Fault(
            "{every: day, at: \"02:00\", timeZone: America/Vancouver}",
            "{every: -15m}",
            3,
            "schedule.every",
            "an interval"
        ),
        Fault(
            "{every: day, at: \"02:00\", timeZone: America/Vancouver}",
            "daily",
            3,
            "schedule",
            "must be a mapping"
        ),
        Fault("every: day, ", "", 3, "schedule.every", "is missing"),
        Fault("every: day", "every: day, on: monday", 3, "schedule.on", "every: week only"),
        Fault("every: day", "every: week", 3, "schedule.on", "is missing"),
        Fault("every: day", "every: week, on: Mon", 3, "schedule.on", "sunday, monday"),
        Fault(
            "02:00\", timeZone: America/Vancouver",
            "02:00\", timeZone: PST8",
            3,
            "schedule.timeZone",
            "an IANA name"
        ),
        Fault("02:00\", timeZone: America/Vancouver", "02:00\"", 3, "schedule.timeZone", "is missing"),
    ]

    static let ofSystems = [
        Fault(
            "url: https://shop.example.com",
            "url: shop.example.com",
            5,
            "adobe.url",
            "an http or https URL"
        ),
        Fault(
            "url: https://shop.example.com",
            "url: ftp://shop.example.com",
            5,
            "adobe.url",
            "an http or https"
        ),
        Fault("url: https://shop.example.com", "url: https://shop.example.com/?a=b", 5, "adobe.url", "query"),
        Fault(
            "url: https://shop.example.com",
            "url: https://me:hush@shop.example.com",
            5,
            "adobe.url",
            "credentials"
        ),
        Fault("  url: https://shop.example.com\n", "", 5, "adobe.url", "is missing"),
        Fault("auth: oauth1", "auth: oauth2", 6, "adobe.auth", "oauth1, ims"),
        Fault("  auth: oauth1\n", "", 5, "adobe.auth", "is missing"),
        Fault(
            "auth: oauth1",
            "auth: oauth1\n  clientId: x",
            7,
            "adobe.clientId",
            "is not used with auth: oauth1"
        ),
        Fault("  consumerKey: {env: ACME_CONSUMER_KEY}\n", "", 5, "adobe.consumerKey", "is missing"),
        Fault("{env: ACME_CONSUMER_KEY}", "''", 7, "adobe.consumerKey", "is empty"),
        Fault(
            "{env: ACME_CONSUMER_KEY}",
            "{vault: KEY}",
            7,
            "adobe.consumerKey",
            "{env: NAME} or {file: PATH}"
        ),
        Fault(
            "{env: ACME_CONSUMER_KEY}",
            "{file: /none}",
            7,
            "adobe.consumerKey",
            "the file /none cannot be read"
        ),
        Fault("{env: ACME_CONSUMER_KEY}", "[a]", 7, "adobe.consumerKey", "must be a text"),
        Fault(
            "{env: ACME_CONSUMER_KEY}",
            "{env: A, expires: 2027-02-30}",
            7,
            "adobe.consumerKey.expires",
            "allowed: a day such as 2027-01-31"
        ),
        Fault(
            "{env: ACME_CONSUMER_KEY}",
            "{env: A, expires: soon}",
            7,
            "adobe.consumerKey.expires",
            "a day such as"
        ),
        Fault(
            "{env: ACME_CONSUMER_KEY}",
            "{env: A, expires: 31.01.2027}",
            7,
            "adobe.consumerKey.expires",
            "a day such as"
        ),
        Fault(
            "{env: ACME_CONSUMER_KEY}",
            "{env: A, expires: [2027]}",
            7,
            "adobe.consumerKey.expires",
            "must be a text"
        ),
        Fault(
            "{env: ACME_CONSUMER_KEY}",
            "{env: A, expires: }",
            7,
            "adobe.consumerKey.expires",
            "is missing"
        ),
        Fault(
            "{env: ACME_CONSUMER_KEY}",
            "{expires: 2027-01-31}",
            7,
            "adobe.consumerKey",
            "{env: NAME} or {file: PATH}"
        ),
        Fault(
            "{env: ACME_CONSUMER_KEY}",
            "{env: A, file: B, expires: 2027-01-31}",
            7,
            "adobe.consumerKey",
            "{env: NAME} or {file: PATH}"
        ),
        Fault(
            "{env: ACME_CONSUMER_KEY}",
            "{env: A, ends: 2027-01-31}",
            7,
            "adobe.consumerKey",
            "with expires: DAY"
        ),
        Fault(
            "{env: ACME_CONSUMER_KEY}",
            "{text: A, expires: 2027-01-31}",
            7,
            "adobe.consumerKey",
            "{env: NAME} or {file: PATH}"
        ),
        Fault("pageSize: 100", "pageSize: 0", 11, "adobe.pageSize", "from 1 to 300"),
        Fault("pageSize: 100", "pageSize: 301", 11, "adobe.pageSize", "from 1 to 300"),
        Fault("pageSize: 100", "pageSize: many", 11, "adobe.pageSize", "a whole number"),
        Fault("pageSize: 100", "requestsPerMinute: 0", 11, "adobe.requestsPerMinute", "from 1 to 6000"),
        Fault("pageSize: 100", "requestsPerMinute: 6001", 11, "adobe.requestsPerMinute", "from 1 to 6000"),
        Fault("pageSize: 100", "requestsAtATime: 9", 11, "adobe.requestsAtATime", "from 1 to 8"),
        Fault("pageSize: 100", "requestsAtATime: 0", 11, "adobe.requestsAtATime", "from 1 to 8"),
        Fault("pageSize: 100", "overlap: 0s", 11, "adobe.overlap", "from 1s to 1d"),
        Fault("pageSize: 100", "overlap: 25h", 11, "adobe.overlap", "from 1s to 1d"),
        Fault("pageSize: 100", "overlap: 500ms", 11, "adobe.overlap", "whole seconds"),
        Fault("pageSize: 100", "overlap: 10", 11, "adobe.overlap", "such as 10m"),
        Fault("pageSize: 100", "sweep: off", 11, "adobe.sweep", "must be a mapping"),
        Fault("pageSize: 100", "sweep: {every: month}", 11, "adobe.sweep.every", "day, week, off"),
        Fault("pageSize: 100", "sweep: {days: 0}", 11, "adobe.sweep.days", "from 1 to 3650"),
        Fault(
            "pageSize: 100",
            "sweep: {every: off, days: 30}",
            11,
            "adobe.sweep.days",
            "every: day or every: week only"
        ),
        Fault(
            "pageSize: 100",
            "sweep: {every: week, on: monday}",
            11,
            "adobe.sweep.on",
            "unknown key; allowed here: every, days"
        ),
        Fault("pageSize: 100", "pagesize: 100", 11, "adobe.pagesize", "unknown key; allowed here: url, auth"),
        Fault("pageSize: 100", "tokenURL: nowhere", 11, "adobe.tokenURL", "an http or https URL"),
        Fault(
            "url: https://erp.example.com/Sage300WebApi",
            "url: erp",
            13,
            "sage.url",
            "an http or https URL"
        ),
        Fault("  username: connector\n", "", 13, "sage.username", "is missing"),
        Fault("  password: {env: ACME_SAGE_PASSWORD}\n", "", 13, "sage.password", "is missing"),
        Fault("username: connector", "username: connector\n  user: x", 15, "sage.user", "unknown key"),
    ]

    static let ofCompany = [
        Fault("company: SAMINC", "company: saminc", 17, "companies[0].company", "1 to 6 of A-Z and 0-9"),
        Fault("company: SAMINC", "company: SAMINC1", 17, "companies[0].company", "1 to 6 of A-Z and 0-9"),
        Fault(
            "storeViews: [default, {code: us_en, documentPrefix: UE}]",
            "storeViews: []",
            18,
            "companies[0].storeViews",
            "names no store view"
        ),
        Fault(
            "storeViews: [default, {code: us_en, documentPrefix: UE}]",
            "storeViews: default",
            18,
            "companies[0].storeViews",
            "must be a list"
        ),
        Fault(
            "    storeViews: [default, {code: us_en, documentPrefix: UE}]\n",
            "",
            17,
            "companies[0].storeViews",
            "is missing"
        ),
        Fault(
            "{code: us_en, documentPrefix: UE}",
            "{documentPrefix: UE}",
            18,
            "companies[0].storeViews[1].code",
            "is missing"
        ),
        Fault(
            "{code: us_en, documentPrefix: UE}",
            "{code: us_en, prefix: UE}",
            18,
            "companies[0].storeViews[1].prefix",
            "code, documentPrefix"
        ),
        Fault(
            "documentPrefix: UE",
            "documentPrefix: ue",
            18,
            "companies[0].storeViews[1].documentPrefix",
            "up to 8 of A-Z"
        ),
        Fault("default, {", "us_en, {", 18, "companies[0].storeViews", "belongs to SAMINC already"),
        Fault(
            "documentPrefix: US",
            "documentPrefix: us",
            19,
            "companies[0].documentPrefix",
            "up to 8 of A-Z, 0-9 and -"
        ),
        Fault(
            "documentPrefix: US",
            "documentPrefix: ABCDEFGHI",
            19,
            "companies[0].documentPrefix",
            "up to 8"
        ),
        Fault("documentPrefix: US", "documentPrefix:", 19, "companies[0].documentPrefix", "is missing"),
        Fault(
            "    timeZone: America/Vancouver",
            "    timeZone: Vancouver",
            20,
            "companies[0].timeZone",
            "an IANA name"
        ),
        Fault("currency: USD", "currency: usd", 21, "companies[0].currency", "ISO 4217"),
        Fault("currency: USD", "currency: US1", 21, "companies[0].currency", "ISO 4217"),
        Fault("{EUR: {", "{USD: {", 22, "companies[0].currencies", "USD is the home currency"),
        Fault("{EUR: {", "{EURO: {", 22, "companies[0].currencies.EURO", "is not an ISO 4217 code"),
        Fault("suffix: E", "suffix: EURO", 22, "companies[0].currencies.EUR.suffix", "1 to 3 characters"),
        Fault(", suffix: E", "", 22, "companies[0].currencies.EUR.suffix", "is missing"),
        Fault("invoiceOn: order", "invoiceOn: shipment", 23, "companies[0].invoiceOn", "order, invoice"),
        Fault(
            "statuses: [processing, complete, closed]",
            "statuses: []",
            24,
            "companies[0].statuses",
            "a list"
        ),
        Fault(
            "statuses: [processing, complete, closed]",
            "statuses: [processing, {a: b}]",
            24,
            "companies[0].statuses",
            "a list"
        ),
        Fault(
            "startDate: 2026-01-01",
            "startDate: 01/01/2026",
            25,
            "companies[0].startDate",
            "a day such as 2026-01-01"
        ),
        Fault(
            "startDate: 2026-01-01",
            "startDate: 2026-02-30",
            25,
            "companies[0].startDate",
            "a day such as"
        ),
        Fault("zeroTotals: skip", "zeroTotals: yes", 26, "companies[0].zeroTotals", "skip, enter"),
        Fault(
            "zeroTotals: skip",
            "zeroTotals: skip\n    existing: link",
            27,
            "companies[0].existing",
            "hold, ignore"
        ),
        Fault("posting: review", "posting: auto", 27, "companies[0].posting", "review, automatic"),
        Fault(
            "posting: review",
            "posting: review\n    codePage: latin1",
            28,
            "companies[0].codePage",
            "windows-1252, windows-1250, unicode"
        ),
        Fault("guests: shared", "guests: each", 28, "companies[0].customers.guests", "shared, individual"),
        Fault(
            ", guestCustomer: WEBGUEST",
            "",
            28,
            "companies[0].customers.guestCustomer",
            "guests: shared needs"
        ),
        Fault("group: WEB,", "group: WEBSTORE,", 28, "companies[0].customers.group", "1 to 6 characters"),
        Fault("prefix: W,", "prefix: WEB-X,", 28, "companies[0].customers.prefix", "1 to 4 characters"),
        Fault(
            "prefix: W,",
            "prefix: WEBS,",
            28,
            "companies[0].customers",
            "the 12 characters of a customer number"
        ),
        Fault("prefix: W,", "prefix: W W,", 28, "companies[0].customers.prefix", "no blanks"),
        Fault(
            "guestCustomer: WEBGUEST",
            "guestCustomer: WEB GUEST",
            28,
            "companies[0].customers.guestCustomer",
            "no blanks"
        ),
        Fault(
            "prefix: W,",
            "prefix: W, optionalField: ABCDEFGHIJKLM,",
            28,
            "companies[0].customers.optionalField",
            "1 to 12 characters"
        ),
        Fault(
            "prefix: W,",
            "prefix: W, sageOwns: [email, credit],",
            28,
            "companies[0].customers.sageOwns[1]",
            "\"credit\" is not allowed; allowed: name, address, phone, email, contact, taxNumber"
        ),
        Fault(
            "prefix: W,",
            "prefix: W, sageOwns: [email, email],",
            28,
            "companies[0].customers.sageOwns[1]",
            "given twice"
        ),
        Fault(
            "prefix: W,",
            "prefix: W, sageOwns: email,",
            28,
            "companies[0].customers.sageOwns",
            "must be a list"
        ),
        Fault(
            "prefix: W,",
            "prefix: W, sageOwns: [[a]],",
            28,
            "companies[0].customers.sageOwns[0]",
            "allowed: name"
        ),
        Fault("terms: CARD", "terms: CARDPAY", 29, "companies[0].terms", "1 to 6 characters"),
        Fault("terms: CARD", "terms: ' CARD'", 29, "companies[0].terms", "a Sage 300 code"),
        Fault("terms: CARD", "terms: CARTÉ", 29, "companies[0].terms", "a Sage 300 code"),
        Fault("taxGroup: ECOM", "taxGroup: ABCDEFGHIJKLM", 30, "companies[0].taxGroup", "1 to 12 characters"),
        Fault("taxGroup: ECOM", "taxgroup: ECOM", 30, "companies[0].taxgroup", "unknown key"),
    ]

    static let ofAmounts = [
        Fault("      revenue: \"4000\"\n", "", 32, "companies[0].accounts.revenue", "is missing"),
        Fault("shipping: \"4100\"", "freight: \"4100\"", 33, "companies[0].accounts.freight", "unknown key"),
        Fault("shipping: \"4100\"", "shipping: ''", 33, "companies[0].accounts.shipping", "must be a text"),
        Fault("tax: \"2200\"", "tax: authority", 35, "companies[0].accounts.tax", "needs taxAuthorities"),
        Fault(
            "tax: \"2200\"",
            "tax: authority\n      taxAuthorities: {}",
            35,
            "companies[0].accounts.tax",
            "a row in taxAuthorities"
        ),
        Fault(
            "tax: \"2200\"",
            "tax: \"2200\"\n      taxAuthorities: {\"*\": {group: A, authority: B}}",
            36,
            "companies[0].accounts.taxAuthorities",
            "tax: authority only"
        ),
        Fault(
            "tax: \"2200\"",
            "tax: authority\n      taxAuthorities: {\"*\": {group: A}}",
            36,
            "companies[0].taxAuthorities.*.authority",
            "is missing"
        ),
        Fault(
            "roundingCap: 0.02",
            "roundingCap: -1",
            42,
            "companies[0].roundingCap",
            "an amount from 0 to 10"
        ),
        Fault(
            "roundingCap: 0.02",
            "roundingCap: 11",
            42,
            "companies[0].roundingCap",
            "an amount from 0 to 10"
        ),
        Fault("roundingCap: 0.02", "roundingCap: 2e-2", 42, "companies[0].roundingCap", "an amount"),
        Fault("maxEntries: 50", "maxEntries: 501", 43, "companies[0].batch.maxEntries", "from 1 to 500"),
        Fault("maxEntries: 50", "maxEntries: 0", 43, "companies[0].batch.maxEntries", "from 1 to 500"),
        Fault("maxWait: 2s", "maxWait: 61s", 43, "companies[0].batch.maxWait", "up to 60s"),
        Fault("maxWait: 2s", "maxWait: soon", 43, "companies[0].batch.maxWait", "a duration"),
        Fault("maxWait: 2s", "wait: 2s", 43, "companies[0].batch.wait", "maxEntries, maxWait"),
    ]
}
