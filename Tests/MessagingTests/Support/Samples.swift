import Accounting
import ExactJSON
import Foundation
import Messaging
import Testing

extension Envelope {
    /// The envelope of `Fixture.envelope`.
    static func sample() throws -> Envelope {
        Envelope(
            tenant: try #require(TenantID("acme")),
            company: CompanyID("SAMINC"),
            kind: .order,
            sourceID: 42,
            number: "000000042",
            document: "US000000042",
            revision: 3,
            storeView: "us_en",
            run: 7,
            firstPublishedAt: Date(timeIntervalSince1970: 1_772_366_400.25),
            source: [
                "entity_id": 42, "base_grand_total": .number(try #require(JSONNumber(parsing: "93.60"))),
            ]
        )
    }
}

extension DeadLetter {
    static let sampleID = UUID(
        uuid: (0x0a, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f, 0x40, 0x71, 0x82, 0x93, 0xa4, 0xb5, 0xc6, 0xd7, 0xe8, 0xf9)
    )

    /// The dead letter of `Fixture.deadLetter`.
    static func sample() throws -> DeadLetter {
        DeadLetter(
            id: sampleID,
            content: .document(try .sample()),
            failure: Failure(
                .mapping,
                code: "account-missing",
                reason: "No account is named for gift cards.",
                subject: "giftCard",
                moneyAtRisk: false,
                nextStep: "Add accounts.giftCard to the tenant file, apply it, then replay."
            ),
            failedAt: Date(timeIntervalSince1970: 1_772_366_460.5),
            attempts: 2,
            amount: Decimal(string: "93.60"),
            currency: "USD"
        )
    }

    /// The dead letter of `Fixture.strayLetter`.
    static func stray(_ beginning: [UInt8] = [0x00, 0xff, 0x7b]) -> DeadLetter {
        DeadLetter(
            id: sampleID,
            content: .stray(beginning: beginning, queue: "mlc.acme.SAMINC.invoices"),
            failure: Failure(
                .document,
                code: "foreign-message",
                reason: "This message is not a document of this connector.",
                nextStep: "Find out who publishes to this queue, then discard it."
            ),
            failedAt: Date(timeIntervalSince1970: 1_772_366_460.5),
            attempts: 1
        )
    }
}
