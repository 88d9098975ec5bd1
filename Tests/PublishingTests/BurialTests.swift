import Accounting
import Foundation
import Messaging
import PostgresClient
import Publishing
import Storage
import Testing

@Suite(.enabled(if: Press.isAvailable), .timeLimit(.minutes(1)))
struct BurialTests {
    private let failure = Failure(
        .ledger,
        code: "period-closed",
        reason: "The period is closed.",
        nextStep: "Open it, then replay."
    )

    @Test func recordedDeathIsPublishedAndMarked() async throws {
        try await withPress { press in
            let letters = try await press.letters()
            let record = try await press.record(1)
            let transition = DocumentTransition.death(of: record, failure, stage: "map")
            let death = try #require(transition.death)
            #expect(transition.reason == "The period is closed.")
            #expect(transition.detail == "The period is closed. Open it, then replay.")
            #expect(try await press.database.transition([transition]) == [record.key])
            try await press.burial.publish([(death, .order)])
            let letter = try await letters.letter(of: press.tenant)
            #expect(letter.id == death.id)
            #expect(letter.failure == failure)
            #expect(letter.attempts == 1)
            #expect(letter.amount == Decimal(string: "93.60"))
            #expect(letter.currency == "USD")
            guard case .document(let envelope) = letter.content else {
                Issue.record("it holds no document")
                return
            }
            #expect(envelope.key == record.key)
            try await press.age("1 minute")
            let left = try await press.database.unpublishedDeaths(kinds: [.order], olderThan: .zero)
            #expect(left.isEmpty)
        }
    }

    @Test func deathNobodyLivedToPublishIsSweptUpOnce() async throws {
        try await withPress { press in
            let letters = try await press.letters()
            let record = try await press.record(1)
            let transition = DocumentTransition.death(of: record, failure, stage: "map")
            _ = try await press.database.transition([transition])
            try await press.age("1 minute")
            // Another kind's worker leaves it to its own.
            try await press.burial.sweep(.customers)
            let left = try await press.database.unpublishedDeaths(kinds: [.order], olderThan: .zero)
            #expect(left.map(\.deathID) == [transition.death?.id])
            try await press.burial.sweep(.invoices)
            #expect(try await letters.letter(of: press.tenant).id == transition.death?.id)
            let rest = try await press.database.unpublishedDeaths(kinds: [.order], olderThan: .zero)
            #expect(rest.isEmpty)
        }
    }

    @Test func strayMessageIsBuriedWithItsBeginning() async throws {
        try await withPress { press in
            let letters = try await press.letters()
            let body = [UInt8](repeating: 0xfe, count: 5000)
            try await press.burial.bury(stray: body, queue: press.queue().name, failure)
            let letter = try await letters.letter(of: press.tenant)
            let kept = DeadLetter.Content.stray(
                beginning: Array(body.prefix(2048)),
                queue: press.queue().name
            )
            #expect(letter.content == kept)
            #expect(letter.failure == failure)
        }
    }
}
