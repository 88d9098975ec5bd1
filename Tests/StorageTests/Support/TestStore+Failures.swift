import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

extension TestStore {
    func failure(_ code: String = "account-missing", subject: String = "") -> Failure {
        Failure(
            .mapping,
            code: code,
            reason: "The account is not named.",
            subject: subject,
            nextStep: "Name it in the tenant file, then replay."
        )
    }

    /// A waiting document dies.
    @discardableResult
    func kill(_ id: Int64, _ kind: DocumentKind = .order) async throws -> UUID {
        let record = try await document(id, kind)
        let death = Death(id: UUID(), letter: #"{"death":"of \#(id)"}"#)
        let moved = try await database.transition([
            DocumentTransition(
                record.key,
                revision: record.revision,
                to: .dead,
                reason: "The account is not named.",
                death: death,
                stage: "map"
            )
        ])
        #expect(moved == [record.key])
        return death.id
    }

    /// The report a replayer makes of a document's death.
    func report(_ id: Int64, _ death: UUID, code: String = "account-missing", failedAt: Date = Date())
        async throws -> FailureReport
    {
        let record = try await document(id)
        var report = FailureReport(
            deathID: death,
            failure: failure(code),
            failedAt: failedAt,
            message: #"{"schema":1}"#
        )
        report.key = record.key
        report.revision = record.revision
        report.number = record.number
        report.document = record.document
        report.amount = record.amount
        report.currency = record.currency
        report.attempts = record.attempts
        return report
    }

    /// Documents are published, die and arrive in the failure store; their failures, oldest first.
    @discardableResult
    func fail(_ ids: [Int64], code: String = "account-missing") async throws -> [FailureRecord] {
        try await publish(ids)
        var failures: [FailureRecord] = []
        for id in ids {
            let death = try await kill(id)
            try await database.takeIn(try await report(id, death, code: code))
            failures.append(try #require(try await database.failures(of: key(id)).first))
        }
        return failures
    }
}

extension Database {
    /// Sends one failure's document back as the replay's owner would.
    func replay(_ failure: FailureRecord, replay: Int64) async throws -> DocumentRecord? {
        let owner = UUID()
        _ = try await client.query(
            "update replays set state = 'running', owner = \(owner) where id = \(replay)"
        )
        let items = try await nextReplayItems(replay, limit: 1000).filter { $0.id == failure.id }
        return try await sendBack(items, of: replay, owner: owner)?.first
    }
}
