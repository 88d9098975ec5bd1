import Foundation
import Testing

@testable import AdobeCommerce

/// The rights an integration needs for reading would let it write: nothing but GET ever goes to a store.
@Suite(.timeLimit(.minutes(3))) struct OnlyReadsTests {
    @Test func everyPublicCallIsMadeOfGetsWithoutABody() async throws {
        var table = SimpleTable(rows: (1...9).map { .init(id: $0, updated: "2026-02-01 00:00:00") })
        table.rows[4].isDeadly = true
        let store = try LoopbackStore { [table] request in
            request.path.hasSuffix("/orders") ? table.answer(request) : .init("[]")
        }
        defer { store.close() }
        let client = try StoreWalk.client(store)
        for resource in DocumentResource.allCases {
            _ = try await client.changed(resource, after: .beginning, upTo: StoreWalk.end, pageSize: 100)
            _ = try await client.listed(resource, createdFrom: .init(timeIntervalSince1970: 0), pageSize: 100)
            _ = try await client.listed(resource, createdBefore: StoreWalk.end, after: 3, pageSize: 100)
            _ = try await client.documents(resource, ids: [1, 2])
            _ = try await client.lookUp(resource, ids: [3, 5])
            _ = try await client.find(resource, numbered: ["7", "x@example.com"])
        }
        _ = try await client.storeViews()
        _ = try await client.storeConfigs()
        for resource: AdobeResource in [.order(1), .invoice(1), .shipment(1), .creditMemo(1), .customers] {
            _ = try await client.get(resource)
        }
        #expect(store.requests.count > 60)
        #expect(store.requests.allSatisfy { $0.method == "GET" && $0.body.isEmpty })
        #expect(store.requests.allSatisfy { $0.headers["content-length"] == nil })
    }

    /// Every name and value that goes out is one that all generations of stores read alike.
    @Test func noQueryIsUnsafe() {
        let listing = Listing.changes(.orders, after: .beginning, upTo: .now)
        for query in [listing.criteria(pageSize: 100).query, listing.outline.criteria(pageSize: 1).query] {
            #expect(query.problem == nil)
        }
    }

    @Test(
        "refuses names that stores read differently",
        arguments: [
            ("1a", AdobeQuery.Problem.name), ("", .name), ("[a]", .name), ("a b", .nameCharacters),
            ("a[b", .nameCharacters), ("a]b[", .nameCharacters), ("a[]", .nameCharacters),
            ("a[b]c", .nameCharacters), ("a[[b]]", .nameCharacters), ("aä", .nameCharacters),
            ("a.b", .nameCharacters),
            ("a%5B", .nameCharacters), ("a[10]", .longIndex), ("a12", .longIndex),
            ("x_oauth_y", .reservedName),
            ("OAUTH_token", .reservedName), ("utm_source", .strippedName), ("gclid", .strippedName),
        ]
    )
    func unsafeNames(_ name: String, _ problem: AdobeQuery.Problem) async throws {
        #expect(AdobeQuery(dictionaryLiteral: (name, "x")).problem == problem)
        let store = try LoopbackStore { _ in .init("[]") }
        defer { store.close() }
        let error = await #expect(throws: AdobeError.self) {
            try await StoreWalk.client(store).get(
                .orders,
                AdobeQuery(dictionaryLiteral: (name, "secret value"))
            )
        }
        #expect(error?.cause == .unsafeQuery(problem) && store.requests.isEmpty)
        #expect(error?.description.contains("secret value") == false)
    }

    @Test func refusesNamesWhoseOrderDiffers() {
        #expect(AdobeQuery(dictionaryLiteral: ("a[b]", "1"), ("aB", "2")).problem == .order)
        #expect(AdobeQuery(dictionaryLiteral: ("a[b]", "1"), ("a[c]", "2")).problem == nil)
        #expect(AdobeQuery(dictionaryLiteral: ("fields", "\u{1}%&=+ü😀")).problem == nil)
    }
}
