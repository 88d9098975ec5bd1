import Accounting
import ExactJSON
import Foundation
import Sage300
import Storage
import Tenancy

/// Customers in Sage 300, by their deterministic numbers: read, then created or updated, any number of times.
struct LedgerCustomers {
    let context: PostingContext
    let company: ServedCompany

    /// Makes sure that a customer stands in Sage 300; one that does is left as it is.
    /// - Throws: `Failure` when Sage 300 refuses or the number is somebody else's; `SageError` when it did not answer.
    func ensure(_ customer: ARCustomer) async throws {
        try await write(customer, isUpdating: false)
    }

    /// Makes Sage 300 agree with the store: created, or updated where it differs.
    func update(_ customer: ARCustomer) async throws {
        try await write(customer, isUpdating: true)
    }

    private func write(_ customer: ARCustomer, isUpdating: Bool) async throws {
        let id = company.rules.company
        let known = try await context.database.knownCustomerHash(customer.number, of: company.target)
        if let known, known == customer.contentHash { return }
        var written = customer.contentHash
        do {
            let standing = try await company.gate.call(id) { session throws(SageError) in
                try await session.customer(customer.number, in: id)
            }
            if let standing {
                guard known != nil || isSame(customer, standing) else { throw Self.taken(customer.number) }
                if isUpdating {
                    _ = try await company.gate.call(id) { session throws(SageError) in
                        try await session.updateCustomer(customer, from: standing, in: id)
                    }
                } else {
                    // Left as it is: what it holds is not known, and the next update has to look.
                    written = known ?? []
                }
            } else {
                try await create(customer)
            }
        } catch let error as SageError {
            guard error.isDocumentsFault else { throw error }
            throw error.failure
        }
        try await context.database.confirmCustomer(
            customer.number,
            of: company.target,
            tenant: company.tenant.tenant,
            contentHash: written
        )
    }

    private func create(_ customer: ARCustomer) async throws {
        let id = company.rules.company
        do {
            try await company.gate.call(id) { session throws(SageError) in
                try await session.createCustomer(customer, in: id)
            }
        } catch let error as SageError where error.mayBeThere {
            // The key is ours alone: reading it settles whether it was created.
            let standing = try await company.gate.call(id) { session throws(SageError) in
                try await session.customer(customer.number, in: id)
            }
            guard let standing else { throw error }
            guard isSame(customer, standing) else { throw Self.taken(customer.number) }
        }
    }

    /// A customer we did not write: ours if it carries the same e-mail, or the same name where there is no e-mail.
    /// The shared guest customer is whatever the tenant file names.
    private func isSame(_ customer: ARCustomer, _ standing: SageCustomer) -> Bool {
        if customer.number.text == company.rules.customers.guestCustomer?.uppercased() { return true }
        if company.rules.currencies.values.contains(where: {
            $0.guestCustomer?.uppercased() == customer.number.text
        }) {
            return true
        }
        let email = standing.properties["Email"]?.string ?? ""
        if !email.isEmpty, !customer.email.isEmpty {
            return email.lowercased() == customer.email.lowercased()
        }
        return standing.properties["CustomerName"]?.string?.lowercased() == customer.name.lowercased()
    }

    private static func taken(_ number: CustomerNumber) -> Failure {
        Failure(
            .ledger,
            code: "customer-number-taken",
            reason: "Customer number \(number) is used by somebody else in Sage 300.",
            nextStep:
                "Rename that customer in Sage 300, or choose another customers.prefix in the tenant file, then replay."
        )
    }
}

extension SageError {
    /// Sage 300 refuses this document or customer; the company is well.
    var isDocumentsFault: Bool {
        switch cause {
        case .refused, .notFound, .forbidden: true
        case .unreachable, .noAnswer, .busy, .credentials, .unreadable: false
        }
    }

    /// A creation that may have been done: the answer was lost, or something of that key is there.
    var mayBeThere: Bool {
        switch cause {
        case .noAnswer: true
        case .refused(let code): code == "RecordDuplicate"
        case .unreachable, .busy, .credentials, .forbidden, .notFound, .unreadable: false
        }
    }
}
