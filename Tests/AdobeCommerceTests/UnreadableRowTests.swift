import Foundation
import Testing

@testable import AdobeCommerce

/// Rows that the store prints and we cannot read do not keep the others from being read.
@Suite(.timeLimit(.minutes(3))) struct UnreadableRowTests {
    private static let table = SimpleTable(
        rows: (1...30).map {
            .init(
                id: $0,
                updated: "2026-02-01 00:00:0\($0 / 4)",
                created: $0 % 5 == 0 ? "0000-00-00 00:00:00" : "2026-01-01 00:00:00"
            )
        }
    )

    @Test(arguments: [1, 2, 7, 100]) func absurdRowsAreReadPast(_ pageSize: Int) async throws {
        let store = try LoopbackStore { Self.table.answer($0) }
        defer { store.close() }
        let read = try await StoreWalk.changes(of: store, pageSize: pageSize)
        #expect(read.unreadable == [5, 10, 15, 20, 25, 30] && read.rows.count == 24)
    }

    @Test(arguments: [[5], [4, 5, 6], [10, 15, 20], [5, 99], [99]] as [[Int64]])
    func lookUpsReturnThemAndEnd(_ ids: [Int64]) async throws {
        let store = try LoopbackStore { Self.table.answer($0) }
        defer { store.close() }
        let found = try await StoreWalk.client(store).lookUp(.orders, ids: ids)
        #expect(found.unreadable.map(\.entityID) == ids.filter { $0 % 5 == 0 && $0 <= 30 })
        #expect(found.rows.map(\.entityID) == ids.filter { $0 % 5 != 0 && $0 <= 30 })
        #expect(store.requests.count <= 2)
    }

    @Test func findingByNumberTellsThereFromReadable() async throws {
        let store = try LoopbackStore { Self.table.answer($0) }
        defer { store.close() }
        let client = try StoreWalk.client(store)
        let found = try await client.find(.orders, numbered: ["5", "6"])
        #expect(found.rows.map(\.entityID) == [6] && found.unreadable.map(\.entityID) == [5])
        let none = try await client.find(.customers, numbered: ["no number"])
        #expect(none.rows.isEmpty && none.unreadable.isEmpty && store.requests.count == 1)
    }

    /// So many rows at the beginning do not say where they are.
    @Test(arguments: [(1, 1), (3, 2), (5, 1), (60, 4)])
    func moreRowsAreAskedForUntilOneSaysWhereItIs(_ astray: Int, _ pageSize: Int) async throws {
        let store = try LoopbackStore { request in
            let size = Int(request.query["searchCriteria[pageSize]"] ?? "") ?? 0
            let isFirst = request.query["searchCriteria[filter_groups][1][filters][1][value]"] == "0"
            guard isFirst else { return .init(#"{"items":[]}"#) }
            let row =
                #"{"entity_id":7,"updated_at":"2026-02-01 00:00:00","created_at":"2026-02-01 00:00:00"}"#
            let rows = (Array(repeating: #"{"x":1}"#, count: astray) + [row]).prefix(size)
            return .init(#"{"items":[\#(rows.joined(separator: ","))]}"#)
        }
        defer { store.close() }
        let read = try await StoreWalk.changes(of: store, pageSize: pageSize)
        #expect(read.rows == [7] && read.unreadable.count == astray)
    }

    /// A thousand rows without a place are enough, and a store's own limit is kept to.
    @Test(arguments: [(nil, 1000), (300, 300), (2, 2)] as [(Int?, Int)])
    func aStoreWhoseRowsNeverSayWhereTheyAreIsAnError(_ limit: Int?, _ largest: Int) async throws {
        let store = try LoopbackStore { request in
            let size = Int(request.query["searchCriteria[pageSize]"] ?? "") ?? 0
            if let limit, size > limit {
                return .init(400, #"{"message":"Maximum SearchCriteria pageSize is \#(limit)"}"#)
            }
            return .init(
                #"{"items":[\#(Array(repeating: #"{"x":1}"#, count: size).joined(separator: ","))]}"#
            )
        }
        defer { store.close() }
        let error = await #expect(throws: AdobeError.self) {
            try await StoreWalk.changes(of: store, pageSize: 2)
        }
        #expect(error?.cause == .pageDoesNotAdvance && store.requests.count <= 12)
        let sizes = store.requests.compactMap { Int($0.query["searchCriteria[pageSize]"] ?? "") }
        #expect(sizes.filter { $0 <= limit ?? 1000 }.max() == largest)
    }

    @Test(arguments: [7, 20, 100]) func aStoreThatCapsPagesWithoutAWordLosesNothing(_ pageSize: Int)
        async throws
    {
        var table = Self.table
        table.cap = 7
        let store = try LoopbackStore { [table] in table.answer($0) }
        defer { store.close() }
        let read = try await StoreWalk.changes(of: store, pageSize: pageSize)
        #expect(read.rows.count + read.unreadable.count == 30)
    }
}
