import Foundation

/// A fault to inject into matching calls.
struct FaultPlan: Sendable {
    /// What goes wrong.
    enum Kind: String, Sendable, CaseIterable {
        /// Done, but the connection closes without an answer.
        case commitThenDrop
        /// Nothing done, no answer.
        case dropBefore
        /// Slow by `milliseconds`.
        case latency
        /// Nothing done and silence for `milliseconds` (ten minutes unless given), then the connection closes.
        case stall
        case status503html, status502, status500html, status429
        /// 409 `General` "Processing conflict".
        case conflict
        /// 409 `General`: another user has the record open.
        case recordLocked
        /// Done; the answer ends half-way and says it is whole.
        case truncate
        /// Done; the connection is reset in the middle of the answer.
        case resetMidBody
        /// 200 with a sign-in page.
        case htmlOK
        /// 409 `RecordDuplicate` with a text about Day End Processing.
        case duplicateOtherText
        /// A batch POST that leaves the batch without its entries and answers 500.
        case orphanBatch
        /// A batch POST whose first document's tax and total come out 0.01 higher.
        case roundingOffBy001
        /// No answer; done after `milliseconds`.
        case lateCommit
        /// A posting run that dies and leaves its batches `PostInProgress`.
        case stuckPosting
        /// An error in the right JSON, declared as text/plain.
        case textPlainError
        /// 500 `DBLinkError`: the company cannot be opened.
        case databaseLink
        /// Done; 409 `General` saying that it ran out of time.
        case timeLimit
    }

    /// Which of the matching calls are hit.
    enum Schedule: Sendable, Equatable {
        case first(Int)
        case every(Int)
        case probability(Decimal)
    }

    var kind: Kind
    /// `POST AR/ARInvoiceBatches`, `GET AR/*`, `* *`.
    var on: String
    /// Nil for every company.
    var company: String?
    var schedule: Schedule
    var milliseconds: Int?
    /// Of the random numbers behind `probability`.
    var seed: UInt64

    /// A fault that hits every matching call unless told otherwise.
    init(
        _ kind: Kind,
        on: String,
        company: String? = nil,
        schedule: Schedule = .every(1),
        milliseconds: Int? = nil,
        seed: UInt64 = 1
    ) {
        self.kind = kind
        self.on = on
        self.company = company
        self.schedule = schedule
        self.milliseconds = milliseconds
        self.seed = seed
    }
}
