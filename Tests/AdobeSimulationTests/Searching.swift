import ExactJSON
import Testing

@testable import AdobeSimulation

@Suite(.timeLimit(.minutes(1)))
struct Searching {
    private static let store = SimulatedStore(scenario: Scenario())

    private static func filter(_ field: String, _ condition: String?, _ value: String) -> String {
        let prefix = "searchCriteria[filter_groups][0][filters][0]"
        var text = query(["\(prefix)[field]": field, "\(prefix)[value]": value])
        if let condition { text += "&" + query(["\(prefix)[condition_type]": condition]) }
        return "/rest/V1/orders?" + text
    }

    @Test(
        "conditions",
        arguments: [
            ("eq", "7", [7]), (nil, "7", [7]), ("in", "5,7,9", [5, 7, 9]), ("lt", "3", [1, 2]),
            ("lteq", "3", [1, 2, 3]), ("to", "3", [1, 2, 3]), ("gt", "198", [199, 200]),
            ("gteq", "199", [199, 200]),
            ("from", "199", [199, 200]),
            // Documented or misspelt, but unknown to the code: equality.
            ("moreq", "7", [7]), ("gte", "7", [7]), ("null", "", []),
        ] as [(String?, String, [Int])]
    )
    func conditions(_ condition: String?, _ value: String, _ expected: [Int]) throws {
        #expect(try Self.store.ids(Self.filter("entity_id", condition, value)) == expected)
    }

    @Test(
        "every list is searched by what identifies its rows",
        arguments: [
            ("orders", "orders/", "increment_id"), ("invoices", "invoices/", "increment_id"),
            ("shipments", "shipment/", "increment_id"), ("creditmemos", "creditmemo/", "increment_id"),
            ("customers/search", "customers/", "email"), ("invoices", "invoices/", "order_id"),
            ("shipments", "shipment/", "order_id"), ("creditmemos", "creditmemo/", "order_id"),
            ("orders", "orders/", "customer_id"), ("orders", "orders/", "created_at"),
        ]
    )
    func identities(_ list: String, _ single: String, _ column: String) throws {
        let all = try Self.store.get("/rest/V1/\(list)?searchCriteria=all").body["items"]?.array ?? []
        let known = all.filter { $0[column] != nil }
        try #require(known.count > 3)
        for item in [known[0], known[known.count / 2], known[known.count - 1]] {
            let value = item[column]?.string ?? item[column]?.text ?? ""
            let id = (item["entity_id"] ?? item["id"])?.int ?? 0
            #expect(try Self.store.get("/rest/V1/\(single)\(id)").body == item, "list and single are alike")
            let expected = all.filter { $0[column] == item[column] }
            for (condition, text) in [("eq", value), ("in", "none,\(value)")] {
                let prefix = "searchCriteria[filter_groups][0][filters][0]"
                let target = query([
                    "\(prefix)[field]": column, "\(prefix)[value]": text,
                    "\(prefix)[condition_type]": condition,
                    "searchCriteria[sortOrders][0][field]": "entity_id",
                    "searchCriteria[sortOrders][0][direction]": "ASC",
                ])
                #expect(try Self.store.get("/rest/V1/\(list)?" + target).body["items"]?.array == expected)
            }
        }
    }

    @Test func storeConfigsArePickedByCode() throws {
        let path = "/rest/V1/store/storeConfigs"
        #expect(try Self.store.get(path).body.array?.count ?? 0 > 1)
        let picked = try Self.store.get(path + "?" + query(["storeCodes[0]": "us_en"])).body.array
        #expect(picked?.map { $0["code"] } == ["us_en"])
    }

    @Test func textIsComparedWithoutCaseAndWithWildcards() throws {
        let all = try Self.store.ids("/rest/V1/orders?searchCriteria=all")
        #expect(all == Array(1...200))
        let complete = try Self.store.ids(Self.filter("status", "eq", "COMPLETE"))
        let like = try Self.store.ids(Self.filter("status", "like", "c_mp%te"))
        #expect(!complete.isEmpty && complete.count < 200)
        #expect(complete == like)
        #expect(try Self.store.ids(Self.filter("status", "neq", "complete")).count == 200 - complete.count)
        #expect(try Self.store.ids(Self.filter("status", "nin", "complete")).count == 200 - complete.count)
    }

