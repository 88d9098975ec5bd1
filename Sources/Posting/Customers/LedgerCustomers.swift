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

    /// Customers as they were read together.
    struct Standing {
        /// Upper-case numbers.
        fileprivate let asked: Set<String>
        fileprivate let found: [String: SageCustomer]
        static let unread = Standing(asked: [], found: [:])
    }

    /// Reads those of the customers together that have to be looked at; most are known to stand as they are.
    func standing(_ customers: [ARCustomer]) async throws -> Standing {
        var numbers: [CustomerNumber] = []
        for customer in customers {
            let known = try await context.database.knownCustomerHash(customer.number, of: company.target)
            if known != customer.contentHash { numbers.append(customer.number) }
        }
        guard numbers.count > 1 else { return .unread }
        let id = company.rules.company
        let found = try await company.gate.call(id) { [numbers] session throws(SageError) in
            try await session.customers(numbers, in: id)
        }
        return Standing(asked: Set(numbers.map(\.text)), found: found)
    }

    /// Makes sure that a customer stands in Sage 300; one that does is left as it is.
    /// - Throws: `Failure` when Sage 300 refuses or the number is somebody else's; `RecordConflict` when somebody is at work
    ///   on the customer; `SageError` when Sage 300 did not answer.
    func ensure(_ customer: ARCustomer, _ standing: Standing = .unread) async throws {
        _ = try await write(customer, isUpdating: false, standing)
    }

    /// Makes Sage 300 agree with the store: created, or updated where it differs, with its ship-to locations.
    /// - Returns: remarks on what Sage 300 did not take; the customer is well without it.
    func update(_ customer: ARCustomer, _ standing: Standing = .unread) async throws -> [String] {
        try await write(customer, isUpdating: true, standing)
    }

    /// What somebody changed meanwhile is read again and written again at once; what somebody keeps open is not waited for,
    /// because the company's other work would wait too. A company that is at other work is given a moment.
    private func write(_ customer: ARCustomer, isUpdating: Bool, _ standing: Standing) async throws
        -> [String]
    {
        var standing = standing
        var wasLocked = false
        for attempt in 1...2 {
            do { return try await writeOnce(customer, isUpdating: isUpdating, standing) } catch let error
                as SageError where error.cause == .busy || error.cause == .locked
            {
                guard error.cause == .busy || !wasLocked else { throw RecordConflict(failure: error.failure) }
                standing = .unread
                wasLocked = error.cause == .locked
                if !wasLocked { try await Task.sleep(for: .milliseconds(500 * attempt)) }
            }
        }
        do { return try await writeOnce(customer, isUpdating: isUpdating, standing) } catch let error
            as SageError where error.cause == .locked
        {
            throw RecordConflict(failure: error.failure)
        }
    }

    private func writeOnce(_ customer: ARCustomer, isUpdating: Bool, _ standing: Standing) async throws
        -> [String]
    {
        let known = try await context.database.knownCustomerHash(customer.number, of: company.target)
        if let known {
            // An order knows nothing of ship-to locations, and asks for none.
            let isKnown = isUpdating ? known == customer.contentHash : known.starts(with: customer.ownHash)
            if isKnown { return [] }
        }
        var written = customer.ownHash
        var remarks: [String] = []
        do {
            if let current = try await current(customer.number, standing) {
                guard known != nil || isSame(customer, current) else { throw Self.taken(customer.number) }
                if isUpdating {
                    remarks += try await update(customer, from: current)
                } else {
                    // Left as it is: what it holds is not known, and the next update has to look.
                    written = known ?? []
                }
            } else {
                remarks += try await create(customer)
            }
            if isUpdating {
                let refused = try await writeLocations(of: customer)
                // Those that were refused are tried again with the customer's next change.
                if refused.isEmpty { written = customer.contentHash }
                remarks += refused
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

    private func current(_ number: CustomerNumber, _ standing: Standing) async throws -> SageCustomer? {
        if standing.asked.contains(number.text) { return standing.found[number.text] }
        let id = company.rules.company
        return try await company.gate.call(id) { session throws(SageError) in
            try await session.customer(number, in: id)
        }
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

    /// Writes with the store's id in its optional field; where Sage 300 refuses that, as of a field the company does not
    /// have, without it: the customer is well.
    /// - Returns: remarks on what Sage 300 did not take.
    private func keepingStoreID(
        of customer: ARCustomer,
        _ write: (_ withOptionalField: Bool) async throws -> Void
    ) async throws -> [String] {
        guard let field = customer.storeID?.optionalField else {
            try await write(false)
            return []
        }
        do { try await write(true) } catch let error as SageError {
            guard error.isDocumentsFault, !error.mayBeThere else { throw error }
            try await write(false)
            return ["the store's id was not kept: Sage 300 refused optional field \(field)"]
        }
        return []
    }

    private func update(_ customer: ARCustomer, from current: SageCustomer) async throws -> [String] {
        let id = company.rules.company
        return try await keepingStoreID(of: customer) { withOptionalField in
            _ = try await company.gate.call(id) { session throws(SageError) in
                try await session.updateCustomer(
                    customer,
                    from: current,
                    withOptionalField: withOptionalField,
                    in: id
                )
            }
        }
    }

    /// - Returns: remarks on what Sage 300 did not take.
    private func create(_ customer: ARCustomer) async throws -> [String] {
        let id = company.rules.company
        do {
            return try await keepingStoreID(of: customer) { withOptionalField in
                try await company.gate.call(id) { session throws(SageError) in
                    try await session.createCustomer(customer, withOptionalField: withOptionalField, in: id)
                }
            }
        } catch let error as SageError where error.mayBeThere {
            // The key is ours alone: reading it settles whether it was created.
            let standing = try await company.gate.call(id) { session throws(SageError) in
                try await session.customer(customer.number, in: id)
            }
            guard let standing else { throw error }
            guard isSame(customer, standing) else { throw Self.taken(customer.number) }
        }
        return []
    }

    /// A customer we did not write: ours if it carries the store's id, or where it has none the same e-mail, or the same
    /// name where there is no e-mail. The shared guest customer is whatever the tenant file names.
    private func isSame(_ customer: ARCustomer, _ standing: SageCustomer) -> Bool {
        if customer.number.text == company.rules.customers.guestCustomer?.uppercased() { return true }
        if company.rules.currencies.values.contains(where: {
            $0.guestCustomer?.uppercased() == customer.number.text
        }) {
            return true
        }
        if let field = customer.storeID, let standingID = standing.storeID(in: field.optionalField) {
            return standingID == field.storeID
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
