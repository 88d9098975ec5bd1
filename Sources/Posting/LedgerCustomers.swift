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
        _ = try await write(customer, isUpdating: false)
    }

    /// Makes Sage 300 agree with the store: created, or updated where it differs, with its ship-to locations.
    /// - Returns: remarks on ship-to locations that Sage 300 did not take; the customer is well without them.
    func update(_ customer: ARCustomer) async throws -> [String] {
        try await write(customer, isUpdating: true)
    }

    private func write(_ customer: ARCustomer, isUpdating: Bool) async throws -> [String] {
        let id = company.rules.company
        let known = try await context.database.knownCustomerHash(customer.number, of: company.target)
        if let known {
            // An order knows nothing of ship-to locations, and asks for none.
            let isKnown = isUpdating ? known == customer.contentHash : known.starts(with: customer.ownHash)
            if isKnown { return [] }
        }
        var written = customer.ownHash
        var remarks: [String] = []
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
            if isUpdating {
                remarks = try await writeLocations(of: customer)
                // Those that were refused are tried again with the customer's next change.
                if remarks.isEmpty { written = customer.contentHash }
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
        return remarks
    }

    /// The one goods go to by default comes last, when no other is any more.
    /// - Returns: which were refused. Sage 300's words may name the buyer, so only its code is told.
    private func writeLocations(of customer: ARCustomer) async throws -> [String] {
        let id = company.rules.company
        var remarks: [String] = []
        let locations = customer.shipToLocations
        for location in locations.filter({ !$0.isPrimary }) + locations.filter(\.isPrimary) {
            do {
                _ = try await company.gate.call(id) { session throws(SageError) in
                    try await session.writeShipToLocation(
                        location,
                        of: customer.number,
                        taxGroup: customer.taxGroup,
                        in: id
                    )
                }
            } catch let error as SageError {
                if error.hasNoSuchResource {
                    let status = error.status ?? 0
                    return remarks + ["ship-to locations were not written: Sage 300 answered with \(status)"]
                }
                guard error.isDocumentsFault else { throw error }
                var code = ""
                if case .refused(let given) = error.cause { code = " (\(given))" }
                remarks.append("ship-to location \(location.key) was refused by Sage 300\(code)")
            }
        }
        return remarks
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

    /// Not this one is refused but the resource: it is not there, or the user may not use it.
    fileprivate var hasNoSuchResource: Bool { status == 403 || status == 404 || status == 405 }

    /// A creation that may have been done: the answer was lost, or something of that key is there.
    var mayBeThere: Bool {
        switch cause {
        case .noAnswer: true
        case .refused(let code): code == "RecordDuplicate"
        case .unreachable, .busy, .credentials, .forbidden, .notFound, .unreadable: false
        }
    }
}
