import Accounting
import ExactJSON
import Foundation
import Messaging
import Testing

struct DeadLetterTests {
    typealias Fault = EnvelopeTests.Fault

    static let faults = [
        Fault("schema", nil), Fault("schema", 2), Fault("schema", .null),
        Fault("death", nil), Fault("death", "not-a-uuid"), Fault("death", 7),
        Fault("class", nil), Fault("class", "bad luck"), Fault("code", nil), Fault("code", 7),
        Fault("reason", nil), Fault("reason", .null),
        Fault("failedAt", nil), Fault("failedAt", "yesterday"), Fault("failedAt", 1_772_366_460),
        Fault("envelope", .null), Fault("envelope", [:]), Fault("envelope", "text"), Fault("envelope", nil),
    ]
    static let strayFaults = [
        Fault("queue", nil), Fault("queue", 7), Fault("beginning", nil), Fault("beginning", "%%%"),
        Fault("beginning", .null),
    ]

    @Test func schemaOneIsWhatItWas() throws {
        for (letter, fixture) in [
            (try DeadLetter.sample(), Fixture.deadLetter), (.stray(), Fixture.strayLetter),
        ] {
            #expect(letter.json.text == fixture)
            #expect(DeadLetter(parsing: Array(fixture.utf8)) == letter)
        }
    }

    @Test(arguments: FailureClass.allCases)
    func everyClassComesBackAsItWent(failureClass: FailureClass) throws {
        var letter = try DeadLetter.sample()
        letter.failure = Failure(
            failureClass,
            code: "c",
            reason: "Ein \"Grund\".",
            moneyAtRisk: true,
            nextStep: ""
        )
        letter.amount = Decimal(string: "-12345678901234567890.123")
        #expect(DeadLetter(parsing: letter.json.bytes) == letter)
    }

    @Test(arguments: faults)
    func malformedLetterIsNone(fault: Fault) throws {
        #expect(DeadLetter(parsing: try fault.bytes(Fixture.deadLetter)) == nil)
    }

    @Test(arguments: strayFaults)
    func strayLetterWithoutItsMessageIsNone(fault: Fault) throws {
        #expect(DeadLetter(parsing: try fault.bytes(Fixture.strayLetter)) == nil)
    }

    @Test func whatIsNoJSONIsNone() {
        for body: [UInt8] in [[], [0xff], Array("null".utf8), Array("{".utf8)] {
            #expect(DeadLetter(parsing: body) == nil)
        }
    }

    @Test func twoKilobytesOfAStrayMessageAreKept() throws {
        let body = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
        let letter = try #require(DeadLetter(parsing: DeadLetter.stray(body).json.bytes))
        guard case .stray(let beginning, let queue) = letter.content else {
            Issue.record("it is no stray letter")
            return
        }
        #expect(beginning == Array(body.prefix(2048)))
        #expect(queue == "mlc.acme.SAMINC.invoices")
    }
}
