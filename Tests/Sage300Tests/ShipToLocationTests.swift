import Accounting
import ExactJSON
import Sage300
import Testing

/// Ship-to locations: created whole, changed only where they differ, never deleted.
@Suite(.timeLimit(.minutes(1)))
struct ShipToLocationTests {
    private static func location() -> ARShipToLocation {
        var location = ARShipToLocation(key: "00002A", description: "O'Neil & Söhne")
        location.addressLines = ["12 Hill St", "Flat 3"]
        location.city = "Leeds"
        location.contactName = "Jane O'Neil"
        return location
    }

    private static func customer(_ sage: Rehearsal, _ number: String = "W00000042") async throws
        -> CustomerNumber
    {
        let number = try #require(CustomerNumber(number))
        let customer = ARCustomer(number: number, group: "WEB", name: "Jane")
        try await sage.session.createCustomer(customer, in: company())
        return number
    }

    private static func standing(_ sage: Rehearsal, _ number: String = "W00000042") async throws -> [JSON] {
        let query = ODataQuery(filter: .equals("CustomerNumber", number))
        return try await sage.session.feed(company(), "AR/ARShipToLocations", query)
    }

    private static func write(
        _ location: ARShipToLocation,
        _ sage: SageSession,
        _ number: CustomerNumber
    ) async throws -> Bool {
        try await sage.writeShipToLocation(location, of: number, taxGroup: nil, in: company())
    }

    @Test func createdThenOnlyChanged() async throws {
        try await withRehearsal { sage in
            let number = try await Self.customer(sage)
            var location = Self.location()
            #expect(try await Self.write(location, sage.session, number))
            var standing = try #require(try await Self.standing(sage).first)
            #expect(standing["ShipToLocationKey"] == "00002A" && standing["Description"] == "O'Neil & Söhne")
            #expect(standing["AddressLine2"] == "Flat 3" && standing["ContactName"] == "Jane O'Neil")
            #expect(standing["PrimaryShipToIndicator"] == "No")
            #expect(try await !Self.write(location, sage.session, number), "nothing to write")
            location.addressLines = ["12 Hill St"]
            location.isPrimary = true
            #expect(try await Self.write(location, sage.session, number))
            standing = try #require(try await Self.standing(sage).first)
            #expect(standing["AddressLine2"] == "" && standing["City"] == "Leeds")
            #expect(standing["PrimaryShipToIndicator"] == "Yes")
            location.key = "00002B"
            #expect(try await Self.write(location, sage.session, number))
            #expect(try await Self.standing(sage).count == 2)
        }
    }

    @Test func aNumberThatIsEscapedInAPath() async throws {
        try await withRehearsal { sage in
            let number = try await Self.customer(sage, "W'#00000042")
            var location = Self.location()
            #expect(try await Self.write(location, sage.session, number))
            location.city = "York"
            #expect(try await Self.write(location, sage.session, number))
            #expect(try await !Self.write(location, sage.session, number))
            #expect(try await Self.standing(sage, "W'#00000042").map { $0["City"] } == ["York"])
        }
    }

    @Test(
        "what an installation without them answers",
        arguments: [
            (403, #"{"error":{"code":"NotAuthorized","message":{"lang":"en-US","value":"No."}}}"#),
            (404, #"{"error":{"code":"ResourceNotFound","message":{"lang":"en-US","value":"None."}}}"#),
            (404, "<html>not here</html>"),
        ]
    )
    func refused(_ status: Int, _ body: String) async throws {
        try await withScript { _ in
            .status(status, body)
        } _: { session, server in
            let number = try #require(CustomerNumber("W00000042"))
            let error = await failure { _ = try await Self.write(Self.location(), session, number) }
            #expect(error?.status == status)
            #expect(server.requests.map(\.method) == ["GET"])
            #expect(
                server.requests.first?.target.hasSuffix(
                    "/AR/ARShipToLocations(CustomerNumber='W00000042',ShipToLocationKey='00002A')"
                ) == true
            )
        }
    }

    @Test func contentTellsOfEveryChange() throws {
        var customer = ARCustomer(
            number: try #require(CustomerNumber("W00000042")),
            group: "WEB",
            name: "Jane"
        )
        let (own, none) = (customer.contentText, customer.shipToText)
        customer.shipToLocations = [Self.location()]
        let one = customer.shipToText
        customer.shipToLocations[0].isPrimary = true
        #expect(customer.contentText == own && none.isEmpty && !one.isEmpty && customer.shipToText != one)
    }
}
