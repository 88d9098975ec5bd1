import ExactJSON
import Foundation
import StoreGenerator
import Testing

@testable import AdobeSimulation

/// What a store does to a client that polls it (reference 2.6, 2.7, 7).
@Suite(.timeLimit(.minutes(1)))
struct Hazards {
    private let store: SimulatedStore

    init() {
        var scenario = Scenario()
        scenario.orders = 40
        store = SimulatedStore(scenario: scenario)
    }

    private func stamp(_ id: Int) throws -> String {
        try #require(try store.control("GET", "orders/\(id)")["updated_at"]?.string)
    }

    private func newest(_ count: Int) throws -> [Int] {
        try store.ids(
            "/rest/V1/orders?"
                + query([
                    "searchCriteria[sortOrders][0][field]": "updated_at",
                    "searchCriteria[sortOrders][0][direction]": "DESC",
                    "searchCriteria[pageSize]": String(count),
                ])
        )
    }

    @Test func aRowAppearsLaterThanItIsStamped() throws {
        let ids = try store.control("POST", "orders?visibleAfter=commit", #"{"store_id": 1}"#)["ids"]
        #expect(ids == [41])
        #expect(!(try newest(41)).contains(41))
        #expect(try store.get("/rest/V1/orders/41").status == 404)
        // Its id is taken, as a rolled back or open transaction takes it.
        #expect(try store.control("POST", "orders", #"{"store_id": 1}"#)["ids"] == [42])
        #expect(try store.control("POST", "commit") == ["committed": 1])
        #expect(Set(try newest(2)) == [41, 42])
        #expect(try stamp(41) <= stamp(42))
    }

    @Test func aTransactionMayEndByItself() throws {
        let stamped = try store.control("PATCH", "orders/7?visibleAfter=2.5", #"{"status": "closed"}"#)
        #expect(stamped["status"]?.string != "closed")
        let time = store.now
        _ = try store.control("POST", "settings", "clockOffset: 2")
        #expect(try store.get("/rest/V1/orders/7").body["status"]?.string != "closed")
        _ = try store.control("POST", "settings", "clockOffset: 4")
        #expect(try store.get("/rest/V1/orders/7").body["status"]?.string == "closed")
        #expect(abs(DatabaseTime.seconds(try stamp(7)) - time) <= 1, "stamped when it was made")
    }

    @Test func manyRowsShareASecond() throws {
        let touched = try store.control(
            "POST",
            "orders/touch",
            #"{"from": 3, "to": 99, "set": {"status": "x"}}"#
        )
        #expect(touched == ["touched": 38])
        #expect(Set(try (3...40).map(stamp)).count == 1)
        #expect(Set(try newest(38)) == Set(3...40))
        #expect(try store.get("/rest/V1/orders/3").body["status"] == "x")
        #expect(try store.control("POST", "orders/touch", #"{"ids": [1, 77]}"#) == ["touched": 1])
        #expect(try stamp(1) >= stamp(3))
        let list = "[" + Array(repeating: #"{"store_id": 1}"#, count: 50).joined(separator: ",") + "]"
        let ids = try store.control("POST", "orders", list)["ids"]?.array?.compactMap(\.int) ?? []
        #expect(ids == Array(41...90))
        #expect(Set(try ids.map(stamp)).count == 1)
    }

    @Test func aChangeNeedNotMoveTheStamp() throws {
        let before = try stamp(5)
        let address = #"{"billing_address": {"city": "Elsewhere"}}"#
        _ = try store.control("PATCH", "orders/5?stamp=false", address)
        #expect(try store.get("/rest/V1/orders/5").body["billing_address"]?["city"] == "Elsewhere")
        #expect(try stamp(5) == before)
        _ = try store.control("PATCH", "orders/5", #"{"customer_note": "moved", "billing_address": null}"#)
        #expect(try stamp(5) > before)
        #expect(try store.get("/rest/V1/orders/5").body["billing_address"] == nil)
    }

    @Test func oneBadRowBreaksEveryAnswerItIsIn() throws {
        _ = try store.control("POST", "badRows", "orders: [12]")
        func page(_ from: Int, _ to: Int) throws -> Int {
            let prefix = "searchCriteria[filter_groups]"
            return try store.get(
                "/rest/V1/orders?"
                    + query([
                        "\(prefix)[0][filters][0][field]": "entity_id",
                        "\(prefix)[0][filters][0][value]": String(from),
                        "\(prefix)[0][filters][0][condition_type]": "gteq",
                        "\(prefix)[1][filters][0][field]": "entity_id",
                        "\(prefix)[1][filters][0][value]": String(to),
                        "\(prefix)[1][filters][0][condition_type]": "lteq",
                    ])
            ).status
        }
        #expect(try page(1, 40) == 500)
        #expect(try page(12, 12) == 500)
        #expect(try page(1, 11) == 200)
        #expect(try page(13, 40) == 200)
        #expect(try store.get("/rest/V1/orders/12").status == 500)
        #expect(try store.get("/rest/V1/invoices/12").status == 200)
        _ = try store.control("POST", "badRows", "{}")
        #expect(try page(1, 40) == 200)
    }

    @Test func largePagesAreSlow() throws {
        _ = try store.control(
            "POST",
            "faults",
            #"[{"on": "GET orders", "kind": "latency", "millisecondsPerRow": 30}]"#
        )
        func delay(_ size: Int) -> Int {
            let target = "/rest/V1/orders?" + query(["searchCriteria[pageSize]": String(size)])
            return store.respond(to: Signer().get(target)).delayMilliseconds
        }
        #expect(delay(40) == 1200)
        #expect(delay(5) == 150)
    }

    @Test(arguments: [("status429", 429), ("status503html", 503)])
    func retryAfterMayBeADateByTheStoresClock(_ kind: String, _ status: Int) throws {
        _ = try store.control("POST", "settings", "clockOffset: 86400")
        let fault = #"[{"kind": "\#(kind)", "retryAfter": 90, "retryAfterDate": true}]"#
        _ = try store.control("POST", "faults", fault)
        let response = store.respond(to: Signer().get("/rest/V1/orders/1")).response
        #expect(response.status == status)
        let header = try #require(response.headers.first { $0.name == "Retry-After" }?.value)
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        let ahead = try #require(formatter.date(from: header)).timeIntervalSinceNow
        #expect(abs(ahead - 86_490) < 30)
    }

    @Test func whatComesTooFastIsToldHowLongToWait() throws {
        _ = try store.control("POST", "settings", "rateLimit: {requests: 2, seconds: 30}")
        func answer() -> StoreResponse { store.respond(to: Signer().get("/rest/V1/orders/1")).response }
        #expect([answer(), answer()].map(\.status) == [200, 200])
        let refused = answer()
        #expect(refused.status == 429)
        let wait = refused.headers.first { $0.name == "Retry-After" }.flatMap { Int($0.value) } ?? 0
        #expect((29...30).contains(wait))
        _ = try store.control("POST", "settings", "clockOffset: \(wait)")
        #expect(answer().status == 200)
    }

    @Test func aChangeComesBetweenTwoPages() throws {
        let plan = #"{"on": "GET orders/*", "after": 2, "do": "PATCH orders/9", "body": {"status": "moved"}}"#
        _ = try store.control("POST", "plan", plan)
        #expect(try store.get("/rest/V1/orders/9").body["status"] != "moved")
        #expect(try store.get("/rest/V1/invoices/1").status == 200, "another path does not count")
        #expect(try store.get("/rest/V1/orders/9").body["status"] != "moved")
        #expect(try store.get("/rest/V1/orders/9").body["status"] == "moved")
        _ = try store.control("PATCH", "orders/9", #"{"status": "later"}"#)
        #expect(try store.get("/rest/V1/orders/9").body["status"] == "later", "once only")
    }

    @Test func ordersOfADeletedCustomerForgetThemSilently() throws {
        let orders = try (1...40).map { try store.control("GET", "orders/\($0)") }
        let customers = orders.compactMap { order in order["customer_id"]?.int }
        let customer = try #require(customers.first)
        let own = orders.filter { $0["customer_id"]?.int == customer }
        _ = try store.control("DELETE", "customers/\(customer)")
        #expect(try store.get("/rest/V1/customers/\(customer)").status == 404)
        for order in own {
            let now = try store.get("/rest/V1/orders/\(order["entity_id"]?.int ?? 0)").body
            #expect(now["customer_id"] == nil)
            #expect(now["customer_email"] == order["customer_email"])
            #expect(now["updated_at"] == order["updated_at"])
        }
    }

    @Test func settingsChangeOneAtATime() throws {
        let page =
            "/rest/V1/orders?"
            + query(["searchCriteria[pageSize]": "30", "searchCriteria[currentPage]": "9"])
        _ = try store.control("POST", "settings", #"{"repeatLastPage": true}"#)
        #expect(try store.ids(page) == Array(31...40))
        _ = try store.control("POST", "settings", "maximumPageSize: 20")
        #expect(try store.get(page).body["parameters"]?["max"] == 20)
        _ = try store.control("POST", "settings", "maximumPageSize: 0")
        #expect(try store.ids(page) == Array(31...40), "the other setting stayed")
        let wrong = StoreRequest(
            method: "POST",
            target: "/_simulator/settings",
            headers: [],
            host: "shop.test",
            body: Array("orders: 5".utf8)
        )
        #expect(store.respond(to: wrong).response.status == 400)
    }

    @Test func anOversizedAnswerIsStillJSON() throws {
        _ = try store.control("POST", "faults", #"[{"kind": "oversize", "megabytes": 2}]"#)
        let body = store.respond(to: Signer().get("/rest/V1/orders/1")).response.body
        #expect(body.count > 2 << 20)
        #expect(try JSON(parsing: body)["entity_id"] == 1)
    }
}
