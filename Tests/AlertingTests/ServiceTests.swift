import Accounting
import ExactJSON
import Foundation
import HTTPClient
import MailClient
import PostgresClient
import Storage
import Tenancy
import TestBench
import TestServers
import Testing

@testable import Alerting

/// Alerts with a real database, real webhooks and a real mail server.
@Suite(.timeLimit(.minutes(3)), .enabled(if: Bench.hasDatabase, "needs TEST_DATABASE_URL"))
struct ServiceTests {
    @Test func twoCausesAreOneMessageToldOnce() async throws {
        try await withBench(hasBroker: false) { bench in
            try await bench.applyAlerts()
            let sink = try HTTPSink()
            let service = bench.service(try bench.settings(sink))
            try await bench.die(1...2, of: "account-missing")
            try await bench.die(3...3, of: "tax-missing")
            try await service.runOnce()
            let call = try #require(sink.all.first)
            #expect(sink.all.count == 1)
            #expect(
                try sink.told() == [
                    "begun failures Dead letters: Cause account-missing.",
                    "begun failures Dead letters: Cause tax-missing.",
                ]
            )
            let body = try JSON(parsing: call.body)
            #expect(body["alerts"]?.array?.first?["count"]?.int == 2)
            #expect(body["alerts"]?.array?.first?["amounts"]?.array?.first?["amount"]?.string == "25.00")
            #expect(call.headers["content-type"] == "application/json; charset=utf-8")
            #expect(call.headers["idempotency-key"] == body["id"]?.string)
            #expect(call.headers["x-mlc-signature"] == nil)

            // More of the same is no news, to this process or another.
            try await bench.die(4...4, of: "tax-missing")
            try await service.runOnce()
            try await bench.service(try bench.settings(sink)).runOnce()
            #expect(sink.all.count == 1)

            // Ten times as many are.
            try await bench.die(5...12, of: "tax-missing")
            try await service.runOnce()
            #expect(try sink.told().last == "worse failures Dead letters: Cause tax-missing.")
            #expect(sink.all.count == 2)
        }
    }

    @Test func whatComesWhileNoticesAreGatheredIsCounted() async throws {
        try await withBench(hasBroker: false) { bench in
            try await bench.applyAlerts()
            let sink = try HTTPSink()
            let service = bench.service(try bench.settings(sink, window: 60))
            try await bench.die(1...1, of: "account-missing")
            try await service.runOnce()
            try await bench.die(2...30, of: "account-missing")
            try await service.runOnce()
            #expect(sink.all.isEmpty)
            try await service.runOnce(at: try await bench.later(61))
            #expect(try sink.told() == ["begun failures Dead letters: Cause account-missing."])
            let alert = try JSON(parsing: try #require(sink.all.first).body)["alerts"]?.array?.first
            #expect(alert?["count"]?.int == 30)
            #expect(alert?["amounts"]?.array?.first?["amount"]?.string == "375.00")
            #expect(try await bench.database.toldAlerts().first?.measure == 30)
        }
    }

    @Test func aCauseThatIsGoneIsForgottenAndNewsAgain() async throws {
        try await withBench(hasBroker: false) { bench in
            try await bench.applyAlerts()
            let sink = try HTTPSink()
            try await bench.die(1...2, of: "account-missing")
            try await bench.service(try bench.settings(sink)).runOnce()
            _ = try await bench.database.client.query("update failures set resolution = 'replayed'")
            try await bench.service(try bench.settings(sink)).runOnce()
            #expect(try await bench.database.toldAlerts().isEmpty)
            #expect(sink.all.count == 1)
            try await bench.die(3...3, of: "account-missing")
            try await bench.service(try bench.settings(sink)).runOnce()
            #expect(sink.all.count == 2)
            // A document that is on its way again: its failure is unresolved, but open no more.
            _ = try await bench.database.client.query(
                "update documents set state = 'waiting', death_id = null"
            )
            try await bench.service(try bench.settings(sink)).runOnce()
            #expect(try await bench.database.toldAlerts().isEmpty)
        }
    }

    @Test func tenantsAndHostAreEachToldTheirOwn() async throws {
        try await withBench(hasBroker: false) { bench in
            let (mine, host) = (try HTTPSink(), try HTTPSink())
            try await bench.applyAlerts("  webhook: \(mine.url)\n  webhookSecret: shared-secret")
            let other = try #require(TenantID("other"))
            try await bench.applyAlerts(tenant: other)
            try await bench.die(1...1, of: "account-missing")
            try await bench.die(2...4, of: "account-missing", tenant: other)
            try await bench.service(try bench.settings(host)).runOnce()

            let own = try JSON(parsing: try #require(mine.all.first).body)
            #expect(own["tenant"]?.string == bench.tenant.name)
            #expect(own["alerts"]?.array?.first?["count"]?.int == 1)
            let all = try JSON(parsing: try #require(host.all.first).body)
            #expect(all["tenant"]?.isNull == true)
            #expect(all["alerts"]?.array?.first?["count"]?.int == 4)
            #expect(all["text"]?.string?.contains("(2 tenants)") == true)

            let call = try #require(mine.all.first)
            let timestamp = try #require(call.headers["x-mlc-timestamp"])
            let signature = WebhookSignature.value(
                timestamp: timestamp,
                body: Array(call.body.utf8),
                secret: Secret("shared-secret")
            )
            #expect(call.headers["x-mlc-signature"] == signature)
            // Neither address nor secret stands anywhere in the clear.
            let stored = try await bench.database.tenant(bench.tenant)
            #expect(stored?.configuration.contains("hook") == false)
            #expect(stored?.configuration.contains("shared-secret") == false)
            #expect(!bench.journal.lines.joined().contains("/hook"))
        }
    }

    @Test func processesThatAllThinkTheyAreTheOneTellItOnce() async throws {
        try await withBench(hasBroker: false) { bench in
            let sink = try HTTPSink()
            try await bench.applyAlerts("  webhook: \(sink.url)")
            try await bench.die(1...3, of: "account-missing")
            try await bench.pause(true)
            let services = try (0..<4).map { _ in bench.service(try bench.settings()) }
            await withTaskGroup(of: Void.self) { group in
                for service in services {
                    group.addTask {
                        do { try await service.runOnce() } catch { Issue.record("\(error)") }
                    }
                }
            }
            #expect(
                try sink.told().sorted() == [
                    "begun failures Dead letters: Cause account-missing.", "begun paused SAMINC is paused",
                ]
            )
            #expect(try await bench.count("select count(*) from alert_notices") == 2)
            #expect(try await bench.count("select count(*) from alert_messages where sent_at is null") == 0)
        }
    }

    @Test func aProcessThatIsTheOneAgainLooksAnew() async throws {
        try await withBench(hasBroker: false) { bench in
            try await bench.applyAlerts()
            let sink = try HTTPSink()
            let settings = try bench.settings(sink)
            let watch = AlertWatch(database: bench.database, settings: settings, logger: bench.logger)
            try await bench.die(1...1, of: "account-missing")
            try await watch.pass()
            // Another process tells of a store that cannot be read, and sees the cause go.
            for _ in 1...3 { try await bench.failRun() }
            _ = try await bench.database.client.query("update failures set resolution = 'replayed'")
            try await bench.service(settings).runOnce()
            #expect(try await bench.database.toldAlerts().map(\.kind) == ["polling"])
            await watch.lookAnew()
            try await watch.pass()
            #expect(try await bench.database.toldAlerts().map(\.kind) == ["polling"])
            #expect(try await bench.count("select count(*) from alert_notices") == 2)
        }
    }

    @Test func whatAProcessTookInHandAndLeftIsSentAgainToTheLetter() async throws {
        try await withBench(hasBroker: false) { bench in
            let sink = try HTTPSink()
            try await bench.applyAlerts("  webhook: \(sink.url)")
            try await bench.die(1...1, of: "account-missing")
            try await bench.service(try bench.settings()).runOnce()
            // It was taken, but the process died before it noted so.
            _ = try await bench.database.client.query(
                "update alert_messages set sent_at = null, next_try_at = now() + interval '2 minutes'"
            )
            try await bench.service(try bench.settings()).runOnce(at: try await bench.later(60))
            #expect(sink.all.count == 1)
            try await bench.service(try bench.settings()).runOnce(at: try await bench.later(121))
            #expect(sink.all.count == 2)
            #expect(Set(sink.all.map(\.body)).count == 1)
        }
    }

    @Test func aPauseAndItsEndAreToldButNoMomentsOfIt() async throws {
        try await withBench(hasBroker: false) { bench in
            try await bench.applyAlerts()
            let sink = try HTTPSink()
            var settings = try bench.settings(sink)
            settings.window = 60
            try await bench.pause(true)
            try await bench.service(settings).runOnce()
            #expect(sink.all.isEmpty, "gathered for a minute")
            try await bench.service(settings).runOnce(at: try await bench.later(61))
            #expect(try sink.told() == ["begun paused SAMINC is paused"])
            let text = try JSON(parsing: try #require(sink.all.first).body)["text"]?.string
            #expect(
                text?.contains("• NEW: \(bench.tenant): SAMINC is paused. Sage 300 does not answer. It is")
                    == true
            )

            // Back for less than a minute: nothing is said.
            try await bench.pause(false)
            try await bench.service(settings).runOnce(at: try await bench.later(70))
            try await bench.pause(true)
            try await bench.service(settings).runOnce(at: try await bench.later(90))
            #expect(sink.all.count == 1)

            try await bench.pause(false)
            try await bench.service(settings).runOnce(at: try await bench.later(100))
            try await bench.service(settings).runOnce(at: try await bench.later(161))
            try await bench.service(settings).runOnce(at: try await bench.later(222))
            #expect(try sink.told().last == "over paused SAMINC goes on again")
            #expect(sink.all.count == 2)
        }
    }

    @Test func aPauseIsNotOverBecauseTheSignInIsRefused() async throws {
        try await withBench(hasBroker: false) { bench in
            try await bench.applyAlerts()
            let sink = try HTTPSink()
            let service = bench.service(try bench.settings(sink))
            try await bench.pause(true)
            try await service.runOnce()
            _ = try await bench.database.client.query(
                "update sign_ins set state = 'refused', detail = 'Said 401.'"
            )
            try await service.runOnce()
            #expect(
                try sink.told() == [
                    "begun paused SAMINC is paused", "begun signIn Sage 300 refused the sign-in",
                ]
            )
        }
    }

    @Test func whatIsRefusedForNowIsSentAgainToTheLetter() async throws {
        try await withBench(hasBroker: false) { bench in
            try await bench.applyAlerts()
            let sink = try HTTPSink { _, before in before < 2 ? .status(503) : .status(200) }
            try await bench.die(1...1, of: "account-missing")
            let service = bench.service(try bench.settings(sink))
            try await service.runOnce()
            // While it rests, other trouble is another message.
            try await service.runOnce()
            #expect(sink.all.count == 1)
            try await bench.service(try bench.settings(sink)).runOnce(at: try await bench.later(61))
            try await bench.service(try bench.settings(sink)).runOnce(at: try await bench.later(200))
            try await bench.service(try bench.settings(sink)).runOnce(at: try await bench.later(9000))
            #expect(sink.all.count == 3)
            #expect(Set(sink.all.map(\.body)).count == 1)
            #expect(Set(sink.all.compactMap { $0.headers["idempotency-key"] }).count == 1)
        }
    }

    @Test func whatIsRefusedForGoodIsGivenUpAndLogged() async throws {
        try await withBench(hasBroker: false) { bench in
            try await bench.applyAlerts()
            let sink = try HTTPSink { _, _ in .status(301, ["Location: http://127.0.0.1:1/"]) }
            try await bench.die(1...1, of: "account-missing")
            try await bench.service(try bench.settings(sink)).runOnce()
            try await bench.service(try bench.settings(sink)).runOnce(at: try await bench.later(9000))
            #expect(sink.all.count == 1)
            #expect(bench.journal.lines.contains { $0.contains("given up: answered 301") })
        }
    }

    @Test func aWebhookThatCannotBeOpenedIsTriedForADay() async throws {
        try await withBench(hasBroker: false) { bench in
            let sink = try HTTPSink()
            try await bench.applyAlerts("  webhook: \(sink.url)\n  webhookSecret: shared-secret")
            try await bench.die(1...1, of: "account-missing")
            let client = bench.database.client
            _ = try await client.query(
                "update credentials set key_id = 'gone' where field = 'webhookSecret'"
            )
            let service = bench.service(try bench.settings())
            try await service.runOnce()
            let tried: PostgresQuery = """
                select count(*) from alert_messages where tries = 1 and last_error like '%key gone%'
                    and next_try_at between now() + interval '20 seconds' and now() + interval '30 seconds'
                """
            #expect(try await bench.count(tried) == 1)
            _ = try await client.query(
                "update alert_messages set next_try_at = now(), created_at = now() - interval '1 day'"
            )
            try await service.runOnce()
            #expect(
                try await bench.count(
                    "select count(*) from alert_messages where given_up_at is not null and next_try_at is null"
                ) == 1
            )
            #expect(sink.all.isEmpty)
        }
    }

    @Test func aDestinationThatHangsDelaysNoOther() async throws {
        try await withBench(hasBroker: false) { bench in
            let (hanging, good) = (try HTTPSink { _, _ in .silence }, try HTTPSink())
            try await bench.applyAlerts("  webhook: \(hanging.url)")
            try await bench.die(1...1, of: "account-missing")
            var settings = try bench.settings(good)
            settings.interval = .milliseconds(100)
            let service = bench.service(settings)
            let running = Task { await service.run() }
            try await bench.eventually("both are called") {
                hanging.all.count == 1 && good.all.count == 1 ? () : nil
            }
            try await bench.die(2...2, of: "tax-missing")
            try await bench.eventually("the good one goes on") { good.all.count == 2 ? () : nil }
            #expect(hanging.all.count == 1)
            running.cancel()
            await running.value
        }
    }

    @Test func anHourHasSoManyMessagesAndTheRestIsOne() async throws {
        try await withBench(hasBroker: false) { bench in
            try await bench.applyAlerts()
            let sink = try HTTPSink()
            var settings = try bench.settings(sink)
            settings.messagesPerHour = 3
            for number in 1...10 {
                try await bench.die(Int64(number)...Int64(number), of: "cause-\(number)")
                try await bench.service(settings).runOnce()
            }
            #expect(sink.all.count == 3)
            for number in 11...40 {
                try await bench.die(Int64(number)...Int64(number), of: "cause-\(number)")
            }
            try await bench.service(settings).runOnce()
            #expect(sink.all.count == 3)
            try await bench.service(settings).runOnce(at: try await bench.later(3601))
            #expect(sink.all.count == 4)
            let body = try JSON(parsing: try #require(sink.all.last).body)
            #expect(body["alerts"]?.array?.count == 20)
            #expect(body["more"]?.int == 17)
        }
    }

    @Test func everyMailboxGetsAMailOfItsOwn() async throws {
        try await withBench(hasBroker: false) { bench in
            let server = try SMTPServer()
            try await bench.applyAlerts("  email: [ops@example.com, books@example.com]")
            var settings = try AlertSettings(environment: [
                "SMTP_URL": "smtp://127.0.0.1:\(server.port)", "ALERT_EMAIL_FROM": "connector@example.com",
            ])
            settings.window = 0
            try await bench.die(1...2, of: "account-missing")
            try await bench.service(settings).runOnce()
            try await bench.service(settings).runOnce()
            #expect(Set(server.mails.flatMap(\.to)) == ["ops@example.com", "books@example.com"])
            #expect(server.mails.count == 2)
            let mail = try #require(server.mails.first)
            #expect(
                mail.header("Subject")
                    == "ml-connector, \(bench.tenant): Dead letters: Cause account-missing."
            )
            #expect(mail.text.contains("(2 documents, 25.00 USD)"))
            #expect(mail.text.contains("Mend it, then replay."))
            #expect(mail.header("Message-ID")?.hasSuffix("@example.com>") == true)
        }
    }

    @Test func aWithdrawnMailboxGetsNothingThoughAnotherTenantNamesIt() async throws {
        try await withBench(hasBroker: false) { bench in
            let server = try SMTPServer()
            let other = try #require(TenantID("other"))
            try await bench.applyAlerts("  email: [ops@example.com]")
            try await bench.applyAlerts("  email: [ops@example.com]", tenant: other)
            var settings = try AlertSettings(environment: [
                "SMTP_URL": "smtp://127.0.0.1:\(server.port)", "ALERT_EMAIL_FROM": "connector@example.com",
            ])
            settings.window = 0
            try await bench.die(1...1, of: "account-missing")
            try await bench.service(settings).runOnce()
            #expect(server.mails.count == 1)
            // The message is made, but not sent yet, when its tenant names nobody any more.
            _ = try await bench.database.client.query(
                "update alert_messages set sent_at = null, next_try_at = now()"
            )
            try await bench.applyAlerts()
            try await bench.service(settings).runOnce()
            #expect(server.mails.count == 1)
            #expect(
                try await bench.count(
                    "select count(*) from alert_messages where last_error = 'the address is named no more'"
                ) == 1
            )
        }
    }

    @Test func withoutADestinationNothingIsEvaluated() async throws {
        try await withBench(hasBroker: false) { bench in
            try await bench.applyAlerts("  email: [ops@example.com]")
            try await bench.die(1...2, of: "account-missing")
            try await bench.pause(true)
            try await bench.service(try bench.settings()).runOnce()
            #expect(try await bench.count("select count(*) from alerts") == 0)
            #expect(try await bench.count("select count(*) from company_pauses") == 0)
            // What is so is shown all the same.
            let standing = try await AlertDesk(database: bench.database).conditions(of: bench.tenant)
            #expect(Set(standing.map(\.condition.kind)) == [.failures, .paused])
            #expect(standing.allSatisfy { $0.toldAt == nil })
        }
    }

    @Test func everyKindIsFound() async throws {
        try await withBench(hasBroker: false) { bench in
            try await bench.applyAlerts("  unattended: 2d")
            try await bench.die(1...3, of: "account-missing", ago: 3 * 86_400)
            try await bench.pause(true)
            _ = try await bench.database.client.query(Self.trouble(bench.tenant))
            for _ in 1...3 { try await bench.failRun() }
            try await bench.sellOnMondays()
            let standing = try await AlertDesk(database: bench.database).conditions(of: bench.tenant)
            let kinds = Dictionary(grouping: standing.map(\.condition), by: \.kind)
            #expect(Set(kinds.keys) == Set(AlertKind.allCases).subtracting([.signIn]))
            #expect(kinds[.unattended]?.first?.count == 3)
            #expect(kinds[.waiting]?.first?.count == 1)
            #expect(kinds[.polling]?.first?.detail.contains("token") == true)
            #expect(kinds[.credential]?.first?.title.contains("adobe.accessToken expires") == true)
            #expect(kinds[.finding]?.first?.moneyAtRisk == true)
            let silence = try #require(kinds[.silence]?.first?.title)
            let sentence = /0 orders since (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d\d:00, usually 40/
            #expect(silence.wholeMatch(of: sentence) != nil, "\(silence)")

            _ = try await bench.database.client.query(
                "update sign_ins set state = 'refused', detail = 'Said 401.'"
            )
            let refused = try await AlertDesk(database: bench.database).conditions(of: bench.tenant).map(
                \.condition.kind
            )
            #expect(refused.contains(.signIn) && !refused.contains(.paused))
        }
    }

    @Test func aSilenceIsOverWhenAnOrderComesAndNotBefore() async throws {
        try await withBench(hasBroker: false) { bench in
            try await bench.applyAlerts()
            let sink = try HTTPSink()
            let settings = try bench.settings(sink)
            try await bench.die(1...3, of: "account-missing")
            try await bench.sellOnMondays()
            func told() throws -> [String] { try sink.told().filter { $0.contains(" silence ") } }
            try await bench.service(settings).runOnce()
            #expect(try told().count == 1)
            // Hours in which there never were any orders are not odd.
            _ = try await bench.database.client.query(
                "update documents set source_created_at = source_created_at - interval '8 days'"
            )
            let standing = try await AlertDesk(database: bench.database).conditions(of: bench.tenant)
            #expect(!standing.map(\.condition.kind).contains(.silence))
            try await bench.service(settings).runOnce()
            #expect(try told().count == 1)
            #expect(try await bench.count("select count(*) from alerts where gone_at is null") == 2)
            _ = try await bench.database.client.query(
                "update documents set source_created_at = now() where source_id = 9999"
            )
            try await bench.service(settings).runOnce()
            #expect(try told().last == "over silence Orders come in again")
        }
    }

    @Test func whatIsSwitchedOffIsNotToldAsOver() async throws {
        try await withBench(hasBroker: false) { bench in
            try await bench.applyAlerts("  oldest: 2h")
            let sink = try HTTPSink()
            let settings = try bench.settings(sink)
            let service = bench.service(settings)
            _ = try await bench.database.client.query(Self.trouble(bench.tenant))
            try await service.runOnce()
            #expect(try sink.told().filter { $0.contains(" waiting ") }.count == 1)
            // A file that another release wrote is no news to one who has not read it before.
            let unread: PostgresQuery = "update tenants set configuration = '{\"later\": 1}'"
            let file = try #require(try await bench.database.tenant(bench.tenant)).configuration
            _ = try await bench.database.client.query(unread)
            try await bench.service(settings).runOnce()
            #expect(try await bench.count("select count(*) from alerts where kind = 'waiting'") == 1)
            _ = try await bench.database.client.query("update tenants set configuration = \(file)")

            try await bench.applyAlerts("  oldest: off")
            try await service.runOnce()
            #expect(try await bench.count("select count(*) from alerts where kind = 'waiting'") == 0)
            #expect(try sink.told().filter { $0.contains(" waiting ") }.count == 1)
        }
    }

    /// A document that has waited for long, a finding, and a credential that ends soon.
    private static func trouble(_ tenant: TenantID) -> PostgresQuery {
        """
        with waiting as (insert into documents (tenant, company, kind, source_id, number, document, store_view,
                source_created_at, source_updated_at, source, content_hash, state, state_since)
            values (\(tenant.name), 'SAMINC', 'customer', 99, '99', 'W99', 'default', now(), now(), '{}', '', 'waiting',
                now() - interval '3 hours')),
        finding as (insert into ledger_findings (sage_address, company, batch, kind, detail)
            select sage_address, 'SAMINC', 17, 'orphan', 'Nobody knows batch 17.' from tenants
            where tenant = \(tenant.name))
        update credentials set expires_on = current_date + 2 where tenant = \(tenant.name) and field = 'accessToken'
        """
    }

    @Test func testsSayHowEachDestinationAnswered() async throws {
        try await withBench(hasBroker: false) { bench in
            let (sink, server) = (try HTTPSink { _, _ in .status(404) }, try SMTPServer())
            try await bench.applyAlerts("  webhook: \(sink.url)\n  email: [ops@example.com]")
            let settings = try AlertSettings(environment: [
                "SMTP_URL": "smtp://127.0.0.1:\(server.port)", "ALERT_EMAIL_FROM": "connector@example.com",
            ])
            let desk = AlertDesk(database: bench.database)
            let answers = try await desk.test(
                bench.tenant,
                vault: bench.vault,
                tenantHTTP: bench.http,
                hostHTTP: bench.http,
                settings: settings
            )
            #expect(answers.map(\.isGood) == [false, true])
            #expect(answers[0].detail == "answered 404")
            #expect(answers[1].destination == "\(bench.tenant) mail to o…@example.com")
            #expect(server.mails.first?.text.contains("Nothing is wrong") == true)
        }
    }

    @Test func addressPolicyAppliesToTenantsWebhooks() async throws {
        try await withBench(hasBroker: false) { bench in
            let sink = try HTTPSink()
            try await bench.applyAlerts("  webhook: \(sink.url)")
            let hosted = HTTPClient(
                configuration: .init(proxy: "", allowsAddress: { AddressPolicy.hosted.allows($0) })
            )
            let answers = try await AlertDesk(database: bench.database).test(
                bench.tenant,
                vault: bench.vault,
                tenantHTTP: hosted,
                hostHTTP: bench.http,
                settings: AlertSettings()
            )
            #expect(answers.map(\.detail) == ["address not allowed"])
            #expect(sink.all.isEmpty)
            await hosted.close()
            await #expect(throws: (any Error).self) {
                try await bench.applyAlerts("  webhook: \(sink.url)", policy: .hosted)
            }
        }
    }

    @Test func digestsAreSentOnceADay() async throws {
        try await withBench(hasBroker: false) { bench in
            let sink = try HTTPSink()
            try await bench.applyAlerts(
                "  webhook: \(sink.url)\n  digest: {at: \"07:30\"}\n  silence: off\n  oldest: off"
            )
            let settings = try bench.settings()
            try await bench.service(settings).runOnce()
            #expect(sink.all.isEmpty, "the first one tells of what comes from now on")
            try await bench.postSome()
            try await bench.service(settings).runOnce(at: try await bench.later(86_400))
            try await bench.service(settings).runOnce(at: try await bench.later(86_500))
            #expect(sink.all.count == 1)
            let body = try JSON(parsing: try #require(sink.all.first).body)
            let company = try #require(body["digest"]?["companies"]?.array?.first)
            #expect(company["posted"]?.array?.first?["invoices"]?["amount"]?.string == "93.60")
            #expect(company["posted"]?.array?.first?["net"]?.string == "83.60")
            #expect(company["open"]?["held"]?["documents"]?.int == 1)
            #expect(
                body["text"]?.string?.contains("1 invoice 93.60 USD, 1 credit note 10.00 USD, net 83.60 USD")
                    == true
            )
            #expect(body["alerts"]?.array?.isEmpty == true)
            // Nobody was there for three days: one digest.
            try await bench.service(settings).runOnce(at: try await bench.later(4 * 86_400))
            #expect(sink.all.count == 2)
        }
    }
}