    @Test func nullMatchesNothingButNull() throws {
        let guests = try Self.store.ids(Self.filter("customer_id", "null", ""))
        let members = try Self.store.ids(Self.filter("customer_id", "notnull", ""))
        let notOne = try Self.store.ids(Self.filter("customer_id", "neq", "1"))
        #expect(!guests.isEmpty && guests.count + members.count == 200)
        #expect(Set(guests).isDisjoint(with: notOne), "NULL ≠ 1 is not true in SQL")
    }

    @Test func groupsAreAndedFiltersAreOred() throws {
        let criteria: KeyValuePairs = [
            "searchCriteria[filterGroups][0][filters][0][field]": "entity_id",
            "searchCriteria[filterGroups][0][filters][0][value]": "3",
            "searchCriteria[filterGroups][0][filters][1][field]": "entity_id",
            "searchCriteria[filterGroups][0][filters][1][value]": "150",
            "searchCriteria[filterGroups][1][filters][0][field]": "entity_id",
            "searchCriteria[filterGroups][1][filters][0][value]": "100",
            "searchCriteria[filterGroups][1][filters][0][conditionType]": "gt",
        ]
        #expect(try Self.store.ids("/rest/V1/orders?" + query(criteria)) == [150])
    }

    @Test func aSortWithoutDirectionIsDescending() throws {
        let criteria = query([
            "searchCriteria[sortOrders][0][field]": "entity_id", "searchCriteria[pageSize]": "3",
        ])
        #expect(try Self.store.ids("/rest/V1/orders?" + criteria) == [200, 199, 198])
        let camel = query([
            "search_criteria[sort_orders][0][field]": "entity_id", "search_criteria[page_size]": "3",
        ])
        #expect(try Self.store.ids("/rest/V1/orders?" + camel) == [200, 199, 198])
    }

    @Test func everyIndexAgreesWithThePlainReading() throws {
        let cut = try #require(Self.store.get("/rest/V1/orders/90").body["updated_at"]?.string)
        let keyset: KeyValuePairs = [
            "searchCriteria[filter_groups][0][filters][0][field]": "updated_at",
            "searchCriteria[filter_groups][0][filters][0][value]": cut,
            "searchCriteria[filter_groups][0][filters][0][condition_type]": "gteq",
            "searchCriteria[filter_groups][1][filters][0][field]": "updated_at",
            "searchCriteria[filter_groups][1][filters][0][value]": cut,
            "searchCriteria[filter_groups][1][filters][0][condition_type]": "gt",
            "searchCriteria[filter_groups][1][filters][1][field]": "entity_id",
            "searchCriteria[filter_groups][1][filters][1][value]": "90",
            "searchCriteria[filter_groups][1][filters][1][condition_type]": "gt",
            "searchCriteria[sortOrders][0][field]": "updated_at",
            "searchCriteria[sortOrders][0][direction]": "ASC",
            "searchCriteria[sortOrders][1][field]": "entity_id",
            "searchCriteria[sortOrders][1][direction]": "ASC",
        ]
        let rows = try (1...200).map { id -> (String, Int) in
            let order = try Self.store.get("/rest/V1/orders/\(id)").body
            return (order["updated_at"]?.string ?? "", id)
        }
        let expected = rows.filter { $0 > (cut, 90) }.sorted { $0 < $1 }.map(\.1)
        #expect(try Self.store.ids("/rest/V1/orders?" + query(keyset)) == expected)
        let total = try Self.store.get("/rest/V1/orders?" + query(keyset) + "&searchCriteria%5BpageSize%5D=2")
            .body
        #expect(total["total_count"]?.int == expected.count)
        #expect(total["items"]?.array?.count == 2)
    }

    @Test func pastTheEndIsEmptyWithTheRealCount() throws {
        let far =
            "/rest/V1/orders?"
            + query(["searchCriteria[pageSize]": "150", "searchCriteria[currentPage]": "3"])
        let answer = try Self.store.get(far).body
        #expect(answer["items"]?.array == [])
        #expect(answer["total_count"]?.int == 200)
        var old = Scenario()
        old.repeatsLastPage = true
        #expect(try SimulatedStore(scenario: old).ids(far) == Array(151...200))
    }

