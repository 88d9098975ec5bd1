import ExactJSON
import Foundation
import Logging
import StoreGenerator
import Synchronization
import Testing

@testable import AdobeSimulation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite(.timeLimit(.minutes(1)))
struct OverHTTP {
    @Test func keysetPagingReadsEveryOrderOnceThoughSecondsAreShared() async throws {
        var scenario = Scenario()
        scenario.orders = 300
        scenario.store.burst = 60
        scenario.store.lifecycles = [.pending: 1]
        try await withSimulator(scenario) { shop in
            var (seen, time, id) = ([Int](), "2000-01-01 00:00:00", 0)
            while true {
                let page = try await shop.page(after: time, id, size: 25)
                seen += page.map(\.id)
                guard page.count == 25, let last = page.last else { break }
                (time, id) = (last.updatedAt, last.id)
            }
            #expect(seen.count == 300)
            #expect(Set(seen) == Set(1...300))
        }
    }

    @Test func aDocumentPutInIsReadVerbatimAndLast() async throws {
        try await withSimulator(Scenario()) { shop in
            let order =
                #"{"entity_id":9000,"increment_id":"X-1","note":"é / \u20ac","base_grand_total":12.3400,"store_id":1}"#
            let before = try await shop.control("GET", "totals")
            #expect(try await shop.control("POST", "orders", body: order)["ids"]?.array == [9000])
            let (status, headers, body) = try await shop.get("/rest/V1/orders/9000")
            #expect(status == 200)
            #expect(headers["Date"]?.hasSuffix(" GMT") == true)
            let text = String(decoding: body, as: UTF8.self)
            #expect(text.contains(#""note":"\u00e9 \/ \u20ac","base_grand_total":12.3400"#))
            #expect(try await shop.page(after: "2026-01-01 00:00:00", 0, size: 500).last?.id == 9000)
            let after = try await shop.control("GET", "totals")
            let count = { (json: JSON) in json["counts"]?["orders"]?.int ?? 0 }
            #expect(count(after) == count(before) + 1)
        }
    }

    @Test(
        "faults",
        arguments: [
            ("status503html", 503), ("status429", 429), ("status500", 500), ("fatal500", 500),
            ("html200", 200),
            ("oauthRefuse", 401),
        ]
    )
    func faultsAnswer(_ kind: String, _ status: Int) async throws {
        try await withSimulator(Scenario()) { shop in
            let faults = #"[{"on":"GET orders*","kind":"\#(kind)","first":1,"retryAfter":7}]"#
            _ = try await shop.control("POST", "faults", body: faults)
            #expect(try await shop.get("/rest/V1/store/websites").status == 200, "another path is left alone")
            let (spoilt, headers, body) = try await shop.get("/rest/V1/orders/1")
            #expect(spoilt == status)
            #expect((headers["Retry-After"] == "7") == (status == 503 || status == 429))
            #expect(body.starts(with: Array("<!doctype".utf8)) == kind.contains("html"))
            let (second, _, whole) = try await shop.get("/rest/V1/orders/1")
            #expect(second == 200 && (try? JSON(parsing: whole)) != nil, "only the first")
            let journal = try await shop.control("GET", "requests")
            #expect(journal["last"]?.array?.contains { $0["note"]?.string == kind } == true)
        }
    }

