public import Accounting
import ExactJSON
public import Foundation
import PostgresClient

/// A dead letter as it is stored.
public struct FailureReport: Sendable {
    /// Identity of the death; taken in once.
    public var deathID: UUID
    /// The document, where the message named one of ours.
    public var key: DocumentKey?
    /// The tenant whose queue it came from, where known.
    public var tenant: String?
    /// The company whose queue it came from, where known.
    public var company: String?
    /// The revision that died.
    public var revision: Int?
    /// The store's number.
    public var number: String?
    /// The number in Sage 300.
    public var document: String?
    /// Why, with what was sent and answered.
    public var failure: Failure
    /// Total including tax.
    public var amount: Decimal?
    /// ISO code of `amount`.
    public var currency: String?
    /// How often the document was tried.
    public var attempts: Int
    /// When it died.
    public var failedAt: Date
    /// The dead letter itself, at most what the queue held.
    public var message: String
    /// Where a worker was when it was killed.
    public var trace: String?

    /// A report of a message that is none of ours, or the beginning of one that is.
    public init(deathID: UUID, failure: Failure, failedAt: Date, message: String) {
        self.deathID = deathID
        self.failure = failure
        self.failedAt = failedAt
        self.message = message
        attempts = 1
    }
}

extension FailureReport {
    /// A row of `failures`, as `Database.takeIn` inserts it.
    /// - Parameter position: its place among those that are inserted together.
    func json(position: Int) throws -> JSON {
        let evidence = failure.evidence
        return [
            "position": .int(position), "death_id": .string(deathID.uuidString),
            "tenant": text(key?.tenant.name ?? tenant), "company": text(key?.company?.name ?? company),
            "kind": text(key?.kind.rawValue), "source_id": key.map { .int(Int($0.sourceID)) } ?? .null,
            "revision": revision.map(JSON.int) ?? .null, "number": text(number),
            "document": text(document), "class": .string(failure.failureClass.rawValue),
            "code": .string(failure.code), "reason": .string(failure.reason),
            "next_step": .string(failure.nextStep), "at_risk": .bool(failure.moneyAtRisk),
            "group_id": .string(failure.group), "attempts": .int(attempts),
            "amount": amount.map(JSON.decimal) ?? .null, "currency": text(currency),
            "failed_at": text(try failedAt.postgresText()), "message": .string(message),
            "operation": text(evidence?.operation), "request": text(evidence?.request),
            "answer_status": (evidence?.status).map(JSON.int) ?? .null,
            "answer": text(evidence.map { $0.answer.hexadecimal }), "trace": text(trace),
        ]
    }

    private func text(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
}
