import Accounting
import Messaging
import Publishing
import Storage
import Tenancy

/// Makes sure that the customers of a batch stand in Sage 300, before the batch is claimed.
///
/// Where Sage 300 refuses one, its documents wait under what brings the customer: its own document, or else the first
/// that failed of it. One problem is shown, not two hundred, and all go on together once it is mended.
struct BatchBuyers {
    let context: PostingContext
    let company: ServedCompany

    /// - Returns: the drafts whose customers stand; the others are held or dead, which is recorded.
    func ensure(_ drafts: [InvoicePosting.Draft]) async throws -> [InvoicePosting.Draft] {
        let obstacles = try await obstacles(of: drafts)
        guard !obstacles.isEmpty else { return drafts }
        var ready: [InvoicePosting.Draft] = []
        var others: [CustomerNumber: [InvoicePosting.Draft]] = [:]
        for draft in drafts {
            if obstacles[draft.invoice.customer] == nil {
                ready.append(draft)
            } else {
                others[draft.invoice.customer, default: []].append(draft)
            }
        }
        for (customer, obstacle) in obstacles {
            let drafts = others[customer] ?? []
            switch obstacle {
            case .refused(let failure): try await setAside(drafts, customer, failure)
            case .locked(let conflict): try await context.putOff(drafts.map(\.record), conflict)
            }
        }
        return ready
    }

    /// Why a customer does not stand in Sage 300.
    private enum Obstacle {
        case refused(Failure)
        /// For the moment: somebody is at work on it.
        case locked(RecordConflict)
    }

    private func obstacles(of drafts: [InvoicePosting.Draft]) async throws -> [CustomerNumber: Obstacle] {
        let customers = LedgerCustomers(context: context, company: company)
        let needed = drafts.compactMap(\.buyer?.customer)
        let known = try await context.database.knownCustomers(needed.map(\.number), of: company.target)
        var asked: Set<CustomerNumber> = []
        let unknown = needed.filter { !known.contains($0.number.text) && asked.insert($0.number).inserted }
        guard !unknown.isEmpty else { return [:] }
        let standing = try await customers.standing(unknown)
        var obstacles: [CustomerNumber: Obstacle] = [:]
        for customer in unknown {
            do { try await customers.ensure(customer, standing) } catch let failure as Failure {
                obstacles[customer.number] = .refused(failure)
            } catch let conflict as RecordConflict {
                obstacles[customer.number] = .locked(conflict)
            }
        }
        return obstacles
    }

    private func setAside(
        _ drafts: [InvoicePosting.Draft],
        _ customer: CustomerNumber,
        _ failure: Failure
    ) async throws {
        var drafts = drafts
        let blocker: DocumentKey
        if let standing = try await self.blocker(of: drafts, customer) {
            blocker = standing
        } else {
            guard let first = drafts.first?.record else { return }
            drafts.removeFirst()
            blocker = first.key
            try await context.record(
                [.death(of: first, failure, stage: "customer", refusedCustomer: customer.text)],
                under: company
            )
        }
        try await context.record(
            drafts.map { draft in
                let reason = "its customer \(customer) is not in Sage 300: \(failure.reason)"
                return DocumentTransition(
                    draft.record.key,
                    revision: draft.record.revision,
                    to: .held,
                    reason: reason,
                    waitsFor: blocker,
                    stage: "customer",
                    detail: reason
                )
            },
            under: company
        )
    }

    /// What will bring the customer: its own document while that is on its way or dead, or a document that died of it.
    private func blocker(of drafts: [InvoicePosting.Draft], _ customer: CustomerNumber) async throws
        -> DocumentKey?
    {
        if let storeID = drafts.lazy.compactMap(\.buyer?.storeID).first {
            let key = DocumentKey(
                tenant: company.tenant.tenant,
                company: company.rules.company,
                kind: .customer,
                sourceID: storeID
            )
            switch try await context.database.documents([key])[key]?.state {
            case .waiting, .held, .posting, .inDoubt, .dead: return key
            case .entered, .posted, .superseded, .skipped, nil: break
            }
        }
        return try await context.database.documentDead(
            of: customer,
            company.tenant.tenant,
            company.rules.company
        )?.key
    }
}
