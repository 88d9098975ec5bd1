import Accounting
import ExactJSON
import Sage300
import Storage
import Testing

@testable import Posting

/// Customers are written any number of times, and never over somebody else's.
@Suite(.enabled(if: Bench.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct CustomerTests {
    private static func customer(_ email: String = "jane@example.com", city: String = "Leeds") throws
        -> ARCustomer
    {
        var customer = ARCustomer(
            number: try #require(CustomerNumber("W00000042")),
            group: "WEB",
            name: "Jane Doe"
        )
        customer.email = email
        customer.city = city
        return customer
    }

    private static func city(_ bench: Bench) async throws -> String? {
        try await bench.company.gate.call(bench.companyID) { session throws(SageError) in
            guard let number = CustomerNumber("W00000042") else { return nil }
            return try await session.customer(number, in: bench.companyID)?.properties["City"]?.string
        }
    }

    @Test func createdOnceThenOnlyChanged() async throws {
        try await withBench { bench in
            let customers = LedgerCustomers(context: bench.context, company: bench.company)
            for _ in 1...3 { _ = try await customers.update(Self.customer()) }
            #expect(try await bench.sage.count("POST AR/ARCustomers") == 1)
            #expect(try await bench.sage.count("PATCH AR/ARCustomers") == 0)
            try await customers.ensure(Self.customer(city: "York"))
            #expect(try await Self.city(bench) == "Leeds", "an order does not change a customer")
            _ = try await customers.update(Self.customer(city: "York"))
            #expect(try await Self.city(bench) == "York")
        }
    }

    @Test(arguments: ["commitThenDrop", "truncate"])
    func aLostAnswerIsSettledByReading(_ fault: String) async throws {
        try await withBench { bench in
            let customers = LedgerCustomers(context: bench.context, company: bench.company)
            try await bench.sage.setFaults(
                ["on": "POST AR/ARCustomers", "kind": .string(fault), "first": 1]
            )
            _ = try await customers.update(Self.customer())
            #expect(try await Self.city(bench) == "Leeds")
            #expect(try await bench.sage.count("POST AR/ARCustomers") == 1)
        }
    }

    /// One that stood there before us is updated by the next change, not taken for what an order said.
    @Test func whatWasFoundIsNotTakenForWritten() async throws {
        try await withBench { bench in
            let standing = try Self.customer(city: "Bath")
            try await bench.company.gate.call(bench.companyID) { session throws(SageError) in
                try await session.createCustomer(standing, in: bench.companyID)
            }
            let customers = LedgerCustomers(context: bench.context, company: bench.company)
            try await customers.ensure(Self.customer())
            #expect(try await Self.city(bench) == "Bath")
            _ = try await customers.update(Self.customer())
            #expect(try await Self.city(bench) == "Leeds")
        }
    }

    @Test func somebodyElsesNumberIsRefused() async throws {
        try await withBench { bench in
            let standing = try Self.customer(city: "Bath")
            try await bench.company.gate.call(bench.companyID) { session throws(SageError) in
                try await session.createCustomer(standing, in: bench.companyID)
            }
            let customers = LedgerCustomers(context: bench.context, company: bench.company)
            let error = await failure { _ = try await customers.update(Self.customer("other@example.com")) }
            #expect((error as? Failure)?.code == "customer-number-taken")
            #expect(try await Self.city(bench) == "Bath")
        }
    }

    /// Somebody else saved the same record meanwhile: it is read again and written again.
    @Test func aConflictIsReadAgainAndTriedAgain() async throws {
        try await withBench { bench in
            let customers = LedgerCustomers(context: bench.context, company: bench.company)
            _ = try await customers.update(Self.customer())
            let reads = try await bench.sage.count("GET AR/ARCustomers")
            try await bench.sage.setFaults(["on": "PATCH AR/ARCustomers", "kind": "conflict", "first": 2])
            #expect(try await customers.update(Self.customer(city: "York")) == [])
            #expect(try await Self.city(bench) == "York")
            #expect(try await bench.sage.count("PATCH AR/ARCustomers") == 3)
            #expect(try await bench.sage.count("GET AR/ARCustomers") >= reads + 3)
        }
    }

    // MARK: The store's id

    private static func kept(_ id: String) throws -> ARCustomer {
        var customer = try customer()
        customer.storeID = StoreIDField(optionalField: "WEBID", storeID: id)
        return customer
    }

    /// Under another name and e-mail, but with the store's id: it is the same customer.
    @Test(arguments: [("42", true), ("43", false)])
    func isFoundAgainByTheStoresID(_ id: String, _ isSame: Bool) async throws {
        try await withBench { bench in
            var standing = try Self.kept("42")
            standing.name = "Jane Roe"
            standing.email = "roe@example.com"
            try await bench.company.gate.call(bench.companyID) { [standing] session throws(SageError) in
                try await session.createCustomer(standing, in: bench.companyID)
            }
            let customers = LedgerCustomers(context: bench.context, company: bench.company)
            let customer = try Self.kept(id)
            let error = await failure { _ = try await customers.update(customer) }
            #expect((error as? Failure)?.code == (isSame ? nil : "customer-number-taken"))
        }
    }

    /// A company without that optional field: the customer is well without it, and is not tried with each run.
    @Test func aRefusedOptionalFieldLeavesTheCustomerWell() async throws {
        try await withBench(scenario: "companies: [{code: SAMINC, optionalFields: [OTHER]}]") { bench in
            let customers = LedgerCustomers(context: bench.context, company: bench.company)
            let remarks = try await customers.update(Self.kept("42"))
            #expect(remarks == ["the store's id was not kept: Sage 300 refused optional field WEBID"])
            #expect(try await Self.city(bench) == "Leeds")
            let posts = try await bench.sage.count("POST AR/ARCustomers")
            #expect(try await customers.update(Self.kept("42")) == [])
            #expect(try await bench.sage.count("POST AR/ARCustomers") == posts)
        }
    }

    // MARK: Ship-to locations

    private static func withLocations(_ cities: [String]) throws -> ARCustomer {
        var customer = try customer()
        customer.shipToLocations = cities.enumerated().map { place, city in
            var location = ARShipToLocation(key: "00000\(place + 1)", description: "Jane Doe")
            location.city = city
            return location
        }
        return customer
    }

    private static func shipToCities(_ bench: Bench) async throws -> [String] {
        let query = ODataQuery(filter: .equals("CustomerNumber", "W00000042"))
        let rows = try await bench.company.gate.call(bench.companyID) { session throws(SageError) in
            try await session.feed(bench.companyID, "AR/ARShipToLocations", query)
        }
        return rows.compactMap { $0["City"]?.string }
    }

    @Test func aChangedAddressIsWrittenAndAnOrderAsksForNone() async throws {
        try await withBench { bench in
            let customers = LedgerCustomers(context: bench.context, company: bench.company)
            #expect(try await customers.update(Self.withLocations(["York", "Hull"])) == [])
            #expect(try await Self.shipToCities(bench) == ["York", "Hull"])
            let asked = try await bench.sage.count("GET AR/ARCustomers")
            try await customers.ensure(Self.customer())
            _ = try await customers.update(Self.withLocations(["York", "Hull"]))
            #expect(try await bench.sage.count("GET AR/ARCustomers") == asked, "known as it is")
            _ = try await customers.update(Self.withLocations(["York", "Bath"]))
            #expect(try await Self.shipToCities(bench) == ["York", "Bath"])
            #expect(try await bench.sage.count("PATCH AR/ARShipToLocations") == 1)
            _ = try await customers.update(Self.withLocations([]))
            #expect(try await Self.shipToCities(bench) == ["York", "Bath"], "none is ever deleted")
        }
    }

    /// One that the ledger does not take is told of and tried again with the next change; the others are there.
    @Test func aRefusedLocationLeavesTheCustomerWell() async throws {
        try await withBench { bench in
            let customers = LedgerCustomers(context: bench.context, company: bench.company)
            try await bench.sage.setFaults(
                ["on": "POST AR/ARShipToLocations", "kind": "duplicateOtherText", "first": 1]
            )
            let remarks = try await customers.update(Self.withLocations(["York", "Hull"]))
            #expect(remarks == ["ship-to location 000001 was refused by Sage 300 (RecordDuplicate)"])
            #expect(try await Self.shipToCities(bench) == ["Hull"])
            #expect(try await customers.update(Self.withLocations(["York", "Hull"])) == [])
            #expect(Set(try await Self.shipToCities(bench)) == ["York", "Hull"])
        }
    }

    @Test func aLostAnswerOfALocationIsTriedAgain() async throws {
        try await withBench { bench in
            let customers = LedgerCustomers(context: bench.context, company: bench.company)
            try await bench.sage.setFaults(
                ["on": "POST AR/ARShipToLocations", "kind": "commitThenDrop", "first": 1]
            )
            let error = await failure { _ = try await customers.update(Self.withLocations(["York"])) }
            #expect((error as? SageError)?.cause == .noAnswer)
            #expect(try await customers.update(Self.withLocations(["York"])) == [])
            #expect(try await Self.shipToCities(bench) == ["York"])
        }
    }
}
