import Accounting
import ExactJSON
import Foundation
import Logging
import Messaging
import Publishing
import Sage300
import Storage
import Tenancy

/// Enters orders and Adobe's invoices as AR invoices, credit memos and cancellations as credit notes: gate, map, make
/// sure of the customer, claim, and hand the claim on.
struct InvoicePosting: WorkHandler {
    let context: PostingContext
    private let surveys = CutOverSurveys()

    init(context: PostingContext) { self.context = context }

    func batching(_ company: ServedCompany) -> (maximum: Int, wait: Duration) {
        let milliseconds = NSDecimalNumber(decimal: company.rules.batchMaximumWaitSeconds * 1000).intValue
        return (company.rules.batchMaximumEntries, .milliseconds(milliseconds))
    }

    /// A document with its entry.
    struct Draft {
        let record: DocumentRecord
        let invoice: ARInvoice
        /// Nil where the customer stands in Sage 300 for sure.
        let buyer: EntryDrafting.Buyer?
    }

    /// What is done about a document.
    enum Step {
        case enter(Draft)
        case compare(Draft)
        case move(DocumentTransition)
        /// Takes the entry of what it cancels out of its Open batch.
        case withdraw(Withdrawal)
        /// What stands in the ledger is not taken back by a gate or a failure.
        case leave
    }

    func prepare(_ assignment: Assignment, of company: ServedCompany) async throws -> Step {
        let record = assignment.record
        let outcome: EntryDrafting.Outcome
        do {
            outcome = try await drafting(for: company).outcome(of: assignment.envelope, record)
        } catch let failure as Failure {
            return record.state == .waiting ? .move(.death(of: record, failure, stage: "map")) : .leave
        }
        switch outcome {
        case .entry(let invoice, let buyer):
            let draft = Draft(record: record, invoice: invoice, buyer: buyer)
            return record.state == .waiting ? .enter(draft) : .compare(draft)
        case .settled(let state, let reason, let waitsFor):
            guard record.state == .waiting else { return .leave }
            return .move(Self.gated(record, state, reason, waitsFor))
        case .withdrawal(let invoice):
            guard record.state == .waiting else { return .leave }
            return .withdraw(Withdrawal(cancellation: record, invoice: invoice))
        }
    }

    func carryOut(_ steps: [Step], of company: ServedCompany) async throws -> Bool {
        var drafts: [Draft] = []
        var changed: [Draft] = []
        var transitions: [DocumentTransition] = []
        var withdrawals: [Withdrawal] = []
        for step in steps {
            switch step {
            case .enter(let draft): drafts.append(draft)
            case .compare(let draft): changed.append(draft)
            case .move(let transition): transitions.append(transition)
            case .withdraw(let withdrawal): withdrawals.append(withdrawal)
            case .leave: break
            }
        }
        try await reportChanges(changed)
        try await context.record(transitions, under: company)
        guard !drafts.isEmpty || !withdrawals.isEmpty else { return false }
        try await write(drafts, withdrawals, company)
        return true
    }

    private static func gated(
        _ record: DocumentRecord,
        _ state: DocumentState,
        _ reason: String,
        _ waitsFor: DocumentKey?
    ) -> DocumentTransition {
        DocumentTransition(
            record.key,
            revision: record.revision,
            to: state,
            reason: reason,
            waitsFor: waitsFor,
            stage: "gate",
            detail: reason
        )
    }

    private func drafting(for company: ServedCompany) -> EntryDrafting {
        EntryDrafting(database: context.database, rules: company.rules) { order in
            try await firstOrderOfGuest(order, company)
        }
    }

    private func firstOrderOfGuest(_ order: StoreOrder, _ company: ServedCompany) async throws -> Int64? {
        guard company.rules.customers.guests == .individual, (order.buyer.customerID ?? 0) <= 0 else {
            return nil
        }
        let email = order.buyer.email.lowercased()
        let hash = context.vault.fingerprint([company.tenant.tenant.name, "guest"], secret: Secret(email))
        return try await context.database.guest(
            emailHash: Array(hash.utf8),
            tenant: company.tenant.tenant,
            company: company.rules.company,
            order: order.entityID
        )
    }

