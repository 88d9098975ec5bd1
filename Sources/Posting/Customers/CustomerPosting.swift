import Accounting
import Foundation
import Messaging
import Publishing
import Sage300
import Storage
import Tenancy

/// Creates and updates AR customers.
struct CustomerPosting: WorkHandler {
    let context: PostingContext

    func batching(_ company: ServedCompany) -> (maximum: Int, wait: Duration) { (20, .milliseconds(100)) }

    /// A document with the customer it describes, or why it describes none.
    struct Prepared {
        let record: DocumentRecord
        let customer: Result<ARCustomer, Failure>
    }

    func prepare(_ assignment: Assignment, of company: ServedCompany) async throws -> Prepared {
        do throws(Failure) {
            let store = try assignment.envelope.customer()
            let customer = try CustomerMapping.customer(from: store, rules: company.rules)
            return Prepared(record: assignment.record, customer: .success(customer))
        } catch {
            return Prepared(record: assignment.record, customer: .failure(error))
        }
    }

    func carryOut(_ prepared: [Prepared], of company: ServedCompany) async throws -> Bool {
        var drafts: [(record: DocumentRecord, customer: ARCustomer)] = []
        for document in prepared {
            switch document.customer {
            case .success(let customer): drafts.append((document.record, customer))
            case .failure(let failure): try await bury(document.record, failure, company)
            }
        }
        guard !drafts.isEmpty else { return false }
        let held: Void? = try await CompanyLease(context: context).hold(
            company.target,
            patience: .seconds(40)
        ) { [drafts] _ in
            let customers = LedgerCustomers(context: context, company: company)
            let standing = try await customers.standing(drafts.map(\.customer))
            for (record, customer) in drafts {
                do {
                    let remarks = try await customers.update(customer, standing)
                    try await finish(record, customer, customer.remarks + remarks, company)
                } catch let failure as Failure {
                    try await bury(record, failure, company)
                } catch let conflict as RecordConflict {
                    try await putOff(record, conflict, company)
                }
            }
        }
        if held == nil { throw LeaseUnavailable(target: company.target) }
        return true
    }

    private func finish(
        _ record: DocumentRecord,
        _ customer: ARCustomer,
        _ remarks: [String],
        _ company: ServedCompany
    ) async throws {
        let remarks = remarks.isEmpty ? "" : " (\(remarks.joined(separator: "; ")))"
        try await context.database.settle(
            record,
            as: .posted,
            customer: customer.number,
            detail: "customer \(customer.number)\(remarks)",
            configurationVersion: company.tenant.version
        )
    }

    private func putOff(
        _ record: DocumentRecord,
        _ conflict: RecordConflict,
        _ company: ServedCompany
    ) async throws {
        if record.state != .waiting, ConflictTries.level(after: record.conflicts + 1) == nil {
            return try await bury(record, conflict.failure, company)
        }
        try await context.putOff([record], conflict)
    }

    private func bury(_ record: DocumentRecord, _ failure: Failure, _ company: ServedCompany) async throws {
        let transition = DocumentTransition.death(of: record, failure, stage: "customer")
            .decided(by: company.tenant.version)
        let death = transition.death
        if record.state == .waiting {
            guard let death, try await !context.database.transition([transition]).isEmpty else { return }
            try await context.burial.publish([(death, record.key.kind)])
        } else {
            try await context.database.note(
                record.key,
                stage: "customer",
                outcome: "not updated",
                detail: failure.description
            )
            try await context.database.forgetConflicts(record.key)
        }
    }
}
