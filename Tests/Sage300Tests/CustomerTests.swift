import Accounting
import ExactJSON
import Sage300
import Testing

/// Customers: created whole, changed only where they differ.
@Suite(.timeLimit(.minutes(1)))
struct CustomerTests {
    private static func customer() throws -> ARCustomer {
        var customer = ARCustomer(
            number: try #require(CustomerNumber("W00000042")),
            group: "WEB",
            name: "Jane O'Neil & Söhne"
        )
        customer.shortName = "ONEIL JANE"
        customer.addressLines = ["12 Hill St", "Flat 3"]
        customer.city = "Leeds"
        customer.email = "jane@example.com"
        return customer
    }

    @Test func createdAsItIs() async throws {
        try await withRehearsal { sage in
            let customer = try Self.customer()
            #expect(try await sage.session.customer(customer.number, in: company()) == nil)
            try await sage.session.createCustomer(customer, in: company())
            let standing = try #require(try await sage.session.customer(customer.number, in: company()))
            #expect(standing.number == "W00000042")
            #expect(standing.isActive)
            #expect(standing.properties["CustomerName"] == "Jane O'Neil & Söhne")
            #expect(standing.properties["AddressLine2"] == "Flat 3")
            #expect(standing.properties["GroupCode"] == "WEB")
            #expect(standing.properties["Terms"]?.string?.isEmpty == false, "the group's")
        }
    }

    @Test func onlyDifferencesAreWritten() async throws {
        try await withRehearsal { sage in
            var customer = try Self.customer()
            try await sage.session.createCustomer(customer, in: company())
            let first = try #require(try await sage.session.customer(customer.number, in: company()))
            #expect(try await sage.session.updateCustomer(customer, from: first, in: company()).isEmpty)
            customer.email = "new@example.com"
            customer.addressLines = ["12 Hill St"]
            customer.terms = "OTHER"
            #expect(
                try await sage.session.updateCustomer(customer, from: first, in: company())
                    == ["AddressLine2", "Email"]
            )
            let second = try #require(try await sage.session.customer(customer.number, in: company()))
            #expect(second.properties["Email"] == "new@example.com")
            #expect(second.properties["AddressLine2"] == "")
            #expect(second.properties["Terms"] == first.properties["Terms"], "Sage's from creation on")
            #expect(try await sage.session.updateCustomer(customer, from: second, in: company()).isEmpty)
        }
    }

    @Test func whatSageOwnsIsSetAtCreationAlone() async throws {
        try await withRehearsal { sage in
            var customer = try Self.customer()
            customer.sageOwns = [.email, .address]
            try await sage.session.createCustomer(customer, in: company())
            let first = try #require(try await sage.session.customer(customer.number, in: company()))
            #expect(first.properties["Email"] == "jane@example.com" && first.properties["City"] == "Leeds")
            customer.email = "new@example.com"
            customer.city = "York"
            customer.phone = "1"
            let changed = try await sage.session.updateCustomer(customer, from: first, in: company())
            #expect(changed == ["PhoneNumber"])
        }
    }

    @Test func theStoresIdIsKept() async throws {
        try await withRehearsal { sage in
            var customer = try Self.customer()
            customer.storeID = StoreIDField(optionalField: "WEBID", storeID: "42")
            try await sage.session.createCustomer(customer, withOptionalField: false, in: company())
            let first = try #require(try await sage.session.customer(customer.number, in: company()))
            #expect(first.storeID(in: "WEBID") == nil)
            let none = try await sage.session.updateCustomer(
                customer,
                from: first,
                withOptionalField: false,
                in: company()
            )
            #expect(none.isEmpty)
            let added = try await sage.session.updateCustomer(customer, from: first, in: company())
            #expect(added == ["CustomerOptionalFieldValues"])
            let second = try #require(try await sage.session.customer(customer.number, in: company()))
            #expect(second.storeID(in: "webid") == "42" && second.storeID(in: "OTHER") == nil)
            customer.storeID?.storeID = "43"
            let changed = try await sage.session.updateCustomer(customer, from: second, in: company())
            #expect(changed.isEmpty, "an id that is there is not ours to change")
        }
    }

    @Test func createdWithTheStoresId() async throws {
        try await withRehearsal { sage in
            var customer = try Self.customer()
            customer.storeID = StoreIDField(optionalField: "WEBID", storeID: "G7")
            try await sage.session.createCustomer(customer, in: company())
            let standing = try await sage.session.customers([customer.number], in: company())
            #expect(standing["W00000042"]?.storeID(in: "WEBID") == "G7")
        }
    }

    /// Exactly what an update may write changes the text by which a change is told.
    @Test func contentIsWhatAnUpdateMayWrite() throws {
        var customer = try Self.customer()
        let plain = customer.contentText
        customer.sageOwns = [.email]
        let owned = customer.contentText
        customer.email = "new@example.com"
        #expect(owned != plain && customer.contentText == owned)
        customer.city = "York"
        #expect(customer.contentText != owned)
        let moved = customer.contentText
        customer.storeID = StoreIDField(optionalField: "WEBID", storeID: "42")
        #expect(customer.contentText != moved)
        customer.sageOwns = Set(CustomerField.allCases)
        customer.storeID = nil
        #expect(customer.contentText == "{}")
    }

    @Test func aSecondOneOfThatNumberIsRefused() async throws {
        try await withRehearsal { sage in
            try await sage.session.createCustomer(Self.customer(), in: company())
            let error = await failure {
                try await sage.session.createCustomer(Self.customer(), in: company())
            }
            #expect(error?.cause == .refused(code: "RecordDuplicate"))
        }
    }

    @Test func anUnknownGroupIsRefusedWithItsWords() async throws {
        try await withRehearsal { sage in
            var customer = try Self.customer()
            customer.group = "NOGRP"
            let error = await failure { try await sage.session.createCustomer(customer, in: company()) }
            guard case .refused = error?.cause else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(error?.message.contains("NOGRP") == true)
        }
    }

    @Test func aWrongPasswordAndAForeignModule() async throws {
        try await withRehearsal { sage in
            let wrong = try sage.session(password: "nope")
            #expect(await failure { try await wrong.probe(company()) }?.cause == .credentials)
            try await sage.session.probe(company())
            let nowhere = try #require(CompanyID("NOSUCH"))
            #expect(await failure { try await sage.session.probe(nowhere) }?.cause == .credentials)
        }
    }
}
