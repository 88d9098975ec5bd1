import Foundation
import Synchronization
import Testing

@testable import AdobeCommerce

/// A row that the store cannot print is set aside alone, and only while the store prints others.
@Suite(.timeLimit(.minutes(3))) struct CarefulReadingTests {
    private func table(_ count: Int, bad: [Int], isDeadly: Bool = false) -> SimpleTable {
        var table = SimpleTable(
            rows: (1...count).map { .init(id: $0, updated: "2026-02-01 00:00:0\($0 % 3)") }
        )
        for position in bad {
            table.rows[position].isDamaged = !isDeadly
            table.rows[position].isDeadly = isDeadly
        }
        return table
    }

    private func check(_ table: SimpleTable, tries: Int = 1, pageSize: Int = 100) async throws {
        let store = try LoopbackStore { table.answer($0) }
        defer { store.close() }
        let read = try await StoreWalk.changes(of: store, tries: tries, pageSize: pageSize)
        let bad = table.rows.filter { $0.isDamaged || $0.isDeadly }.map { Int64($0.id) }
        #expect(read.unreadable.compactMap { $0 }.sorted() == bad)
        #expect(read.rows.sorted() == table.rows.map { Int64($0.id) }.filter { !bad.contains($0) })
    }

    /// Where in a table of how many rows the bad one is.
    @Test(
        arguments: [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2), (12, 0), (12, 11)],
        [false, true]
    )
    func theOneBadRowIsSetAsideInSmallStoresToo(_ place: (Int, Int), _ isDeadly: Bool) async throws {
        try await check(table(place.0, bad: [place.1], isDeadly: isDeadly))
    }

    @Test(arguments: SimpleTable.Failure.allCases)
    func howeverTheRowFails(_ failure: SimpleTable.Failure) async throws {
        var table = table(9, bad: [3])
        table.failure = failure
        try await check(table, tries: 2)
    }

    @Test func aStoreThatIgnoresFieldsIsSearched() async throws {
        var table = table(9, bad: [4])
        table.ignoresFields = true
        try await check(table, pageSize: 4)
    }

    /// Where no row at all can be printed, none is set aside.
    @Test(arguments: [false, true]) func aStoreThatPrintsNothingKeepsItsRows(_ isDeadly: Bool) async throws {
        let table = table(3, bad: [0, 1, 2], isDeadly: isDeadly)
        let store = try LoopbackStore { table.answer($0) }
        defer { store.close() }
        let error = await #expect(throws: AdobeError.self) {
            try await StoreWalk.changes(of: store, pageSize: 100)
        }
        #expect(error?.cause == .serverError(reportID: "webapi-1"))
    }

    /// From the n-th request on, for so many, the store fails at everything: nothing that is well is set aside.
    @Test(arguments: [3, 4, 20, 40, 60, 64, 66, 68, 70], [1, 5, 1000])
    func anOutageWhileSearchingSetsNothingElseAside(_ first: Int, _ length: Int) async throws {
        let table = table(6, bad: [2], isDeadly: true)
        let count = Mutex(0)
        let store = try LoopbackStore { request in
            let number = count.withLock { count in
                count += 1
                return count
            }
            let isDown = (first..<first + length).contains(number)
            return isDown ? .init(500, #"{"message":"Report ID: webapi-2"}"#) : table.answer(request)
        }
        defer { store.close() }
        let client = try StoreWalk.client(store)
        var (cursor, unreadable): (Cursor, [Int64?]) = (.beginning, [])
        for _ in 0..<6 {
            let page = try? await client.changed(.orders, after: cursor, upTo: StoreWalk.end, pageSize: 3)
            guard let page else { break }
            unreadable += page.unreadable.map(\.entityID)
            cursor = page.nextCursor
            if page.isLast { break }
        }
        #expect(unreadable.allSatisfy { $0 == 3 })
    }

    /// Every request fails for a passing reason when it is first made.
    @Test(arguments: [429, 503, 0]) func passingFailuresDoNotEndTheSearch(_ status: Int) async throws {
        let table = table(9, bad: [4], isDeadly: true)
        let seen = Mutex<Set<String>>([])
        let store = try LoopbackStore { request in
            guard seen.withLock({ $0.insert(request.target).inserted }) else { return table.answer(request) }
            return status == 0 ? nil : .init(status, "", ["Retry-After": "0"])
        }
        defer { store.close() }
        let read = try await StoreWalk.changes(of: store, tries: 3, pageSize: 100)
        #expect(read.unreadable == [5] && read.rows.count == 8)
    }

    /// What was read before the store went away is not thrown away.
    @Test func whatWasReadBeforeAnErrorIsReturned() async throws {
        let table = SimpleTable(
            rows: (1...8).map { .init(id: $0, updated: "2026-02-01 00:00:00", isDamaged: $0 == 6) }
        )
        let hasFailed = Mutex(false)
        let store = try LoopbackStore { request in
            if hasFailed.withLock({ $0 }) { return .init(503, "<html>") }
            if request.query["searchCriteria[filter_groups][1][filters][1][value]"] == "5" {
                hasFailed.withLock { $0 = true }
            }
            return table.answer(request)
        }
        defer { store.close() }
        let client = try StoreWalk.client(store)
        let page = try await client.changed(.orders, after: .beginning, upTo: StoreWalk.end, pageSize: 8)
        #expect(page.rows.map(\.entityID) == [1, 2, 3, 4, 5] && page.unreadable.isEmpty && !page.isLast)
        #expect(page.nextCursor.entityID == 5)
    }

    @Test func aStoreThatIsDownIsAskedOnceMore() async throws {
        let store = try LoopbackStore { _ in nil }
        defer { store.close() }
        await #expect(throws: AdobeError.self) { try await StoreWalk.changes(of: store, pageSize: 100) }
        #expect(store.requests.count == 2)
        #expect(store.requests.last?.query["searchCriteria[filter_groups][0][filters][0][value]"] == "0")
    }
}
