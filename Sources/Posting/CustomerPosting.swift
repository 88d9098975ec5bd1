import Accounting
import Foundation
import Messaging
import Publishing
import Sage300
import Storage

/// Creates and updates AR customers.
struct CustomerPosting: WorkHandler {
    let context: PostingContext

    func batching(_ company: ServedCompany) -> (maximum: Int, wait: Duration) { (20, .milliseconds(100)) }

    func handle(_ assignments: [Assignment], of company: ServedCompany) async throws {
        var drafts: [(record: DocumentRecord, customer: ARCustomer)] = []
        for assignment in assignments {
            do throws(Failure) {
                let store = try assignment.envelope.customer()
                let customer = try CustomerMapping.customer(from: store, rules: company.rules)
                drafts.append((assignment.record, customer))
            } catch {
                try await bury(assignment.record, error)
            }
        }
        await context.unmark(assignments)
        guard !drafts.isEmpty else { return }
        let held: Void? = try await CompanyLease(context: context).hold(
            company.target,
            patience: .seconds(40)
        ) { [drafts] _ in
            let customers = LedgerCustomers(context: context, company: company)
            for (record, customer) in drafts {
                do {
                    let remarks = try await customers.update(customer)
                    try await finish(record, customer, customer.remarks + remarks)
                } catch let failure as Failure {
                    try await bury(record, failure)
                }
            }
        }
        if held == nil { throw LeaseUnavailable(target: company.target) }
    }

    private func finish(_ record: DocumentRecord, _ customer: ARCustomer, _ remarks: [String]) async throws {
        let remarks = remarks.isEmpty ? "" : " (\(remarks.joined(separator: "; ")))"
        try await context.database.settle(
            record,
            as: .posted,
            customer: customer.number,
            detail: "customer \(customer.number)\(remarks)"
        )
    }

    private func bury(_ record: DocumentRecord, _ failure: Failure) async throws {
        let transition = DocumentTransition.death(of: record, failure, stage: "customer")
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
        }
    }
}
