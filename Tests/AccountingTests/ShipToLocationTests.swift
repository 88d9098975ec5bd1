import Accounting
import Foundation
import Testing

/// Every further address of a customer is a ship-to location.
@Suite(.timeLimit(.minutes(3)))
struct ShipToLocationTests {
    private let home = StoreAddress(
        firstName: "Ada",
        lastName: "Byron",
        street: ["1 Loop Rd"],
        city: "Austin",
        region: "Texas",
        regionCode: "TX",
        postcode: "78701",
        country: "US",
        telephone: "555-0100"
    )

    private func mapped(_ addresses: [StoreCustomerAddress], shipping: StoreAddress? = nil) throws
        -> ARCustomer
    {
        let customer = StoreCustomer(
            customerID: 42,
            storeView: "default",
            email: "ada@example.com",
            firstName: "Ada",
            lastName: "Byron",
            createdAt: Date(timeIntervalSince1970: 0),
            updatedAt: Date(timeIntervalSince1970: 0),
            billing: home,
            shipping: shipping,
            addresses: addresses
        )
        return try CustomerMapping.customer(from: customer, rules: try rules())
    }

    private func address(_ id: Int64, _ address: StoreAddress, isShipping: Bool = false)
        -> StoreCustomerAddress
    {
        StoreCustomerAddress(addressID: id, address: address, isDefaultShipping: isShipping)
    }

    @Test func theOwnAddressIsNone() throws {
        var twin = home
        twin.region = " Texas "
        let customer = try mapped([address(77, home), address(78, twin, isShipping: true)])
        #expect(customer.shipToLocations == [])
        #expect(customer.remarks == [])
    }

    @Test func aFurtherAddressWithAllItsFields() throws {
        let works = StoreAddress(
            firstName: "Charles",
            lastName: "Babbage",
            company: "Analytical Engines &amp; Sons",
            street: ["Dorset St 1", "", "Flat 3"],
            city: "London",
            regionCode: "LND",
            postcode: "W1U 4EH",
            country: "GB",
            telephone: "555-0101"
        )
        let customer = try mapped(
            [address(77, home), address(46_656, works, isShipping: true)],
            shipping: works
        )
        var expected = ARShipToLocation(key: "001000", description: "Analytical Engines & Sons")
        expected.addressLines = ["Dorset St 1", "Flat 3"]
        expected.city = "London"
        expected.stateProvince = "LND"
        expected.postalCode = "W1U 4EH"
        expected.country = "GB"
        expected.contactName = "Charles Babbage"
        expected.phone = "555-0101"
        expected.isPrimary = true
        #expect(customer.shipToLocations == [expected])
        #expect(customer.addressLines == ["1 Loop Rd"])
    }

    @Test(
        "keys in base 36",
        arguments: [
            (1, "000001"), (35, "00000Z"), (36, "000010"), (2_176_782_335, "ZZZZZZ"), (2_176_782_336, nil),
            (0, nil),
            (-1, nil), (.max, nil),
        ] as [(Int64, String?)]
    )
    func keys(_ id: Int64, _ key: String?) throws {
        #expect(ARShipToLocation.key(addressID: id) == key)
        let customer = try mapped([address(id, StoreAddress(city: "Leeds"))])
        #expect(customer.shipToLocations.map(\.key) == (key.map { [$0] } ?? []))
        let remark = "An address was left out: its id does not fit the key of a ship-to location."
        #expect(customer.remarks == (key == nil ? [remark] : []))
    }

    @Test func everyFieldIsWithinItsLength() throws {
        let long = String(repeating: "Łx", count: 100)
        let customer = try mapped([
            address(
                9,
                StoreAddress(
                    firstName: long,
                    lastName: long,
                    street: [long, "2", "3", "4", "5"],
                    city: long,
                    region: long,
                    postcode: long,
                    country: long,
                    telephone: long
                )
            )
        ])
        let location = try #require(customer.shipToLocations.first)
        #expect(location.description.count == 60 && location.contactName.count == 60)
        #expect(location.addressLines.map(\.count) == [60, 1, 1, 1])
        #expect([location.city, location.stateProvince, location.country].map(\.count) == [30, 30, 30])
        #expect(location.postalCode.isEmpty && location.phone.isEmpty)
        let fields = customer.remarks.filter { $0.contains("ship-to") }
        #expect(customer.remarks.count == 17 && fields.count == 16)
        #expect(customer.remarks.allSatisfy { !$0.contains("Lx") && !$0.contains("Ł") })
    }

    @Test func fiftyAndTheOneGoodsGoTo() throws {
        let many = (1...60).map { address(Int64($0), StoreAddress(city: "C\($0)"), isShipping: $0 == 60) }
        let customer = try mapped(many.shuffled())
        #expect(customer.shipToLocations.map(\.city) == (1...49).map { "C\($0)" } + ["C60"])
        #expect(customer.shipToLocations.filter(\.isPrimary).map(\.key) == ["00001O"])
        #expect(customer.remarks == ["Ship-to locations beyond 50 were left out."])
    }

    @Test func anIDGivenTwiceIsOneLocation() throws {
        let twice = [address(5, StoreAddress(city: "A")), address(5, StoreAddress(city: "B"))]
        #expect(try mapped(twice).shipToLocations.count == 1)
    }

    @Test func anAddressWithNothingInItHasAName() throws {
        #expect(try mapped([address(5, StoreAddress())]).shipToLocations.map(\.description) == ["Address"])
    }
}