    @Test(arguments: ["truncate", "reset"])
    func faultsOfTheConnectionAreErrors(_ kind: String) async throws {
        try await withSimulator(Scenario()) { shop in
            _ = try await shop.control("POST", "faults", body: #"[{"on":"*","kind":"\#(kind)"}]"#)
            await #expect(throws: (any Error).self) { _ = try await shop.get("/rest/V1/orders/1") }
        }
    }

    @Test func theJournalTellsHowManyCameAtOnce() async throws {
        try await withSimulator(Scenario()) { shop in
            _ = try await shop.control("POST", "faults", body: #"[{"on":"GET orders*","kind":"stall"}]"#)
            let clients = (1...3).map { id in Task { try? await shop.get("/rest/V1/orders/\(id)") } }
            var journal = try await shop.control("GET", "requests")
            while journal["total"] != 3 {
                await Task.yield()
                journal = try await shop.control("GET", "requests")
            }
            #expect(journal["mostInFlight"] == 3)
            #expect(journal["connections"] == 3)
            #expect(journal["userAgents"]?.array?.count == 1)
            _ = clients
        }
    }

    /// Would run into the time limit otherwise.
    @Test func aStalledRequestDoesNotKeepTheStoreOpen() async throws {
        try await withSimulator(Scenario()) { shop in
            _ = try await shop.control("POST", "faults", body: #"[{"on":"GET orders*","kind":"stall"}]"#)
            let client = Task { try? await shop.get("/rest/V1/orders/1") }
            while try await shop.control("GET", "requests")["total"] != 1 { await Task.yield() }
            _ = client
        }
    }

    @Test func aByteThatIsNotUTF8SpoilsThePage() async throws {
        try await withSimulator(Scenario()) { shop in
            _ = try await shop.control(
                "POST",
                "faults",
                body: #"[{"on":"GET orders/1","kind":"invalidUTF8"}]"#
            )
            let body = try await shop.get("/rest/V1/orders/1").body
            #expect(String(validating: body, as: UTF8.self) == nil)
        }
    }

    @Test func theClockMayDiffer() async throws {
        var scenario = Scenario()
        scenario.clockOffsetSeconds = 40 * 86_400
        try await withSimulator(scenario) { shop in
            let date = try await shop.get("/rest/V1/orders/1").headers["Date"] ?? ""
            let formatter = DateFormatter()
            formatter.locale = Locale(identifier: "en_US_POSIX")
            formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
            let ahead = try #require(formatter.date(from: date)).timeIntervalSinceNow
            #expect(abs(ahead - 40 * 86_400) < 30)
        }
    }
}

/// A simulator on a port of its own.
struct Shop: Sendable {
    let address: String

    struct RowKey: Sendable {
        let id: Int
        let updatedAt: String
    }

    func get(_ target: String) async throws -> (status: Int, headers: [String: String], body: [UInt8]) {
        let halves = target.split(separator: "?", maxSplits: 1).map(String.init)
        let header = Signer().header(
            "GET",
            url: address + halves[0],
            query: halves.count > 1 ? halves[1] : ""
        )
        return try await send("GET", target, headers: ["Authorization": header])
    }

    func page(after time: String, _ id: Int, size: Int) async throws -> [RowKey] {
        let prefix = "searchCriteria[filter_groups]"
        let criteria: KeyValuePairs = [
            "\(prefix)[0][filters][0][field]": "updated_at", "\(prefix)[0][filters][0][value]": time,
            "\(prefix)[0][filters][0][condition_type]": "gteq",
            "\(prefix)[1][filters][0][field]": "updated_at", "\(prefix)[1][filters][0][value]": time,
            "\(prefix)[1][filters][0][condition_type]": "gt",
            "\(prefix)[1][filters][1][field]": "entity_id", "\(prefix)[1][filters][1][value]": String(id),
            "\(prefix)[1][filters][1][condition_type]": "gt",
            "searchCriteria[sortOrders][0][field]": "updated_at",
            "searchCriteria[sortOrders][0][direction]": "ASC",
            "searchCriteria[sortOrders][1][field]": "entity_id",
            "searchCriteria[sortOrders][1][direction]": "ASC",
            "searchCriteria[pageSize]": String(size), "fields": "items[entity_id,updated_at]",
        ]
        let answer = try await get("/rest/default/V1/orders?" + query(criteria))
        let items = try JSON(parsing: answer.body)["items"]?.array ?? []
        return items.compactMap { item in
            guard let id = item["entity_id"]?.int, let time = item["updated_at"]?.string else { return nil }
            return RowKey(id: id, updatedAt: time)
        }
    }

    func control(_ method: String, _ name: String, body: String? = nil) async throws -> JSON {
        try JSON(parsing: try await send(method, "/_simulator/\(name)", headers: [:], body: body).body)
    }

    private func send(
        _ method: String,
        _ target: String,
        headers: [String: String],
        body: String? = nil
    ) async throws -> (status: Int, headers: [String: String], body: [UInt8]) {
        var request = URLRequest(url: try #require(URL(string: address + target)))
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        let fields = http.allHeaderFields.compactMap { name, value in
            (name as? String).flatMap { name in (value as? String).map { (name, $0) } }
        }
        return (http.statusCode, Dictionary(fields) { first, _ in first }, Array(data))
    }
}

func withSimulator(_ scenario: Scenario, _ body: @escaping @Sendable (Shop) async throws -> Void) async throws
{
    let (addresses, announce) = AsyncStream.makeStream(of: String.self)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let simulator = AdobeSimulator(scenario: scenario, logger: logger)
    try await withThrowingTaskGroup { group in
        group.addTask { try await simulator.run(port: 0) { announce.yield($0) } }
        group.addTask {
            for await address in addresses {
                try await body(Shop(address: address))
                return
            }
        }
        _ = try await group.next()
        group.cancelAll()
    }
}
