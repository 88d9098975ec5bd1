import AdobeCommerce
import AdobeSimulation
import ExactJSON
import Foundation
import HTTPClient
import Messaging
import PostgresClient
import Storage
import TestBench
import Testing

@testable import Polling

/// Stores of the Cloud Service: bearer tokens that end, in the middle of everything.
@Suite(.enabled(if: Bench.isComplete), .timeLimit(.minutes(2)))
struct BearerTokenTests {
    private func withCloudShop(
        lifetime: Int = 86_399,
        _ body: @escaping @Sendable (Shop) async throws -> Void
    ) async throws {
        try await withShop(orders: 40, customers: 5) { scenario in
            scenario.authentication = .ims
            scenario.tokenLifetimeSeconds = lifetime
        } _: { shop in
            try await shop.apply {
                $0.isCloudService = true
                $0.pageSize = 5
            }
            try await body(shop)
        }
    }

    private func issued(_ shop: Shop) async throws -> Int {
        try #require(try await shop.control(.get, "tokens")["issued"]?.int)
    }

    @Test func oneTokenServesRunsAndPollersAndIsKeptSealed() async throws {
        try await withCloudShop { shop in
            #expect(try await shop.sync())
            #expect(try await shop.sync())
            #expect(try await issued(shop) == 1, "another poller, the same token")
            let tokens = try await shop.bench.database.client.query("select sealed from access_tokens")
            #expect(tokens.count == 1)
            #expect(try await shop.bench.envelopes(.invoices).count == 40)
        }
    }

    @Test(arguments: [0, 1, 4, 9])
    func tokenThatEndsInTheMiddleCostsNoDocument(_ after: Int) async throws {
        try await withCloudShop { shop in
            try await shop.control(.post, "tokens/expire", ["after": .int(after)])
            #expect(try await shop.sync())
            let state = try await shop.bench.database.client.query("select state, documents from runs")
            #expect(try state.map { try $0.get("state", as: String.self) } == ["done"], "no failed run")
            #expect(try await shop.bench.envelopes(.invoices).map(\.sourceID).sorted() == Array(1...40))
            #expect(try await shop.bench.envelopes(.customers).count == 5)
        }
    }

    @Test func tokenIsReplacedAheadOfItsEnd() async throws {
        // Half of its life is left for use.
        try await withCloudShop(lifetime: 4) { shop in
            #expect(try await shop.sync())
            try await Task.sleep(for: .seconds(2.2))
            #expect(try await shop.sync())
            #expect(try await issued(shop) >= 2)
            let refused = try await shop.requests().filter { $0["status"]?.int == 401 }
            #expect(refused.isEmpty, "the store never saw one that had ended")
        }
    }

    @Test func tokenInUseGoesOnWhileNoNewOneIsGivenOut() async throws {
        try await withCloudShop(lifetime: 30) { shop in
            #expect(try await shop.sync())
            _ = try await shop.bench.database.client.query(
                "update access_tokens set issued_at = issued_at - interval '200 seconds'"
            )
            try await shop.control(
                .post,
                "settings",
                ["credentials": ["clientId": "demo-client", "clientSecret": "another-secret"]]
            )
            #expect(try await shop.sync())
            #expect(shop.bench.journal.lines.contains { $0.contains("no new access token yet") })
        }
    }

    @Test func severalPollersGetOneNewToken() async throws {
        try await withCloudShop { shop in
            #expect(try await shop.sync())
            _ = try await shop.bench.database.client.query(
                "update access_tokens set expires_at = now() + interval '100 seconds', "
                    + "issued_at = now() - interval '1 day'"
            )
            let context = try shop.context()
            let record = try #require(try await shop.bench.database.tenant(shop.bench.tenant))
            let tenant = try TenantFileReading.configuration(record)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let store = try await context.stores.client(of: tenant)
                        _ = try await store.storeViews()
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await issued(shop) == 2)
        }
    }

    @Test func wrongSecretIsSaidWithItsMend() async throws {
        try await withCloudShop { shop in
            try await shop.control(
                .post,
                "settings",
                ["credentials": ["clientId": "demo-client", "clientSecret": "another-secret"]]
            )
            #expect(try await !shop.sync())
            let failed = try await shop.bench.database.client.query("select error, failure_class from runs")
            let error: String = try #require(try failed.first?.get("error"))
            #expect(try failed.first?.get("failure_class", as: String.self) == "credentials")
            #expect(error.contains("client secret") && error.contains("Developer Console"))
            #expect(!error.contains("demo-client-secret"))
        }
    }
}
