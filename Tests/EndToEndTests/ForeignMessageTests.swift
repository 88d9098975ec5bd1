import AMQPClient
import ExactJSON
import Foundation
import Testing

extension EndToEnd {
    /// Messages in our queues that are none of ours.
    @Suite struct ForeignMessages {
        private static let invoices = "mlc.acme.SAMINC.invoices"
        private static let customers = "mlc.acme.SAMINC.customers"

        /// What a stranger publishes, and what the dead letter says of it.
        private struct Stranger {
            let queue: String
            var message: AMQPMessage
            let reason: String

            init(_ body: [UInt8], to queue: String = invoices, _ reason: String) {
                self.queue = queue
                self.reason = reason
                message = AMQPMessage(body: body)
            }

            init(_ text: String, to queue: String = invoices, _ reason: String) {
                self.init(Array(text.utf8), to: queue, reason)
            }

            func with(_ change: (inout AMQPMessage) -> Void) -> Stranger {
                var stranger = self
                change(&stranger.message)
                return stranger
            }
        }

        /// What a document's message looks like; no database knows document 424242.
        private static func envelope(_ changes: [String: JSON] = [:]) -> [UInt8] {
            var object: JSONObject = [
                "schema": 1, "tenant": "acme", "company": "SAMINC", "kind": "order", "id": 424_242,
                "number": "000424242", "document": "US000424242", "revision": 1, "storeView": "default",
                "run": .null, "firstPublishedAt": "2026-01-01T00:00:00.000Z", "source": [:],
            ]
            for (name, value) in changes { object[name] = value }
            return JSON.object(object).bytes
        }

