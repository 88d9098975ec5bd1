import Accounting
import Foundation
import Tenancy
import Testing

/// What is stored of a tenant file is the file without its secrets.
struct StoredFormTests {
    @Test func readsBackTheSame() throws {
        let file = ContractFile.replacing("{env: ACME_CONSUMER_KEY}", with: "hush-literal")
        let parsed = try TenantFile.parse(file, secrets: ContractFile.secrets)
        let stored = try TenantFile.storedForm(of: file)
        let again = try TenantFile.parseStored(stored)
        #expect(again.tenant == parsed.tenant)
        #expect(again.name == parsed.name)
        #expect(again.schedule == parsed.schedule)
        #expect(again.companies == parsed.companies)
        #expect(again.adobe.url == parsed.adobe.url)
        #expect(again.adobe.pageSize == parsed.adobe.pageSize)
        #expect(again.sage.url == parsed.sage.url)
        #expect(again.sage.username == parsed.sage.username)
        #expect(again.secrets.isEmpty)
        for word in ["hush-literal", "ACME_SAGE_PASSWORD", "consumerKey", "password"] {
            #expect(!stored.contains(word))
        }
    }

    /// `on` plain is a truth value to YAML, and a text once it is stored.
    @Test(
        arguments: [
            #"{every: week, on: monday, at: "06:30", timeZone: Europe/Berlin}"#,
            #"{every: week, "on": sunday, at: "00:00", timeZone: UTC}"#,
            #"{every: day, at: "02:00", timeZone: America/Vancouver}"#, "{every: 15m}",
        ]
    )
    func schedulesReadBackTheSame(_ schedule: String) throws {
        let file = ContractFile.replacing(
            #"{every: day, at: "02:00", timeZone: America/Vancouver}"#,
            with: schedule
        )
        let parsed = try TenantFile.parse(file, secrets: ContractFile.secrets)
        #expect(try TenantFile.parseStored(TenantFile.storedForm(of: file)).schedule == parsed.schedule)
    }

    @Test(
        arguments: [
            ("1s", 1, "every: day, days: 1", 1, 86_400.0),
            ("90s", 90, "every: week, days: 3650", 3650, 604_800),
            ("2h", 7200, "every: off", 90, nil), ("1d", 86_400, "days: 7", 7, 86_400),
        ] as [(String, Int, String, Int, Double?)]
    )
    func mannersReadBackTheSame(
        _ overlap: String,
        _ seconds: Int,
        _ sweep: String,
        _ days: Int,
        _ period: Double?
    ) throws {
        let file = ContractFile.replacing(
            "  pageSize: 100",
            with: """
                  requestsPerMinute: 6000
                  requestsAtATime: 8
                  overlap: \(overlap)
                  sweep: {\(sweep)}
                """
        )
        let parsed = try TenantFile.parse(file, secrets: ContractFile.secrets).adobe
        #expect(parsed.requestsPerMinute == 6000)
        #expect(parsed.requestsAtATime == 8)
        #expect(parsed.overlap == .seconds(seconds))
        #expect(parsed.sweep.period == period)
        #expect(parsed.sweep.days == days)
        let again = try TenantFile.parseStored(try TenantFile.storedForm(of: file)).adobe
        #expect(again.requestsPerMinute == parsed.requestsPerMinute)
        #expect(again.requestsAtATime == parsed.requestsAtATime)
        #expect(again.overlap == parsed.overlap)
        #expect(again.sweep == parsed.sweep)
    }

    /// Left empty stays left empty; quoted texts that look like something else stay texts.
    @Test(arguments: ["terms:", "terms: ~", "terms: null", "terms: 'null'", "terms: \"2026\"", "terms: 007"])
    func odditiesStayThemselves(_ terms: String) throws {
        let file = ContractFile.replacing("terms: CARD", with: terms)
        let parsed = try TenantFile.parse(file, secrets: ContractFile.secrets)
        let again = try TenantFile.parseStored(try TenantFile.storedForm(of: file))
        #expect(again.companies == parsed.companies)
        #expect(try TenantFile.storedForm(of: file) == TenantFile.storedForm(of: file))
    }

    @Test func textsOfEveryKindSurvive() throws {
        let file = ContractFile.replacing(
            "name: Acme Outfitters",
            with: #"name: "Ünï \"quoted\" \\ tab\t 漢字 😀""#
        )
        let again = try TenantFile.parseStored(try TenantFile.storedForm(of: file))
        #expect(again.name == "Ünï \"quoted\" \\ tab\t 漢字 😀")
    }

    @Test func anchorsAreFollowed() throws {
        let file = ContractFile.replacing(
            "timeZone: America/Vancouver}",
            with: "timeZone: &zone America/Vancouver}"
        )
        .replacingOccurrences(of: "    timeZone: America/Vancouver", with: "    timeZone: *zone")
        let parsed = try TenantFile.parse(file, secrets: ContractFile.secrets)
        let again = try TenantFile.parseStored(try TenantFile.storedForm(of: file))
        #expect(again.companies == parsed.companies)
        #expect(parsed.companies.first?.timeZone.identifier == "America/Vancouver")
    }
}
