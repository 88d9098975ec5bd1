import ExactJSON
import Foundation
import TestServers
import Testing

extension EndToEnd {
    /// People are told, by webhook and by mail, once.
    @Suite struct Alerts {
        /// Where the host's people are told.
        private struct People {
            let webhook: HTTPSink
            let mail: SMTPServer

            init() throws {
                webhook = try HTTPSink()
                mail = try SMTPServer()
            }

            var environment: [String: String] {
                [
                    "ALERT_WEBHOOK_URL": webhook.url, "ALERT_WEBHOOK_SECRET": "shared",
                    "ALERT_EMAIL_TO": "ops@example.com", "ALERT_EMAIL_FROM": "connector@example.com",
                    "SMTP_URL": "smtp://127.0.0.1:\(mail.port)", "ALERT_INTERVAL_SECONDS": "1",
                    "ALERT_WINDOW_SECONDS": "3",
                ]
            }

            /// `event kind title` of all alerts of all calls.
            var told: [String] {
                webhook.all.flatMap { call -> [String] in
                    let alerts = (try? JSON(parsing: call.body))?["alerts"]?.array ?? []
                    return alerts.map { alert in
                        ["event", "kind", "title"].map { alert[$0]?.string ?? "" }.joined(separator: " ")
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(4)))
        func `two causes of dead letters are one message, and a third document is none`() async throws {
            try await withStage { stage in
                let people = try People()
                let (_, books) = try await stage.opened(
                    store: "giftCardProducts: 0.3",
                    services: ["poller", "customer-worker", "invoice-worker"]
                ) {
                    $0.giftCard = nil
                    $0.storeViews = "default"
                }
                try await stage.sync(status: 1)
                try stage.start("replayer", environment: people.environment)
                try await eventually("webhook and mail") {
                    (people.webhook.all.count == 1 && people.mail.mails.count == 1).orNil
                }
                #expect(people.told.count == 2 && people.told.allSatisfy { $0.hasPrefix("begun failures ") })
                let call = try #require(people.webhook.all.first)
                #expect(call.headers["x-mlc-signature"]?.hasPrefix("sha256=") == true)
                let mail = try #require(people.mail.mails.first)
                #expect(mail.to == ["ops@example.com"])
                #expect(mail.text.contains("giftCard") && mail.text.contains("us_en"))

                let groups = try #require(try await stage.ask("dead", "groups").array)
                let counted = try #require(try JSON(parsing: call.body)["alerts"]?.array)
                #expect(
                    Set(counted.compactMap { $0["count"]?.int })
                        == Set(groups.compactMap { $0["count"]?.int })
                )
                try await another(stage, books)
                try await Task.sleep(for: .seconds(6))
                #expect(people.webhook.all.count == 1 && people.mail.mails.count == 1, "\(people.told)")
                let standing = try #require(try await stage.ask("alerts", "list").array)
                #expect(standing.count == 2 && standing.allSatisfy { $0["toldAt"]?.string != nil })
                try await digestEqualsTheBooks(stage, books)
                try await test(stage, people)
            }
        }

        /// One more order that sells a gift card is placed, and dies.
        private func another(_ stage: Stage, _ books: Books) async throws {
            let dead = try await stage.deadLetters()
            let group = try #require(dead.first { $0["group"]?.string?.contains("giftCard") == true })
            let number = try #require(group["document"]?.string).dropFirst(2)
            for id in 1...80 {
                let order = try await books.store.read("orders/\(id)")
                guard order["increment_id"]?.string == String(number), var copy = order.object else {
                    continue
                }
                copy["entity_id"] = 900_001
                copy["increment_id"] = "000900001"
                copy["updated_at"] = .string(
                    Date().formatted(
                        .verbatim(
                            "\(year: .padded(4))-\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
                            timeZone: .gmt,
                            calendar: Calendar(identifier: .gregorian)
                        )
                    )
                )
                try await books.store.tell("orders", .object(copy))
                break
            }
            _ = try await stage.run("sync", "acme", "--wait")
            try await eventually("the third document is a dead letter") {
                (try await stage.deadLetters().count == dead.count + 1).orNil
            }
        }

        private func digestEqualsTheBooks(_ stage: Stage, _ books: Books) async throws {
            let digest = try await stage.ask("alerts", "digest", "--tenant", "acme")
            let company = try #require(
                digest["companies"]?.array?.first { $0["company"]?.string == "SAMINC" }
            )
            let posted = try #require(company["posted"]?.array?.first)
            let (invoices, credits) = (try await books.posted(), try await books.credited())
            #expect(posted["currency"]?.string == "USD")
            #expect(posted["invoices"]?["documents"]?.int == invoices.count)
            #expect(posted["invoices"]?["amount"]?.decimal == invoices.values.reduce(0, +))
            #expect(posted["credits"]?["documents"]?.int == credits.count)
            #expect(posted["credits"]?["amount"]?.decimal == credits.values.reduce(0, +))
            let balance = try await books.company()["trialBalance"]?["accounts"]?["1200"]?.string
            #expect(posted["net"]?.decimal == balance.flatMap { Decimal(string: $0) })
        }

        private func test(_ stage: Stage, _ people: People) async throws {
            let calls = people.webhook.all.count
            let program = try stage.start(
                "connectorctl",
                ["alerts", "test", "--json"],
                environment: people.environment
            )
            let answer = try await stage.finish(program)
            #expect(answer.status == 0, "\(answer.output) \(answer.messages)")
            #expect(try answer.json().array?.count == 2)
            #expect(people.webhook.all.count == calls + 1)
            var broken = people.environment
            broken["ALERT_WEBHOOK_URL"] = "http://127.0.0.1:9/"
            let failing = try stage.start("connectorctl", ["alerts", "test"], environment: broken)
            #expect(try await stage.finish(failing).status == 1)
        }

        @Test(.timeLimit(.minutes(4)))
        func `a Sage 300 that is away is told, and its return`() async throws {
            try await withStage { stage in
                let people = try People()
                let sage = try await stage.startSage()
                let (relay, url) = try Relay.before(sage.url)
                try relay.open()
                defer { relay.stop() }
                let store = try await stage.startStore(orders: 60)
                let behind = Simulator(program: sage.program, url: url, http: sage.http)
                try await stage.apply(TenantPlan(store: store, sage: behind))
                relay.goAway()
                try stage.startServices(environment: people.environment)
                try await eventually("the pause is told", within: .seconds(90)) {
                    people.told.contains("begun paused SAMINC is paused").orNil
                }
                #expect(!people.told.contains { $0.hasPrefix("over") })
                relay.comeBack()
                try await eventually("its end is told", within: .seconds(90)) {
                    people.told.contains("over paused SAMINC goes on again").orNil
                }
                try await eventually("and mailed") {
                    people.mail.mails.contains { $0.text.contains("SAMINC goes on again") }.orNil
                }
                #expect(people.told.filter { $0.hasPrefix("begun paused") }.count == 1, "\(people.told)")
                try await stage.settled(within: .seconds(90))
                try await Books(store: store, sage: sage).agree()
            }
        }
    }
}
