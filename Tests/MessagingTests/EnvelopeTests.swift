import Accounting
import ExactJSON
import Foundation
import Messaging
import Testing

struct EnvelopeTests {
    /// A change to the fixture's JSON that makes it none of ours.
    struct Fault: Sendable, CustomTestStringConvertible {
        let member: String
        /// Nil removes the member.
        let value: JSON?
        var testDescription: String { "\(member): \(value?.text ?? "left out")" }

        init(_ member: String, _ value: JSON?) {
            self.member = member
            self.value = value
        }

        func bytes(_ fixture: String) throws -> [UInt8] {
            var object = try #require(try JSON(parsing: fixture.utf8).object)
            object[member] = value
            return JSON.object(object).bytes
        }
    }

    static let faults = [
        Fault("schema", nil), Fault("schema", 2), Fault("schema", 0), Fault("schema", "one"),
        Fault("tenant", nil), Fault("tenant", ""), Fault("tenant", "Acme"), Fault("tenant", 7),
        Fault("tenant", "a/b"), Fault("company", "saminc"), Fault("company", ""), Fault("company", 7),
        Fault("kind", nil), Fault("kind", "quote"), Fault("kind", .null),
        Fault("id", nil), Fault("id", "x"), Fault("id", .number(JSONNumber(parsing: "1.5") ?? JSONNumber(0))),
        Fault("revision", nil), Fault("revision", 0), Fault("revision", -1),
        Fault("number", nil), Fault("number", 42), Fault("document", nil), Fault("document", .null),
        Fault("firstPublishedAt", nil), Fault("firstPublishedAt", "yesterday"),
        Fault("source", nil), Fault("source", .null), Fault("source", []), Fault("source", "{}"),
    ]

    @Test func schemaOneIsWhatItWas() throws {
        let envelope = try Envelope.sample()
        #expect(envelope.json.text == Fixture.envelope)
        #expect(try Envelope(parsing: Array(Fixture.envelope.utf8)) == envelope)
    }

    @Test func messageIDNamesTheRevision() throws {
        #expect(try Envelope.sample().messageID == "acme/order/42/3")
    }

    @Test(arguments: DocumentKind.allCases)
    func everyKindComesBackAsItWent(kind: DocumentKind) throws {
        var envelope = try Envelope.sample()
        envelope.kind = kind
        envelope.company = nil
        envelope.run = nil
        envelope.sourceID = .max
        envelope.number = "№ \"7\"\n\u{1F4E6}"
        #expect(try Envelope(parsing: envelope.json.bytes) == envelope)
    }

    @Test func amountsKeepTheirDigits() throws {
        let text = Fixture.envelope
        let body = text.replacing("93.60", with: "12345678901234567890.1234567890")
        let envelope = try Envelope(parsing: Array(body.utf8))
        #expect(envelope.source["base_grand_total"]?.decimal?.description == "12345678901234567890.123456789")
        #expect(envelope.json.text == body)
    }

    @Test func fieldsOfLaterReleasesAreIgnored() throws {
        let fault = Fault("priority", "high")
        #expect(try Envelope(parsing: fault.bytes(Fixture.envelope)) == Envelope.sample())
    }

    @Test(arguments: faults)
    func malformedEnvelopeIsRefused(fault: Fault) throws {
        let body = try fault.bytes(Fixture.envelope)
        let error = #expect(throws: EnvelopeError.self) { try Envelope(parsing: body) }
        #expect(error?.description.hasPrefix("This message is not a document of this connector: ") == true)
    }

    @Test(arguments: [
        [], Array("null".utf8), Array("[]".utf8), Array("42".utf8), Array("<html>".utf8), [0xff, 0xfe, 0x00],
    ])
    func whatIsNoObjectIsRefused(body: [UInt8]) {
        #expect(throws: EnvelopeError.self) { try Envelope(parsing: body) }
    }

    @Test func cutShortItIsRefused() throws {
        let body = Array(Fixture.envelope.utf8)
        for length in stride(from: 0, to: body.count, by: 17) {
            #expect(throws: EnvelopeError.self) { try Envelope(parsing: Array(body.prefix(length))) }
        }
    }

    @Test func refusalRepeatsNothingOfTheMessage() throws {
        let body = try Fault("tenant", "Jane.Doe@example.com").bytes(Fixture.envelope)
        let error = #expect(throws: EnvelopeError.self) { try Envelope(parsing: body) }
        #expect(error?.description.contains("Jane") == false)
    }

    @Test func absurdNestingIsRefused() throws {
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        let text = Fixture.envelope
        let body = text.replacing("93.60", with: deep)
        #expect(throws: EnvelopeError.self) { try Envelope(parsing: Array(body.utf8)) }
    }
}
