import Accounting
import ExactJSON
import Foundation
import HTTPClient
import Synchronization
import Testing

@testable import AdobeCommerce

@Suite(.timeLimit(.minutes(3))) struct PagingTests {
    private let bound = Date(timeIntervalSince1970: 1_798_761_599)  // 2026-12-31 23:59:59

    private func client(_ store: LoopbackStore) throws -> AdobeClient { try StoreWalk.client(store) }

    /// Reads to the end; more pages than there can be are an endless loop.
    private func walk(
        _ next: (Cursor) async throws -> Page,
        from start: Cursor = .beginning
    ) async throws -> (rows: [Int64], unreadable: [Int64?], pages: Int) {
        var cursor = start
        var (rows, unreadable): ([Int64], [Int64?]) = ([], [])
        for pages in 1...200 {
            let page = try await next(cursor)
            rows += page.rows.map(\.entityID)
            unreadable += page.unreadable.map(\.entityID)
            cursor = page.nextCursor
            if page.isLast { return (rows, unreadable, pages) }
        }
        Issue.record("does not end")
        return (rows, unreadable, 0)
    }

    private func walkChanges(_ store: LoopbackStore, pageSize: Int) async throws -> (
        rows: [Int64], unreadable: [Int64?], pages: Int
    ) {
        let client = try client(store)
        return try await walk {
            try await client.changed(.orders, after: $0, upTo: bound, pageSize: pageSize)
        }
    }

    /// Ids in no order of time, up to nine rows in the same second.
    private static let table = SimpleTable(
        rows: (1...60).map { .init(id: $0 * 37 % 61, updated: "2026-02-01 00:00:0\($0 / 9)") }
    )

    @Test(arguments: [1, 2, 7, 59, 60, 61, 100])
    func everyRowIsReadOnceInOrder(_ pageSize: Int) async throws {
        let store = try LoopbackStore { Self.table.answer($0) }
        defer { store.close() }
        let read = try await walkChanges(store, pageSize: pageSize)
        let expected = Self.table.rows.sorted { ($0.updated, $0.id) < ($1.updated, $1.id) }.map {
            Int64($0.id)
        }
        #expect(read.rows == expected && read.unreadable.isEmpty && read.pages == 60 / pageSize + 1)
        #expect(store.requests.allSatisfy { $0.query["searchCriteria[currentPage]"] == "1" })
    }

    /// Rows that move to the end while the listing is read are read again there, and no other row is lost.
    @Test func rowsThatMoveWhileReadingLoseNothing() async throws {
        let table = Mutex(Self.table)
        let store = try LoopbackStore { request in
            table.withLock { table in
                let answer = table.answer(request)
                if let moving = table.rows.firstIndex(where: { $0.updated < "2026-02-01 00:00:05" }) {
                    table.rows[moving].updated = "2026-03-01 00:00:00"
                }
                return answer
            }
        }
        defer { store.close() }
        let read = try await walkChanges(store, pageSize: 5)
        #expect(Set(read.rows) == Set((1...60).map(Int64.init)))
    }

    @Test func backfillsGoByIdentifierWithinTheirRange() async throws {
        let table = SimpleTable(
            rows: (1...30).map {
                .init(
                    id: $0,
                    updated: "2026-06-01 00:00:00",
                    created: "2026-01-\($0 < 10 ? "0" : "")\($0) 00:00:00"
                )
            }
        )
        let store = try LoopbackStore { table.answer($0) }
        defer { store.close() }
        let client = try client(store)
        let from = try #require(UTCTime.date(adobe: "2026-01-05 00:00:00"))
        let to = try #require(UTCTime.date(adobe: "2026-01-20 00:00:00"))
        let read = try await walk {
            try await client.listed(
                .orders,
                createdFrom: from,
                createdBefore: to,
                after: $0.entityID,
                pageSize: 4
            )
        }
        #expect(read.rows == Array(5...19))
    }

    /// One text the store cannot encode fails whole pages; only its row is left out, and said.
    @Test(arguments: [1, 4, 100]) func onlyTheDamagedRowIsLeftOut(_ pageSize: Int) async throws {
        var table = Self.table
        for position in [0, 20, 21, 59] { table.rows[position].isDamaged = true }
        let store = try LoopbackStore { [table] in table.answer($0) }
        defer { store.close() }
        let read = try await walkChanges(store, pageSize: pageSize)
        let damaged = Set(table.rows.filter(\.isDamaged).map { Int64($0.id) })
        #expect(Set(read.unreadable.compactMap { $0 }) == damaged && read.unreadable.count == 4)
        #expect(read.rows.count == 56 && Set(read.rows).isDisjoint(with: damaged))
    }

    @Test func aBrokenStoreIsNotSkippedRowByRow() async throws {
        let store = try LoopbackStore { _ in .init(500, #"{"message":"Internal Error. Report ID: webapi-9"}"#)
        }
        defer { store.close() }
        let error = await #expect(throws: AdobeError.self) { try await walkChanges(store, pageSize: 100) }
        #expect(error?.cause == .serverError(reportID: "webapi-9") && store.requests.count == 2)
    }

    /// A store that gives up on large pages is asked for smaller ones; one that gives up on all is left alone.
    @Test(arguments: [(30, 60), (3, 60), (0, nil)] as [(Int, Int?)])
    func aSlowStoreIsAskedForLess(_ limit: Int, _ rows: Int?) async throws {
        let store = try LoopbackStore { request in
            let size = Int(request.query["searchCriteria[pageSize]"] ?? "") ?? 0
            return size > limit ? .init(504, "<html>") : Self.table.answer(request)
        }
        defer { store.close() }
        if let rows {
            #expect(try await walkChanges(store, pageSize: 100).rows.count == rows)
        } else {
            let error = await #expect(throws: AdobeError.self) { try await walkChanges(store, pageSize: 100) }
            #expect(error?.cause == .gateway && store.requests.count == 4)
        }
    }

    @Test func aStoreThatLimitsPagesIsAskedForLess() async throws {
        let store = try LoopbackStore { request in
            let size = Int(request.query["searchCriteria[pageSize]"] ?? "") ?? 0
            let refusal = #"{"message":"Maximum SearchCriteria pageSize is %max","parameters":{"max":25}}"#
            return size > 25 ? .init(400, refusal) : Self.table.answer(request)
        }
        defer { store.close() }
        #expect(try await walkChanges(store, pageSize: 100).rows.count == 60)
    }

    /// An old store that ignores the filters and repeats itself ends in an error, not in a loop.
    @Test func aStoreThatRepeatsItselfIsAnError() async throws {
        let row = #"{"entity_id":5,"updated_at":"2026-02-01 00:00:00","created_at":"2026-02-01 00:00:00"}"#
        let store = try LoopbackStore { _ in .init(#"{"items":[\#(row)]}"#) }
        defer { store.close() }
        let error = await #expect(throws: AdobeError.self) { try await walkChanges(store, pageSize: 1) }
        #expect(error?.cause == .pageOutOfOrder && store.requests.count == 2)
    }

    @Test func customersAreAskedForByTheirOwnNames() async throws {
        let row =
            #"{"id":5,"email":"a@example.com","store_id":2,"updated_at":"2026-02-01 00:00:00","created_at":"2026-02-01 00:00:00","dob":"x"}"#
        let store = try LoopbackStore { _ in .init(#"{"items":[\#(row)]}"#) }
        defer { store.close() }
        let page = try await client(store).changed(.customers, after: .beginning, upTo: bound, pageSize: 10)
        let customer = try #require(page.rows.first)
        #expect(customer.entityID == 5 && customer.storeID == 2 && customer.incrementID == nil && page.isLast)
        #expect(
            customer.source.text
                == #"{"id":5,"store_id":2,"email":"a@example.com","created_at":"2026-02-01 00:00:00"}"#
        )
        #expect(
            try StoreCustomer(adobe: customer.source, storeViewCode: "x", updatedAt: customer.updatedAt).email
                == "a@example.com"
        )
        let query = try #require(store.requests.first).query
        #expect(
            query["fields"]?.hasPrefix("items[id,") == true
                && query["fields"]?.hasSuffix(",updated_at],total_count") == true
        )
        #expect(query["searchCriteria[filter_groups][1][filters][1][field]"] == "entity_id")
    }

    @Test func cancellingEndsTheRead() async throws {
        let release = DispatchSemaphore(value: 0)
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let store = try LoopbackStore { _ in
            arrived.yield()
            release.wait()
            return nil
        }
        defer { store.close() }
        let task = Task { try await walkChanges(store, pageSize: 10) }
        for await _ in arrivals { break }
        task.cancel()
        let error = await #expect(throws: AdobeError.self) { try await task.value }
        release.signal()
        #expect(error?.cause == .transport(.cancelled))
    }
}
