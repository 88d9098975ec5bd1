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

    func batching(_ company: ServedCompany) -> (maximum: Int, wait: Duration) {
        let milliseconds = NSDecimalNumber(decimal: company.rules.batchMaximumWaitSeconds * 1000).intValue
        return (company.rules.batchMaximumEntries, .milliseconds(milliseconds))
    }

    /// An assignment with what it becomes.
    private struct Draft {
        let assignment: Assignment
        let invoice: ARInvoice
        /// Nil where the customer stands in Sage 300 for sure.
        let customer: ARCustomer?
    }

    func handle(_ assignments: [Assignment], of company: ServedCompany) async throws {
        var drafts: [Draft] = []
        var transitions: [DocumentTransition] = []
        let drafting = drafting(for: company)
        for assignment in assignments {
            switch try await step(for: assignment, drafting) {
            case .draft(let draft)?: drafts.append(draft)
            case .transition(let transition)?: transitions.append(transition)
            case nil: break
            }
        }
        await context.unmark(assignments)
        try await reportChanges(drafts.filter { $0.assignment.record.state != .waiting })
        try await record(transitions)
        try await enter(drafts.filter { $0.assignment.record.state == .waiting }, company)
    }

    /// What is done about a document.
    private enum Step {
        case draft(Draft)
        case transition(DocumentTransition)
    }

    /// Nil where nothing is to be done: what stands in the ledger is not taken back by a gate or a failure.
    private func step(for assignment: Assignment, _ drafting: EntryDrafting) async throws -> Step? {
        let record = assignment.record
        let outcome: EntryDrafting.Outcome
        do {
            outcome = try await drafting.outcome(of: assignment.envelope, movedAt: record.sourceUpdatedAt)
        } catch let failure as Failure {
            return record.state == .waiting ? .transition(.death(of: record, failure, stage: "map")) : nil
        }
        switch outcome {
        case .entry(let invoice, let customer):
            return .draft(Draft(assignment: assignment, invoice: invoice, customer: customer))
        case .settled(let state, let reason, let waitsFor):
            guard record.state == .waiting else { return nil }
            return .transition(
                DocumentTransition(
                    record.key,
                    revision: record.revision,
                    to: state,
                    reason: reason,
                    waitsFor: waitsFor,
                    stage: "gate",
                    detail: reason
                )
            )
        }
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
            let record = draft.assignment.record
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

    private func record(_ transitions: [DocumentTransition]) async throws {
        let moved = try await context.database.transition(transitions)
        let deaths = transitions.compactMap { transition in
            transition.death.map { (death: $0, kind: transition.key.kind, key: transition.key) }
        }
        try await context.burial.publish(deaths.filter { moved.contains($0.key) }.map { ($0.death, $0.kind) })
    }

    private func enter(_ drafts: [Draft], _ company: ServedCompany) async throws {
        guard !drafts.isEmpty else { return }
        let lease = CompanyLease(context: context)
        let held: Void? = try await lease.hold(company.target, patience: .seconds(40)) { lease in
            let protocolSteps = ClaimProtocol(context: context, company: company, lease: lease)
            try await protocolSteps.resolveDueClaims()
            let (ready, refused) = try await ensureCustomers(drafts, company)
            try await record(refused)
            let entries = try await withOwnNumbers(ready)
            let claim = try await context.database.claim(
                entries,
                tenant: company.tenant.tenant,
                isAutomatic: company.rules.posting == .automatic,
                under: lease
            )
            if let claim { try await protocolSteps.enter(claim, hasDeliveries: true) }
        }
        if held == nil { throw LeaseUnavailable(target: company.target) }
    }

    /// What may be claimed of these: a number that another document has is never used a second time.
    private func withOwnNumbers(_ drafts: [Draft]) async throws -> [ClaimEntry] {
        let entries = drafts.map { $0.invoice.claimEntry(of: $0.assignment.record) }
        let taken = try await context.database.documentsWithTakenNumbers(entries)
        var numbers: Set<String> = []
        var own: [ClaimEntry] = []
        var refused: [DocumentTransition] = []
        for (draft, entry) in zip(drafts, entries) {
            if !taken.contains(entry.key), numbers.insert(entry.document.uppercased()).inserted {
                own.append(entry)
            } else {
                let failure = Failure.documentNumberTaken(entry.document)
                refused.append(.death(of: draft.assignment.record, failure, stage: "claim"))
            }
        }
        try await record(refused)
        return own
    }

    /// Makes sure that the customers of a batch stand in Sage 300, creating those that do not.
    /// - Returns: the drafts whose customers stand, and the deaths of the others.
    private func ensureCustomers(
        _ drafts: [Draft],
        _ company: ServedCompany
    ) async throws -> (ready: [Draft], refused: [DocumentTransition]) {
        let customers = LedgerCustomers(context: context, company: company)
        let needed = drafts.compactMap(\.customer)
        let known = try await context.database.knownCustomers(needed.map(\.number), of: company.target)
        var failures: [CustomerNumber: Failure] = [:]
        var ensured: Set<CustomerNumber> = []
        for customer in needed where !known.contains(customer.number.text) {
            guard ensured.insert(customer.number).inserted else { continue }
            do { try await customers.ensure(customer) } catch let failure as Failure {
                failures[customer.number] = failure
            }
        }
        let ready = drafts.filter { failures[$0.invoice.customer] == nil }
        let refused = drafts.compactMap { draft in
            failures[draft.invoice.customer].map {
                DocumentTransition.death(of: draft.assignment.record, $0, stage: "customer")
            }
        }
        return (ready, refused)
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
