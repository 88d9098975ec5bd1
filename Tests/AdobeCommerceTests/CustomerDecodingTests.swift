import Accounting
import ExactJSON
import Foundation
import Testing

@testable import AdobeCommerce

@Suite struct CustomerDecodingTests {
    private func customer(_ changes: [(String, JSON)] = []) throws -> JSON {
        var object = try #require(try JSON(parsing: Samples.customer).object)
        for (name, value) in changes { object[name] = value }
        return .object(object)
    }

    @Test func readsACustomer() throws {
        let customer = try StoreCustomer(adobe: customer(), storeViewCode: "default")
        #expect(customer.customerID == 42 && customer.storeView == "default" && customer.groupID == 1)
        #expect(
            customer.email == "ada@example.com" && customer.firstName == "Ada" && customer.lastName == "Byron"
        )
        #expect(customer.createdAt == Date(timeIntervalSince1970: 1_699_171_200))
        #expect(customer.updatedAt == Date(timeIntervalSince1970: 1_708_451_110))
        #expect(customer.billing?.region == "Texas" && customer.billing?.regionCode == "TX")
        #expect(customer.billing?.postcode == "78701" && customer.shipping == nil)
    }

    @Test func trimmingLosesNothingThatIsRead() throws {
        let whole = try customer()
        let trimmed = Projection.customer.trimmed(whole)
        let time = Date(timeIntervalSince1970: 1)
        #expect(
            try StoreCustomer(adobe: trimmed, storeViewCode: nil, updatedAt: time)
                == StoreCustomer(adobe: whole, storeViewCode: nil, updatedAt: time)
        )
        #expect(trimmed["custom_attributes"] == nil && trimmed["updated_at"] == nil)
    }

    @Test func choosesTheAddresses() throws {
        func address(_ id: Int, _ city: JSON, _ more: [(String, JSON)] = []) -> JSON {
            .object(JSONObject([("id", .int(id)), ("city", city)] + more))
        }
        let pointed = try customer([
            ("default_billing", "3"), ("default_shipping", 2),
            ("addresses", [address(2, "B"), address(3, "C")]),
        ])
        #expect(try StoreCustomer(adobe: pointed, storeViewCode: nil).billing?.city == "C")
        #expect(try StoreCustomer(adobe: pointed, storeViewCode: nil).shipping?.city == "B")
        let flagged = try customer([
            ("default_billing", .null),
            ("addresses", [address(2, "B"), address(3, "C", [("default_billing", true)])]),
        ])
        #expect(try StoreCustomer(adobe: flagged, storeViewCode: nil).billing?.city == "C")
        let plain = try customer([
            ("default_billing", "99"), ("addresses", [.null, address(2, "B"), address(3, "C")]),
        ])
        #expect(try StoreCustomer(adobe: plain, storeViewCode: nil).billing?.city == "B")
        let none = try customer([("addresses", .null)])
        #expect(try StoreCustomer(adobe: none, storeViewCode: nil).billing == nil)
    }

    @Test func readsEveryAddress() throws {
        let json = try customer([
            ("default_billing", "77"), ("default_shipping", .null),
            (
                "addresses",
                [
                    ["id": 77, "city": "Austin", "region": ["region": "Texas", "region_code": "TX"]],
                    ["id": "78", "city": "London", "default_shipping": true], ["city": "Nowhere"], .null,
                ]
            ),
        ])
        let customer = try StoreCustomer(adobe: json, storeViewCode: nil)
        #expect(
            customer.addresses == [
                StoreCustomerAddress(
                    addressID: 77,
                    address: StoreAddress(city: "Austin", region: "Texas", regionCode: "TX"),
                    isDefaultBilling: true
                ),
                StoreCustomerAddress(
                    addressID: 78,
                    address: StoreAddress(city: "London"),
                    isDefaultShipping: true
                ),
            ]
        )
        #expect(
            try StoreCustomer(
                adobe: Projection.customer.trimmed(json),
                storeViewCode: nil,
                updatedAt: customer.updatedAt
            ) == customer
        )
    }

    private static let unreadableMembers: [(String, String, AdobeDocumentError.Problem, String)] = [
        ("id", "null", .missing, ""), ("email", "null", .missing, ""),
        ("created_at", "\"soon\"", .notATime, ""),
        ("addresses", #"[{"id":77,"city":["x"]}]"#, .notText, "[0].city"),
    ]

    @Test("says where a customer cannot be read", arguments: unreadableMembers)
    func unreadable(_ name: String, _ value: String, _ problem: AdobeDocumentError.Problem, _ rest: String)
        throws
    {
        let json = try customer([(name, JSON(parsing: value))])
        #expect(throws: AdobeDocumentError(problem, at: "$.\(name)\(rest)")) {
            try StoreCustomer(adobe: json, storeViewCode: nil)
        }
    }
}
