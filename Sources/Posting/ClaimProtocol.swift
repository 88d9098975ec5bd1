import Publishing
import Accounting
import ExactJSON
import Foundation
import Logging
import Messaging
import Sage300
import Storage

/// The steps that give every claimed document exactly one effect (`architecture.md`, Posting), under a lease.
///
/// Entering opens a batch and cannot be repeated blindly; everything after it works on a batch number and can.
struct ClaimProtocol {
    let context: PostingContext
    let company: ServedCompany
    let lease: WriterLease

    var database: Database { context.database }
    var companyID: CompanyID { company.rules.company }

    /// Sees through what earlier writers of this company left unfinished, before anything new is entered.
    func resolveDueClaims() async throws {
        for claim in try await database.dueClaims(of: company.target) {
            do { try await resolve(claim) } catch let error as SageError {
                try await database.postpone(claim, by: .seconds(3))
                throw error
            }
        }
    }

    /// Sends a claim's documents as one batch and sees it through.
    /// - Parameter hasDeliveries: true while the documents' messages are in hand and come back by themselves.
    func enter(_ claim: Claim, hasDeliveries: Bool) async throws {
        let description = "\(claim.token) \(claim.tenant)"
        let date = CalendarDate(Date(), in: company.rules.timeZone)
        var entries: [JSON] = []
        for entry in claim.entries { entries.append(try JSON(parsing: entry.payload)) }
        let batch: Int64
        do {
            batch = try await company.gate.call(companyID) { [entries] session throws(SageError) in
                try await session.enterInvoiceBatch(
                    description: String(description.prefix(60)),
                    date: date,
                    entries: entries,
                    in: companyID
                )
            }
        } catch let error as SageError {
            try await notEntered(claim, error, hasDeliveries: hasDeliveries)
            return
        }
        let adopted = try await database.adopt(claim, batch: batch, under: lease)
        try await seeThrough(adopted)
    }

    private func resolve(_ claim: Claim) async throws {
        switch claim.state {
        case .entering:
            // Its sender died: whether Sage 300 got it is not known.
            try await database.doubt(
                claim,
                settle: context.settings.settle,
                detail: "the worker that sent it stopped before the answer",
                under: lease
            )
        case .inDoubt: try await settle(claim)
        case .adopted, .verified, .posting: try await seeThrough(claim)
        case .done, .split, .abandoned: break
        }
    }

    private func notEntered(_ claim: Claim, _ error: SageError, hasDeliveries: Bool) async throws {
        switch error.cause {
        case .noAnswer:
            try await database.doubt(
                claim,
                settle: context.settings.settle,
                detail: error.description,
                under: lease
            )
            context.logger.warning("\(companyID): \(claim.token) is in doubt: \(error)")
            throw error
        case .unreachable, .busy, .credentials, .forbidden, .unreadable:
            if claim.tryNumber > 1 || claim.wasInDoubt {
                // An earlier try may still turn up: the claim keeps its documents and is tried again.
                try await database.doubt(claim, settle: .zero, detail: error.description, under: lease)
                try await database.postpone(claim, by: .seconds(5))
            } else {
                try await database.abandon(
                    claim,
                    reason: error.description,
                    republish: !hasDeliveries,
                    under: lease
                )
            }
            throw error
        case .refused, .notFound:
            try await refused(claim, error, hasDeliveries: hasDeliveries)
        }
    }

    /// Finds the document that is to blame by halving; the others are entered.
    private func refused(_ claim: Claim, _ error: SageError, hasDeliveries: Bool) async throws {
        // A refused batch may have left its head behind (reference Sage 9, partial failure).
        for orphan in try await batches(of: claim) { try await void(orphan, claim) }
        guard claim.entries.count == 1, let entry = claim.entries.first else {
            for part in try await database.split(claim, under: lease) {
                try await enter(part, hasDeliveries: false)
            }
            return
        }
        if let number = CustomerNumber(entry.customer) {
            // If it is the customer that is missing, a replay is to create it.
            try await database.forgetCustomers([number], of: company.target)
        }
        try await conclude(claim, fates: [entry.key: .dead(error.failure)])
    }

    /// Looks for a batch whose answer never came. Absent on two reads, it is entered again.
    private func settle(_ claim: Claim) async throws {
        let found = try await batches(of: claim).filter { !$0.entries.isEmpty }
        if let batch = found.first(where: { holds($0, all: claim) }) {
            let adopted = try await database.adopt(claim, batch: batch.number, under: lease)
            for twin in found where twin.number != batch.number { try await void(twin, claim) }
            try await seeThrough(adopted)
        } else if !found.isEmpty {
            for fragment in found { try await void(fragment, claim) }
            try await database.postpone(claim, by: .seconds(1))
        } else if claim.absentReads == 0 {
            try await database.postpone(claim, by: .seconds(2), isAbsent: true)
        } else {
            context.logger.notice("\(companyID): \(claim.token) never arrived and is entered again")
            try await enter(try await database.retry(claim, under: lease), hasDeliveries: false)
        }
    }

    /// The batches this claim ever opened and that still count.
    func batches(of claim: Claim) async throws -> [SageInvoiceBatch] {
        try await company.gate.call(companyID) { session throws(SageError) in
            try await session.invoiceBatches(describedBy: claim.searchToken, in: companyID)
        }
    }

    private func holds(_ batch: SageInvoiceBatch, all claim: Claim) -> Bool {
        Set(claim.entries.map(\.document)).isSubset(of: Set(batch.entries.map(\.document)))
    }

    /// Empties an Open batch that must never be posted; one that cannot be emptied is told to a person.
    func void(_ batch: SageInvoiceBatch, _ claim: Claim) async throws {
        guard batch.status == .open else {
            context.logger.critical(
                "\(companyID): batch \(batch.number) duplicates claim \(claim.id) and is \(batch.status): a person must look"
            )
            return
        }
        try await company.gate.call(companyID) { session throws(SageError) in
            if !batch.entries.isEmpty {
                try await session.deleteEntries(
                    batch.entries.map(\.number),
                    ofBatch: batch.number,
                    in: companyID
                )
            }
            try await session.describe(
                batch.number,
                as: "VOID duplicate of \(claim.searchToken)",
                in: companyID
            )
        }
        context.logger.notice(
            "\(companyID): batch \(batch.number), a duplicate of claim \(claim.id), was emptied"
        )
    }

    /// How a claimed document ends, before its death is written.
    enum Fate {
        case entered(batch: Int64, entry: Int)
        case posted(batch: Int64, entry: Int)
        case dead(Failure)
    }

    /// Records where documents of a claim are, in one transaction, and publishes the deaths among them.
    func conclude(_ claim: Claim, fates: [DocumentKey: Fate]) async throws {
        let records = try await database.documents(Array(fates.keys))
        var outcomes: [DocumentKey: ClaimOutcome] = [:]
        var deaths: [DocumentKey: Death] = [:]
        for (key, fate) in fates {
            switch fate {
            case .entered(let batch, let entry): outcomes[key] = .entered(batch: batch, entry: entry)
            case .posted(let batch, let entry): outcomes[key] = .posted(batch: batch, entry: entry)
            case .dead(let failure):
                guard let record = records[key] else { continue }
                let death = Burial.death(of: record, failure)
                outcomes[key] = .dead(death, reason: failure.reason)
                deaths[key] = death
            }
        }
        let ended = try await database.finish(claim, outcomes: outcomes, under: lease)
        // One that ended before, in a step that is repeated now, has had its death.
        try await context.burial.publish(
            deaths.filter { ended.contains($0.key) }.map { ($0.value, $0.key.kind) }
        )
    }
}