    /// A newer revision of what stands in the ledger: nothing to do unless it moves money, which a person decides.
    private func reportChanges(_ drafts: [Draft]) async throws {
        for draft in drafts {
            let record = draft.record
            guard let standing = record.ledgerHash, standing != draft.invoice.ledgerHash else { continue }
            try await context.database.note(
                record.key,
                stage: "compare",
                outcome: "changed after entry",
                detail:
                    "The store changed this \(record.key.kind.noun) after it was entered; the ledger is left as it is. "
                    + "Revision \(record.revision) would come to \(Money(draft.invoice.total, draft.invoice.currency))."
            )
            context.logger.warning(
                "\(record.document): the store changed this \(record.key.kind.noun) after it was entered"
            )
        }
    }

    private func write(_ drafts: [Draft], _ withdrawals: [Withdrawal], _ company: ServedCompany) async throws
    {
        let lease = CompanyLease(context: context)
        let held: Void? = try await lease.hold(company.target, patience: .seconds(40)) { lease in
            let claims = ClaimProtocol(context: context, company: company, lease: lease)
            try await claims.resolveDueClaims()
            await claims.lookAfterEarlierBatches(limit: 2)
            for withdrawal in withdrawals { try await claims.withdraw(withdrawal) }
            let tally = SageCallTally()
            try await SageCallTally.$current.withValue(tally) { try await enter(drafts, company, claims) }
            PostingMetrics.finished(tally)
        }
        if held == nil { throw LeaseUnavailable(target: company.target) }
    }

    /// Makes sure of the customers, claims, and hands the claim on.
    private func enter(_ drafts: [Draft], _ company: ServedCompany, _ claims: ClaimProtocol) async throws {
        let buyers = BatchBuyers(context: context, company: company)
        // Numbers first: what stands in Sage 300 under a number that another document has is that one's entry.
        let own = try await withOwnNumbers(try await buyers.ensure(drafts), company)
        let missing = try await EarlierEntries(context: context, company: company).settle(own)
        let ready = try await CutOverGuard(context: context, company: company, surveys: surveys)
            .settle(missing)
        let claim = try await context.database.claim(
            ready.map { $0.invoice.claimEntry(of: $0.record) },
            tenant: company.tenant.tenant,
            isAutomatic: company.rules.posting == .automatic,
            configurationVersion: company.tenant.version,
            under: claims.lease
        )
        if let claim { try await claims.enter(claim, hasDeliveries: true) }
    }

    /// What may be claimed of these: a number that another document has is never used a second time.
    private func withOwnNumbers(_ drafts: [Draft], _ company: ServedCompany) async throws -> [Draft] {
        let entries = drafts.map { $0.invoice.claimEntry(of: $0.record) }
        let taken = try await context.database.documentsWithTakenNumbers(entries)
        var numbers: Set<String> = []
        var own: [Draft] = []
        var refused: [DocumentTransition] = []
        for (draft, entry) in zip(drafts, entries) {
            if !taken.contains(entry.key), numbers.insert(entry.document.uppercased()).inserted {
                own.append(draft)
            } else {
                refused.append(
                    .death(of: draft.record, Failure.documentNumberTaken(entry.document), stage: "claim")
                )
            }
        }
        try await context.record(refused, under: company)
        return own
    }
}

/// Others kept a company's lease for as long as a delivery may wait; it goes back to its queue.
struct LeaseUnavailable: Error, CustomStringConvertible {
    let target: SageCompany
    var description: String { "other workers kept \(target) busy" }
}

extension ARInvoice {
    func claimEntry(of record: DocumentRecord) -> ClaimEntry {
        ClaimEntry(
            key: record.key,
            revision: record.revision,
            document: number.text,
            customer: customer.text,
            total: total.decimal,
            payload: entryJSON.text
        )
    }
}

extension DocumentKind {
    /// In the middle of a sentence.
    fileprivate var noun: String {
        switch self {
        case .order, .invoice, .cancellation, .shipment, .customer: rawValue
        case .creditmemo: "credit memo"
        }
    }
}