extension Bench {
    fileprivate func failRun() async throws {
        let run = try await database.requestRun(tenant, cause: .schedule)
        try await database.startRun(run)
        let failure = Failure(.unreachable, code: "x", reason: "The token is wrong.", nextStep: "Mend it.")
        try await database.finishRun(run, failure: failure, retryAt: Date() + 60)
    }

    /// A posted invoice of 93.60, a posted credit note of 10, and an order that is held.
    fileprivate func postSome() async throws {
        _ = try await database.client.query(
            """
            insert into documents (tenant, company, kind, source_id, number, document, store_view, source_created_at,
                source_updated_at, source, content_hash, published_revision, state, amount, currency, posted_at)
            values (\(tenant.name), 'SAMINC', 'order', 1, '1', 'US1', 'default', now(), now(), '{}', '', 1, 'posted', 93.60,
                    'USD', now()),
                (\(tenant.name), 'SAMINC', 'creditmemo', 2, '2', 'CM2', 'default', now(), now(), '{}', '', 1, 'posted', 10,
                    'USD', now()),
                (\(tenant.name), 'SAMINC', 'order', 3, '3', 'US3', 'default', now(), now(), '{}', '', 1, 'held', 7, 'USD',
                    null)
            """
        )
    }

    /// Ten orders an hour in the last four whole hours of eight weeks, none today, and the store read until now.
    fileprivate func sellOnMondays() async throws {
        _ = try await database.client.query(
            """
            insert into documents (tenant, company, kind, source_id, number, document, store_view, source_created_at,
                source_updated_at, source, content_hash, published_revision, state)
            select \(tenant.name), 'SAMINC', 'order', 1000 + w * 100 + h * 10 + i, '', '', 'default',
                (date_trunc('hour', now() at time zone 'America/Vancouver') - make_interval(days => 7 * w, hours => h)
                    + make_interval(mins => i)) at time zone 'America/Vancouver',
                now(), '{}', '', 1, 'skipped'
            from generate_series(1, 9) w, generate_series(1, 4) h, generate_series(0, 9) i
            """
        )
        _ = try await database.client.query(
            """
            insert into documents (tenant, company, kind, source_id, number, document, store_view, source_created_at,
                source_updated_at, source, content_hash, published_revision, state)
            values (\(tenant.name), 'SAMINC', 'order', 9999, '', '', 'default',
                date_trunc('hour', now()) - interval '4 hours 1 minute', now(), '{}', '', 1, 'skipped')
            """
        )
        _ = try await database.client.query(
            """
            update documents set source_created_at = date_trunc('hour', now()) - interval '5 hours'
            where source_id between 1 and 3
            """
        )
        _ = try await database.client.query(
            """
            insert into cursors (tenant, resource, updated_at, entity_id, read_until)
            values (\(tenant.name), 'orders', now(), 0, now())
            """
        )
    }
}
