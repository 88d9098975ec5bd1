import Accounting
import ExactJSON
import Foundation
import HTTPClient
import MailClient
import Storage
import Tenancy
import Testing

@testable import Alerting

/// Decisions that need nothing but their inputs.
struct RuleTests {
    private let now = Date(timeIntervalSince1970: 1_796_022_000)

    private func date(_ text: String) throws -> Date { try #require(try? Date(text, strategy: .iso8601)) }

    private func digest(_ at: String, _ days: AlertRules.DigestDays = .daily) throws -> AlertRules.Digest {
        let file = AlertRules.Digest(at: try #require(Schedule.TimeOfDay(at)), days: days)
        return file
    }

    @Test(
        arguments: [
            // New here: from the last slot on.
            ("07:30", .daily, nil, "2026-11-30T20:00:00Z", "begin 2026-11-30T15:30:00Z"),
            ("07:30", .daily, "2026-11-30T15:30:00Z", "2026-12-01T15:29:59Z", "rest"),
            ("07:30", .daily, "2026-11-30T15:30:00Z", "2026-12-01T15:30:00Z", "send 2026-12-01T15:30:00Z"),
            // After days without anybody to send it: one, for all of them.
            ("07:30", .daily, "2026-11-20T15:30:00Z", "2026-12-01T22:00:00Z", "send 2026-12-01T15:30:00Z"),
            // Its time was moved: not twice a day.
            ("09:00", .daily, "2026-11-30T15:30:00Z", "2026-11-30T22:00:00Z", "rest"),
            ("09:00", .daily, "2026-11-30T15:30:00Z", "2026-12-01T17:00:00Z", "send 2026-12-01T17:00:00Z"),
            // Friday's tells until Monday's.
            ("07:30", .weekdays, "2026-11-27T15:30:00Z", "2026-11-29T22:00:00Z", "rest"),
            ("07:30", .weekdays, "2026-11-27T15:30:00Z", "2026-11-30T16:00:00Z", "send 2026-11-30T15:30:00Z"),
            // The clock was put back on 1 November.
            ("07:30", .daily, "2026-10-31T14:30:00Z", "2026-11-01T15:30:00Z", "send 2026-11-01T15:30:00Z"),
        ] as [(String, AlertRules.DigestDays, String?, String, String)]
    )
    func digestIsDue(
        _ at: String,
        _ days: AlertRules.DigestDays,
        _ told: String?,
        _ now: String,
        _ step: String
    ) throws {
        let zone = try #require(TimeZone(identifier: "America/Vancouver"))
        let found = DigestSchedule.step(
            try digest(at, days),
            in: zone,
            told: try told.map(date),
            now: try date(now)
        )
        let words =
            switch found {
            case .rest: "rest"
            case .begin(let moment): "begin \(moment.formatted(.iso8601))"
            case .send(let moment): "send \(moment.formatted(.iso8601))"
            }
        #expect(words == step)
    }

    private func message(tries: Int = 1, age: TimeInterval = 0) -> AlertMessage {
        AlertMessage(
            id: UUID(),
            destination: AlertDestination(scope: "", name: "webhook"),
            title: "",
            body: "",
            createdAt: now - age,
            tries: tries
        )
    }

    @Test(
        arguments: [
            (200, nil, 1, 0, "sent"), (204, nil, 1, 0, "sent"), (301, nil, 1, 0, "never"),
            (400, nil, 1, 0, "never"),
            (404, nil, 1, 0, "never"), (410, nil, 1, 0, "never"), (408, nil, 1, 0, "in 60"),
            (500, nil, 1, 0, "in 60"),
            (503, nil, 2, 0, "in 120"), (503, nil, 9, 0, "in 1800"), (503, nil, 500, 0, "in 1800"),
            (429, "7", 1, 0, "in 60"), (429, "600", 1, 0, "in 600"), (503, "999999999", 1, 0, "in 21600"),
            (429, "Mon, 30 Nov 2026 07:30:00 GMT", 1, 0, "in 1800"), (429, "soon", 1, 0, "in 60"),
            (500, nil, 60, 86_000, "never"), (429, "3600", 9, 84_000, "never"),
        ] as [(Int, String?, Int, TimeInterval, String)]
    )
    func answerMeans(
        _ status: Int,
        _ retryAfter: String?,
        _ tries: Int,
        _ age: TimeInterval,
        _ meaning: String
    ) {
        let message = message(tries: tries, age: age)
        #expect(
            words(DeliveryRule.outcome(status: status, retryAfter: retryAfter, message: message, at: now))
                == meaning
        )
    }

    @Test func errorsMean() {
        let lost = HTTPError(
            .connectionLost,
            mayHaveBeenSent: true,
            detail: "POST https://hooks.example.com/secret"
        )
        #expect(words(DeliveryRule.outcome(lost, message: message(), at: now)) == "in 60")
        if case .failed(let why, _) = DeliveryRule.outcome(lost, message: message(), at: now) {
            #expect(!why.contains("secret"))
        }
        let refused = HTTPError(.addressRefused, mayHaveBeenSent: false, detail: "")
        #expect(words(DeliveryRule.outcome(refused, message: message(), at: now)) == "never")
        let later = MailError(.refused(451), server: "smtp://mail")
        #expect(words(DeliveryRule.outcome(later, message: message(), at: now)) == "in 60")
        let never = MailError(.refused(550), server: "smtp://mail")
        #expect(words(DeliveryRule.outcome(never, message: message(), at: now)) == "never")
    }

    private func words(_ delivery: AlertDelivery) -> String {
        switch delivery {
        case .sent: "sent"
        case .failed(_, let next): "in \(Int(next.timeIntervalSince(now)))"
        case .givenUp: "never"
        }
    }

    /// By OpenSSL: `printf '1796022000.{"version":1}' | openssl dgst -sha256 -hmac s3cret`.
    @Test func signaturesAreThoseOfOthers() {
        let value = WebhookSignature.value(
            timestamp: "1796022000",
            body: Array(#"{"version":1}"#.utf8),
            secret: Secret("s3cret")
        )
        #expect(value == "sha256=0c543e3a16e602b7c1a47fb387c2b761d86e4f409701533f48920164e845b90e")
    }

    @Test(
        arguments: [
            (0, "0 s"), (40, "40 s"), (60, "1 min"), (7200, "2 h"), (7800, "2 h 10 min"), (86_400, "1 d"),
            (273_600, "3 d 4 h"),
        ]
    )
    func durationsRead(_ seconds: Int, _ words: String) { #expect(AlertWords.duration(seconds) == words) }

    private func quiet() throws -> QuietHours? {
        try TenantFile.parse(
            """
            tenant: acme
            name: A
            schedule: {every: 15m}
            adobe: {url: "https://s.example", auth: oauth1, consumerKey: a, consumerSecret: a, accessToken: a, accessTokenSecret: a}
            sage: {url: "https://e.example/Sage300WebApi", username: c, password: p, quietHours: {from: "01:00", to: "03:00", timeZone: UTC}}
            companies:
              - company: SAMINC
                storeViews: [default]
                documentPrefix: US
                timeZone: UTC
                currency: USD
                customers: {group: WEB, prefix: W, guests: shared, guestCustomer: G}
                accounts: {revenue: "4000"}
            """
        ).sage.quietHours
    }

    @Test(
        arguments: [
            ("2026-11-30T00:00:00Z", "2026-11-30T04:00:00Z", 7200),
            ("2026-11-30T01:30:00Z", "2026-11-30T02:30:00Z", 0),
            ("2026-11-30T03:00:00Z", "2026-11-30T04:00:00Z", 3600),
            ("2026-11-30T02:00:00Z", "2026-11-30T04:00:00Z", 3600),
            ("2026-11-28T12:00:00Z", "2026-11-30T12:00:00Z", 44 * 3600),
            ("2026-11-30T05:00:00Z", "2026-11-30T04:00:00Z", 0),
        ]
    )
    func quietHoursAreNotWaitedFor(_ since: String, _ now: String, _ seconds: Int) throws {
        #expect(
            WaitingTime.seconds(since: try date(since), now: try date(now), quietHours: try quiet())
                == seconds
        )
    }

    @Test(
        arguments: [
            (["ALERT_WEBHOOK_URL": "ftp://x"], "ALERT_WEBHOOK_URL"),
            (["ALERT_WEBHOOK_SECRET": "s"], "ALERT_WEBHOOK_URL"),
            (["SMTP_URL": "mail"], "SMTP_URL must"), (["SMTP_URL": "smtp://mail"], "ALERT_EMAIL_FROM"),
            (["ALERT_EMAIL_TO": "a@b"], "SMTP_URL"), (["ALERT_EMAIL_TO": "a b"], "ALERT_EMAIL_TO"),
            (["ALERT_EMAIL_FROM": "nobody"], "ALERT_EMAIL_FROM"),
            (["ALERT_INTERVAL_SECONDS": "0"], "1 to 3600"),
            (["ALERT_WINDOW_SECONDS": "x"], "0 to 3600"),
            (
                ["ALERT_WEBHOOK_URL": "https://x", "ALERT_WEBHOOK_SECRET_FILE": "/nowhere"],
                "ALERT_WEBHOOK_SECRET_FILE"
            ),
            (["ALERT_WEBHOOK_URL": "https://user:hush@x"], "ALERT_WEBHOOK_URL"),
        ] as [([String: String], String)]
    )
    func environmentIsRefused(_ environment: [String: String], _ words: String) {
        do throws(AlertSettingsError) {
            _ = try AlertSettings(environment: environment)
            Issue.record("\(environment) was taken")
        } catch {
            #expect(error.description.contains(words), "\(error)")
            #expect(!error.description.contains("hush"))
        }
    }

    @Test func environmentIsRead() throws {
        let settings = try AlertSettings(environment: [
            "ALERT_WEBHOOK_URL": "https://hooks.example.com/a",
            "ALERT_EMAIL_TO": "a@x.example, b@x.example,a@x.example",
            "ALERT_EMAIL_FROM": "c@x.example", "SMTP_URL": "smtp://mail", "ALERT_WINDOW_SECONDS": "0",
            "SMTP_CA_FILE": "",
        ])
        #expect(settings.destinations == ["webhook", "mail:a@x.example", "mail:b@x.example"])
        #expect(settings.window == 0 && settings.mailAuthorityFile == nil)
        #expect(try AlertSettings(environment: [:]).destinations == [])
    }

    private func contents(_ count: Int) -> [String] {
        (1...count).map { number in
            Condition(
                .failures,
                tenant: "acme",
                item: "mapping:\(number)",
                title: "Cause \(number)",
                nextStep: "Mend it.",
                count: number,
                amounts: [CurrencySum(currency: "USD", amount: 12)],
                since: now
            ).json(.begun, at: now).text
        }
    }

    @Test func aBurstIsOneMessage() throws {
        let id = UUID()
        let message = MessageComposer(scope: "acme", isMail: false).message(id, contents(57), at: now)
        let body = try JSON(parsing: message.body)
        #expect(body["version"]?.int == 1)
        #expect(body["id"]?.string == id.uuidString.lowercased())
        #expect(body["alerts"]?.array?.count == 20)
        #expect(body["more"]?.int == 37)
        let text = try #require(body["text"]?.string)
        #expect(text.contains("and 37 more: connectorctl alerts list --tenant acme"))
        #expect(text.contains("• NEW: Cause 3 (3 documents, 12.00 USD) Mend it."))
        #expect(message.title == "ml-connector, acme: 57 notices, first: Cause 1")
    }

    @Test func oneNoticeIsItsOwnTitle() {
        let message = MessageComposer(scope: "", isMail: true).message(UUID(), contents(1), at: now)
        #expect(message.title == "ml-connector: acme: Cause 1")
        #expect(message.body.contains("\n  (1 document, 12.00 USD)\n  Mend it."))
    }

    @Test func digestsAddUpByCompanyAndCurrency() throws {
        let digest = try digestOfTwo()
        let totals = digest.totals()
        #expect(totals.map(\.currency) == ["EUR", "USD"])
        #expect(totals[1].invoices == .init(count: 3, amount: try #require(Decimal(string: "310.25"))))
        #expect(totals[1].credits == .init(count: 2, amount: 30))
        #expect(totals[1].net == Decimal(string: "280.25"))
        #expect(digest.totals(of: "SAMLTD").map(\.net) == [50, 10])
        #expect(digest.title == "Digest of acme: posted 50.00 EUR, 280.25 USD, 2 dead")
        let text = digest.text(at: now, in: .gmt)
        #expect(text.contains("  posted    2 invoices 300.25 USD, 2 credit notes 30.00 USD, net 270.25 USD"))
        #expect(text.contains("  dead      2 documents, 7.50 USD"))
        #expect(text.contains("  paused    1 h"))
        #expect(text.contains("The oldest waiting document has waited for 10 min."))
        let json = digest.json(at: now)
        #expect(json["companies"]?.array?.count == 2)
        #expect(json["totals"]?.array?.last?["net"]?.string == "280.25")
    }

    private func digestOfTwo() throws -> Digest {
        func sum(
            _ company: String,
            _ kind: DocumentKind?,
            _ state: DocumentState,
            _ count: Int,
            _ amount: String,
            _ code: String = "USD"
        )
            throws -> DocumentSum
        {
            DocumentSum(
                company: company,
                kind: kind,
                state: state,
                count: count,
                currency: code,
                amount: try #require(Decimal(string: amount))
            )
        }
        return Digest(
            tenant: try #require(TenantID("acme")),
            name: "Acme",
            from: now - 86_400,
            to: now,
            posted: [
                try sum("SAMINC", .order, .posted, 2, "300.25"),
                try sum("SAMINC", .creditmemo, .posted, 1, "20"),
                try sum("SAMINC", .cancellation, .posted, 1, "-10"),
                try sum("SAMLTD", .invoice, .posted, 1, "10"),
                try sum("SAMLTD", .order, .posted, 1, "50", "EUR"),
            ],
            open: [try sum("SAMINC", nil, .dead, 2, "7.50")],
            newDead: 1,
            oldest: now - 600,
            pausedSeconds: ["SAMINC": 3600]
        )
    }
}
