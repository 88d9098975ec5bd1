import Foundation
import Synchronization
import Testing

@testable import AdobeCommerce

@Suite(.timeLimit(.minutes(3))) struct StoreMemoryTests {
    private static let noRoute = LoopbackStore.Answer(
        404,
        #"{"message":"Request does not match any route."}"#
    )

    /// A shop whose default view is called otherwise; what worked is gone to at once by the next client too.
    @Test(arguments: ["/rest/default/V1", "/rest/V1", "/rest/all/V1"])
    func thePathThatWorksIsFoundAndRemembered(_ path: String) async throws {
        let store = try LoopbackStore { $0.path.hasPrefix(path + "/") ? .init("[]") : Self.noRoute }
        defer { store.close() }
        let memory = StoreMemory()
        _ = try await StoreWalk.client(store, memory: memory).get(.storeViews)
        let tried = store.requests.map { $0.path.replacing("/store/storeViews", with: "") }
        let all = ["/rest/default/V1", "/rest/V1", "/rest/all/V1"]
        let position = try #require(all.firstIndex(of: path))
        #expect(tried == Array(all[...position]))
        _ = try await StoreWalk.client(store, memory: memory).get(.storeViews)
        #expect(store.requests.count == tried.count + 1)
    }

    @Test func noOtherErrorLeadsToAnotherPath() async throws {
        for answer in [
            LoopbackStore.Answer(500, "{}"), .init(401, "{}"), .init(403, ""), .init(503, ""),
            .init("<html>"),
        ] {
            let store = try LoopbackStore { _ in answer }
            defer { store.close() }
            await #expect(throws: AdobeError.self) { try await StoreWalk.client(store).get(.storeViews) }
            #expect(Set(store.requests.map(\.path)) == ["/rest/default/V1/store/storeViews"])
        }
        let store = try LoopbackStore { _ in Self.noRoute }
        defer { store.close() }
        let error = await #expect(throws: AdobeError.self) {
            try await StoreWalk.client(store).get(.storeViews)
        }
        #expect(error?.cause == .noSuchRoute && store.requests.count == 3)
    }

    /// A view that is taken away while the process runs.
    @Test func aPathThatNoLongerWorksIsReplaced() async throws {
        let works = Mutex("/rest/default/V1/")
        let store = try LoopbackStore { request in
            request.path.hasPrefix(works.withLock { $0 }) ? .init("[]") : Self.noRoute
        }
        defer { store.close() }
        let client = try StoreWalk.client(store)
        _ = try await client.get(.storeViews)
        works.withLock { $0 = "/rest/V1/" }
        _ = try await client.get(.storeViews)
        _ = try await client.get(.storeViews)
        #expect(store.requests.count == 4)
    }

    @Test func pageSizesAreKeptBetweenClients() async throws {
        let table = SimpleTable(rows: (1...60).map { .init(id: $0, updated: "2026-02-01 00:00:00") })
        let store = try LoopbackStore { request in
            let size = Int(request.query["searchCriteria[pageSize]"] ?? "") ?? 0
            return size > 30 ? .init(504, "") : table.answer(request)
        }
        defer { store.close() }
        let memory = StoreMemory()
        for _ in 0..<2 {
            let client = try StoreWalk.client(store, memory: memory)
            #expect(try await StoreWalk.changes(with: client, pageSize: 100).rows.count == 60)
        }
        let sizes = store.requests.compactMap { Int($0.query["searchCriteria[pageSize]"] ?? "") }
        #expect(sizes.filter { $0 > 30 }.count == 1)
    }
}