        private static let notJSON: [Stranger] = [
            Stranger("no JSON \u{0} at all", "not valid JSON"),
            Stranger([0xFF, 0xFE, 0x00, 0x80], "not valid JSON"),
            Stranger([], "not valid JSON"),
            Stranger(Array(#"{"schema": 1, "tenant": ""#.utf8) + [0xC3], "not valid JSON"),
            Stranger(Array(repeating: UInt8(ascii: "["), count: 5 << 20), "tooDeep"),
            Stranger(String(repeating: "{\"a\":", count: 100_000), "tooDeep"),
            Stranger([0x1F, 0x8B, 0x08], "encoded (gzip)").with { $0.contentEncoding = "gzip" },
            Stranger(#"{"hello": "world"}"#, to: customers, "names no schema"),
        ]

        private static let notOurs: [Stranger] = [
            Stranger(
                #"{"schema": 99, "tenant": "acme", "kind": "order"}"#,
                "schema 99 is of a later release"
            ),
            Stranger(#"{"schema": 0, "tenant": "acme", "kind": "order"}"#, "schema 0 is none"),
            Stranger(envelope(["tenant": "other"]), "another tenant, company or kind"),
            Stranger(envelope(["company": "OTHERS"]), "another tenant, company or kind"),
            Stranger(envelope(["company": "no company"]), "its company is none"),
            Stranger(envelope(["kind": "quote"]), "names no kind of document"),
            Stranger(envelope(), to: customers, "another tenant, company or kind"),
            Stranger(envelope(["kind": "customer", "id": 1]), "another tenant, company or kind"),
            Stranger(envelope(), "a document this database does not know"),
            Stranger(envelope(["id": -1]), "a document this database does not know"),
            Stranger(envelope(["revision": 0]), "lacks a field"),
            Stranger(envelope(["id": 1, "revision": 1_000_000]), "a later revision"),
            Stranger("forged", "not valid JSON").with { message in
                message.messageID = "acme/order/1/1"
                message.type = "mlc.document"
                message.headers = [
                    "x-death": .array([.table(["count": 1_000_000, "queue": .string(invoices)])]),
                    "mlc-retries": -7, "x-delivery-count": 99, "deep": deep,
                ]
            },
            Stranger("forged too", "not valid JSON").with { $0.messageID = "acme/order/\u{0}/'; drop table" },
        ]

        private static let inDeadLetterQueues: [Stranger] = [
            Stranger("not a dead letter", to: "mlc.dead.invoices", "no dead letter of this connector"),
            Stranger(
                #"{"schema": 1, "death": "7"}"#,
                to: "mlc.dead.stray",
                "no dead letter of this connector"
            ),
            Stranger(
                Array(repeating: UInt8(ascii: "x"), count: 5 << 20),
                to: "mlc.dead.customers",
                "no dead letter"
            ),
        ]

        /// As deep as 64 KiB of headers allow.
        private static var deep: AMQPValue {
            var value = AMQPValue.null
            for _ in 0..<9000 { value = .table(["": value]) }
            return value
        }

        @Test(.timeLimit(.minutes(3)))
        func `foreign messages are dead-lettered and the work goes on`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 60)
                try await stage.sync()
                let strangers = Self.notJSON + Self.notOurs + Self.inDeadLetterQueues
                try await Self.publish(strangers, to: stage)
                // Redelivered, they are read one by one under a mark.
                try await stage.control("close_all_connections", "-p", stage.name, "for a test")
                let letters = try await Self.letters(strangers.count, stage)
                for stranger in strangers {
                    let isTold = letters.contains { $0["reason"]?.string?.contains(stranger.reason) == true }
                    #expect(isTold, "nothing says \(stranger.reason)")
                }
                for letter in letters {
                    #expect(letter["class"]?.string == "document")
                    let shown = try await stage.ask("dead", "show", try #require(letter["id"]?.string))
                    #expect(shown["nextStep"]?.string?.isEmpty == false)
                }
                try await stage.sync()
                try await stage.settled()
                try await books.agree()
                for name in Stage.services { #expect(stage.running(name).count == 1, "\(name) has ended") }

                // They cannot be replayed, only discarded.
                let id = try #require(letters.first?["id"]?.string)
                try await stage.ask("dead", "discard", id, "--reason", "a test put it there")
                #expect(try await stage.ask("dead", "list").array?.count == strangers.count - 1)
            }
        }

        /// Bodies of 100 MB are cut as they arrive; of ones that may be ours no more is held than fits.
        @Test(.timeLimit(.minutes(Rig.size("TEST_LARGE_MESSAGE_MINUTES", 4))))
        func `large messages leave the workers their memory`() async throws {
            try await withStage { stage in
                let (_, books) = try await stage.opened(orders: 60) { $0.maximumEntries = 50 }
                try await stage.sync()
                let huge = [UInt8](repeating: UInt8(ascii: "x"), count: 100 << 20)
                var strangers = [
                    Stranger(huge, "it has 104857600 bytes"),
                    Stranger(huge, to: "mlc.dead.invoices", "it has 104857600 bytes"),
                ]
                let large = Self.envelope(["source": ["x": .string(String(repeating: "y", count: 30 << 20))]])
                strangers += Array(
                    repeating: Stranger(large, "does not know"),
                    count: Rig.size("TEST_LARGE_MESSAGES", 6)
                )
                try await Self.publish(strangers, to: stage)
                let letters = try await Self.letters(strangers.count, stage, within: .seconds(600))
                #expect(
                    letters.count { $0["reason"]?.string?.contains("it has 104857600 bytes") == true } == 2
                )
                for name in ["invoice-worker", "replayer"] {
                    let program = try #require(stage.running(name).first, "\(name) has ended")
                    let most = try Self.largestResidentMegabytes(program.pid)
                    Rig.report("\(strangers.count) large messages: \(name) took \(most) MB at most")
                    #expect(most < 900)
                }
                try await books.agree()
            }
        }

        private static func publish(_ strangers: [Stranger], to stage: Stage) async throws {
            let connection = try await stage.brokerConnection("stranger")
            for stranger in strangers {
                try await connection.publish(stranger.message, to: "", routingKey: stranger.queue)
            }
            await connection.close()
        }

        private static func letters(
            _ count: Int,
            _ stage: Stage,
            within limit: Duration = .seconds(60)
        ) async throws -> [JSON] {
            let letters = try await eventually(
                "\(count) foreign messages are dead-lettered",
                within: limit,
                every: .milliseconds(300)
            ) { () -> [JSON]? in
                let letters = try await stage.ask("dead", "list").array ?? []
                return letters.count >= count ? letters : nil
            }
            #expect(letters.count == count)
            return letters
        }

        private static func largestResidentMegabytes(_ pid: Int32) throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
            return try #require(
                line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
            ) / 1024
        }
    }
}
