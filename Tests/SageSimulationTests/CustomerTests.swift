import ExactJSON
import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CustomerTests {
    static let jane: JSON = [
        "CustomerNumber": "W00000042", "GroupCode": "WEB", "TaxGroup": "ECOM", "ShortName": "DOE JANE",
        "CustomerName": "Jane Doe", "City": "Leeds", "Country": "GB", "Email": "jane@example.com",
        "CustomerOptionalFieldValues": [["OptionalField": "WEBID", "Value": "42"]],
    ]

    @Test func createsWithTheGroupsDefaults() async throws {
        try await withSimulator { client async throws in
            let created = try await client.post("AR/ARCustomers", Self.jane)
            #expect(created.status == 201)
            #expect(created.headers["location"]?.hasSuffix("/AR/ARCustomers('W00000042')") == true)
            let read = try await client.get("AR/ARCustomers('W00000042')")
            #expect(read.status == 200)
            #expect(read.json["Terms"] == "CARD")
            #expect(read.json["AccountSet"] == "TRADE")
            #expect(read.json["CurrencyCode"] == "USD")
            #expect(read.json["CustomerOptionalFieldValues"]?.array?.first?["Value"] == "42")
        }
    }

    @Test func secondCreationIsARecordDuplicate() async throws {
        try await withSimulator { client async throws in
            _ = try await client.post("AR/ARCustomers", Self.jane)
            let again = try await client.post("AR/ARCustomers", Self.jane)
            #expect(again.status == 409)
            #expect(again.code == "RecordDuplicate")
        }
    }

    @Test func patchChangesOnlyWhatItNames() async throws {
        try await withSimulator { client async throws in
            _ = try await client.post("AR/ARCustomers", Self.jane)
            let changed = try await client.patch("AR/ARCustomers('W00000042')", ["Email": "new@example.com"])
            #expect(changed.status == 204)
            #expect(changed.text.isEmpty)
            let read = try await client.get("AR/ARCustomers('W00000042')")
            #expect(read.json["Email"] == "new@example.com")
            #expect(read.json["CustomerName"] == "Jane Doe")
            #expect(
                try await client.patch("AR/ARCustomers('NOBODY')", ["Email": "x"]).code == "RecordNotFound"
            )
        }
    }

    @Test func groupSetAfterTheTaxGroupOverridesIt() async throws {
        try await withSimulator { client async throws in
            let created = try await client.post(
                "AR/ARCustomers",
                ["CustomerNumber": "W1", "TaxGroup": "CATAX", "GroupCode": "WEB"]
            )
            #expect(created.json["TaxGroup"] == "ECOM")
        }
    }

    @Test(arguments: [
        ("Nickname", JSON.string("J"), 400, "InvalidPayload"), ("CustomerName", 42, 400, "InvalidPayload"),
        ("OnHold", "Maybe", 400, "InvalidPayload"), ("GroupCode", "NONE", 409, "FieldInvalid"),
        ("Terms", "NONE", 409, "FieldInvalid"),
        ("Email", .string(String(repeating: "x", count: 51)), 409, "FieldInvalid"),
    ])
    func refuses(_ name: String, _ value: JSON, _ status: Int, _ code: String) async throws {
        try await withSimulator { client async throws in
            var customer = try #require(Self.jane.object)
            customer[name] = value
            let answer = try await client.post("AR/ARCustomers", .object(customer))
            #expect(answer.status == status)
            #expect(answer.code == code)
            #expect(try await client.get("AR/ARCustomers('W00000042')").code == "RecordNotFound")
        }
    }

    @Test func overLengthCanBeCut() async throws {
        try await withSimulator(
            "companies: [{code: SAMINC, rules: {overLength: truncate, codePage: latin1}}]"
        ) {
            client async throws in
            var customer = try #require(Self.jane.object)
            customer["CustomerName"] = .string("Ł" + String(repeating: "é", count: 70))
            let created = try await client.post("AR/ARCustomers", .object(customer))
            #expect(created.json["CustomerName"]?.string == "?" + String(repeating: "é", count: 59))
        }
    }

    @Test func putPurgesRowsItLeavesOut() async throws {
        try await withSimulator { client async throws in
            _ = try await client.post("AR/ARCustomers", Self.jane)
            let put = try await client.send("PUT", "AR/ARCustomers('W00000042')", ["CustomerName": "J. Doe"])
            #expect(put.status == 204)
            let read = try await client.get("AR/ARCustomers('W00000042')")
            #expect(read.json["CustomerOptionalFieldValues"]?.array?.isEmpty == true)
            #expect(read.json["Email"] == "jane@example.com")
        }
    }

    @Test func customersWithEntriesCannotBeDeleted() async throws {
        try await withSimulator { client async throws in
            _ = try await client.post("AR/ARCustomers", Self.jane)
            _ = try await client.enter(try invoice("US1", customer: "W00000042"))
            #expect(try await client.send("DELETE", "AR/ARCustomers('W00000042')", nil).status == 409)
            #expect(try await client.send("DELETE", "AR/ARCustomers('GUESTEUR')", nil).status == 204)
            #expect(try await client.get("AR/ARCustomers('GUESTEUR')").status == 404)
        }
    }

    @Test func companiesKeepTheirOwnData() async throws {
        try await withSimulator("companies: [{code: SAMINC}, {code: SAMLTD}]") { client async throws in
            _ = try await client.post("AR/ARCustomers", Self.jane)
            var other = client
            other.company = "SAMLTD"
            #expect(try await other.get("AR/ARCustomers('W00000042')").status == 404)
            #expect(try await other.post("AR/ARCustomers", Self.jane).status == 201)
        }
    }

    @Test func shipToLocationsHaveACompositeKey() async throws {
        try await withSimulator { client async throws in
            let created = try await client.post(
                "AR/ARShipToLocations",
                ["CustomerNumber": "WEBGUEST", "ShipToLocationKey": "HOME", "City": "Leeds"]
            )
            #expect(created.status == 201)
            let named = "AR/ARShipToLocations(ShipToLocationKey='HOME',CustomerNumber='WEBGUEST')"
            #expect(try await client.get(named).json["City"] == "Leeds")
            #expect(try await client.get("AR/ARShipToLocations('WEBGUEST','HOME')").status == 200)
            #expect(try await client.get("AR/ARShipToLocations('WEBGUEST')").code == "InvalidEntityKey")
        }
    }
}