    @Test func onlyWhatWasSentIsEchoed() throws {
        let plain = try Self.store.get("/rest/V1/orders?searchCriteria=").body["search_criteria"]
        #expect(plain == ["filter_groups": []])
        let filtered = try Self.store.get(Self.filter("entity_id", nil, "7")).body["search_criteria"]
        #expect(
            filtered == [
                "filter_groups": [
                    ["filters": [["field": "entity_id", "value": "7", "condition_type": "eq"]]]
                ]
            ]
        )
    }

    @Test(
        "refusals",
        arguments: [
            ("/rest/V1/orders", 400, "\"%fieldName\" is required. Enter and try again."),
            ("/rest/V1/orders?searchCriteria%5BpageSize%5D=ten", 400, "value's type is invalid"),
            ("/rest/V1/orders?searchCriteria%5Bnonsense%5D=1", 500, "Internal Error. Details are available"),
            (filter("nonsense", "eq", "1"), 500, "Internal Error. Details are available"),
            ("/rest/V1/orders/none", 400, "value's type is invalid"),
            ("/rest/V1/orders/4711", 404, "The entity that was requested doesn't exist."),
            ("/rest/V1/customers/4711", 404, "No such entity with %fieldName = %fieldValue"),
            ("/rest/V1/shipments/1", 404, "Request does not match any route."),
            ("/rest/elsewhere/V1/orders/1", 404, "Request does not match any route."),
        ]
    )
    func refusals(_ target: String, _ status: Int, _ message: String) throws {
        let answer = try Self.store.get(target)
        #expect(answer.status == status)
        #expect(answer.body["message"]?.string?.contains(message) == true)
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH"])
    func theStoreIsOnlyRead(_ method: String) {
        let request = StoreRequest(
            method: method,
            target: "/rest/V1/orders/1",
            headers: [],
            host: "shop.test"
        )
        #expect(Self.store.respond(to: request).response.status == 405)
    }

    @Test(
        "fields",
        arguments: [
            ("items[entity_id],total_count", #"{"items":[{"entity_id":7}],"total_count":1}"#),
            ("items[extension_attributes[nothing]]", #"{"items":[{"extension_attributes":[]}]}"#),
            ("total_count", #"{"total_count":1}"#), ("nothing", "[]"), ("items[entity_id", "[]"),
            ("items(id)", "[]"),
        ]
    )
    func fields(_ fields: String, _ expected: String) throws {
        let target = Self.filter("entity_id", "eq", "7") + "&fields=" + Signer.encoded(fields)
        #expect(try Self.store.get(target).body.text == expected)
    }

    @Test func projectingAnEmptyPageGivesNull() throws {
        let target = Self.filter("entity_id", "eq", "0") + "&fields=" + Signer.encoded("items[entity_id]")
        #expect(try Self.store.get(target).body.text == #"{"items":null}"#)
    }

    @Test func customersAreSearchedByDefaultBillingAddress() throws {
        let prefix = "searchCriteria[filter_groups][0][filters][0]"
        let target =
            "/rest/V1/customers/search?"
            + query(["\(prefix)[field]": "billing_postcode", "\(prefix)[value]": "78701"])
        let customers = try Self.store.get(target).body["items"]?.array ?? []
        #expect(!customers.isEmpty)
        #expect(customers.allSatisfy { $0["addresses"]?.array?.first?["postcode"]?.string == "78701" })
    }

    @Test(
        "times are read as MariaDB reads them",
        arguments: [
            ("2026-11-24 00:00:00", 1_795_478_400), ("2026-11-24", 1_795_478_400),
            ("2026-11-24T00:00:00Z", 1_795_478_400),
            ("2026-11-24 00:00:00+02:00", 1_795_478_400), ("yesterday", 0),
        ]
    )
    func times(_ text: String, _ seconds: Int) {
        #expect(DatabaseTime.seconds(text) == seconds)
    }
}
