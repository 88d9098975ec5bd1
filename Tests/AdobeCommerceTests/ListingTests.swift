import Accounting
import ExactJSON
import Foundation
import Testing

@testable import AdobeCommerce

@Suite struct ListingTests {
    private func time(_ text: String) throws -> Date { try #require(UTCTime.date(adobe: text)) }

    private func pairs(_ criteria: SearchCriteria) -> [String] {
        criteria.query.pairs.map { "\($0.name.replacing("searchCriteria", with: ""))=\($0.value)" }
    }

    @Test func changesAreReadByKeyset() throws {
        let listing = Listing(
            .orders,
            .byChange,
            [.changed(upTo: try time("2026-03-01 12:00:00"))],
            after: Cursor(updatedAt: try time("2026-03-01 10:00:00"), entityID: 1001)
        )
        #expect(
            pairs(listing.criteria(pageSize: 50)) == [
                "[filter_groups][0][filters][0][field]=updated_at",
                "[filter_groups][0][filters][0][value]=2026-03-01 10:00:00",
                "[filter_groups][0][filters][0][condition_type]=gteq",
                "[filter_groups][1][filters][0][field]=updated_at",
                "[filter_groups][1][filters][0][value]=2026-03-01 10:00:00",
                "[filter_groups][1][filters][0][condition_type]=gt",
                "[filter_groups][1][filters][1][field]=entity_id",
                "[filter_groups][1][filters][1][value]=1001",
                "[filter_groups][1][filters][1][condition_type]=gt",
                "[filter_groups][2][filters][0][field]=updated_at",
                "[filter_groups][2][filters][0][value]=2026-03-01 12:00:00",
                "[filter_groups][2][filters][0][condition_type]=lteq",
                "[sortOrders][0][field]=updated_at", "[sortOrders][0][direction]=ASC",
                "[sortOrders][1][field]=entity_id", "[sortOrders][1][direction]=ASC",
                "[pageSize]=50", "[currentPage]=1",
            ]
        )
    }

    @Test func backfillsAreReadByIdentifier() throws {
        let range: [SearchCriteria.Filter] = [
            .created(from: try time("2026-01-01 00:00:00")),
            .created(before: try time("2026-02-01 00:00:00")),
        ]
        let listing = Listing(
            .customers,
            .byIdentifier,
            range,
            after: Cursor(updatedAt: .distantPast, entityID: 9)
        )
        #expect(
            pairs(listing.criteria(pageSize: 0)) == [
                "[filter_groups][0][filters][0][field]=created_at",
                "[filter_groups][0][filters][0][value]=2026-01-01 00:00:00",
                "[filter_groups][0][filters][0][condition_type]=gteq",
                "[filter_groups][1][filters][0][field]=created_at",
                "[filter_groups][1][filters][0][value]=2026-02-01 00:00:00",
                "[filter_groups][1][filters][0][condition_type]=lt",
                "[filter_groups][2][filters][0][field]=entity_id",
                "[filter_groups][2][filters][0][value]=9",
                "[filter_groups][2][filters][0][condition_type]=gt",
                "[sortOrders][0][field]=entity_id", "[sortOrders][0][direction]=ASC",
                "[pageSize]=1", "[currentPage]=1",
            ]
        )
    }

    /// Web servers stop at 8 kB for the request line.
    @Test func theLongestRequestFitsAWebServer() throws {
        var query = Listing(.orders, .byChange, [.changed(upTo: .now)], after: .beginning).criteria(
            pageSize: 100
        ).query
        query["fields"] = "items[\(Projection.order.fields),updated_at],total_count"
        #expect(query.text.utf8.count < 7000)
        let allowed = Set("abcdefghijklmnopqrstuvwxyz_[],")
        #expect(
            allowed.isSuperset(of: Projection.order.fields)
                && allowed.isSuperset(of: Projection.customer.fields)
        )
        #expect(
            Projection.customer.fields.hasPrefix("id,group_id")
                && !Projection.customer.fields.contains("entity_id")
        )
    }

    private func page(_ body: String, after id: Int64 = 0, size: Int = 3) throws(AdobeError) -> Page {
        let listing = Listing(
            .orders,
            .byChange,
            [],
            after: Cursor(updatedAt: Date(timeIntervalSince1970: 0), entityID: id)
        )
        guard let json = try? JSON(parsing: body) else { throw AdobeError(.damaged(.malformed)) }
        return try ListingReading(listing: listing, pageSize: size).page(
            AdobeAnswer(json: json, serverTime: nil)
        )
    }

    private func row(_ id: Int, _ second: Int, _ more: String = "") -> String {
        #"{"entity_id":\#(id),"updated_at":"2026-01-01 00:00:0\#(second)","created_at":"2026-01-01 00:00:00"\#(more)}"#
    }

    @Test(
        arguments: [
            "[]", #"{"items":[]}"#, #"{"items":null}"#, #"{"items":[],"total_count":9}"#, #"{"items":{}}"#,
            #"{"total_count":0,"search_criteria":[]}"#,
        ]
    )
    func anEmptyPageIsTheLast(_ body: String) throws {
        let page = try page(body, after: 4)
        #expect(page.isLast && page.rows.isEmpty && page.nextCursor.entityID == 4)
    }

    @Test(
        arguments: [
            "null", "{}", "5", #"{"items":{"message":"x"}}"#, #"[{"entity_id":1}]"#, #"{"message":"x"}"#,
            #"{"items":"x"}"#, #"{"total_count":5}"#, #"{"total_count":null}"#,
        ]
    )
    func whatIsNoListingIsDamage(_ body: String) {
        #expect(throws: AdobeError(.damaged(.unexpectedShape), resource: .orders)) { try page(body) }
    }

    @Test func aListWithHolesIsAList() throws {
        let page = try page(#"{"items":{"0":\#(row(1, 1)),"3":\#(row(2, 2))}}"#)
        #expect(page.rows.map(\.entityID) == [1, 2] && page.isLast)
    }

    /// Rows on the page, `total_count`, and whether reading ends there: the page size is 3.
    @Test(
        arguments: [
            (2, nil, true), (2, "2", true), (2, "1", true), (2, "5", false), (2, "\"5\"", false),
            (2, "\"many\"", true), (3, "3", false), (3, nil, false), (4, "4", false), (0, "7", true),
        ] as [(Int, String?, Bool)]
    )
    func aShortPageIsTheLastUnlessTheStoreCountsMore(_ rows: Int, _ total: String?, _ isLast: Bool) throws {
        let items = (0..<rows).map { row($0 + 1, 1) }.joined(separator: ",")
        let count = total.map { #","total_count":\#($0)"# } ?? ""
        #expect(try page(#"{"items":[\#(items)]\#(count)}"#).isLast == isLast)
    }

    @Test func unreadableRowsAreSetAsideAndTheRestGoesOn() throws {
        let rows = [
            row(1, 1), #"{"sku":"x"}"#, #"{"entity_id":2,"updated_at":"never"}"#, "5",
            row(3, 2, #","store_id":"2""#),
            #"{"entity_id":4,"updated_at":"2026-01-01 00:00:02","created_at":"0000-00-00 00:00:00"}"#,
        ]
        let page = try page(#"{"items":[\#(rows.joined(separator: ","))]}"#, size: 6)
        #expect(page.rows.map(\.entityID) == [1, 3] && page.rows[1].storeID == 2)
        #expect(Set(page.unreadable.map(\.entityID)) == [nil, 2, 4] && page.unreadable.count == 4)
        #expect(
            page.unreadable.contains { $0.failure.reason.contains("$.items[2].updated_at is not a time") }
        )
        #expect(!page.isLast && page.nextCursor.entityID == 4)
    }

    /// What is known of an unreadable row moves the cursor; by id, the id alone does.
    @Test func unreadableRowsThatSayWhereTheyAreAreReadPast() throws {
        let rows = (1...3).map { #"{"entity_id":\#($0),"updated_at":"2026-01-01 00:00:0\#($0)"}"# }
        let body = #"{"items":[\#(rows.joined(separator: ","))]}"#
        let changes = try page(body)
        #expect(changes.rows.isEmpty && changes.unreadable.count == 3 && changes.nextCursor.entityID == 3)
        #expect(UTCTime.adobeText(changes.nextCursor.updatedAt) == "2026-01-01 00:00:03")
        let listing = Listing(.orders, .byIdentifier, [], after: .beginning)
        let json = try JSON(parsing: #"{"items":[{"entity_id":7},{"entity_id":"9"}]}"#)
        let byID = try ListingReading(listing: listing, pageSize: 2).page(.init(json: json, serverTime: nil))
        #expect(byID.nextCursor.entityID == 9 && !byID.isLast && byID.unreadable.map(\.entityID) == [7, 9])
        #expect(throws: AdobeError(.pageOutOfOrder, resource: .orders)) {
            try page(#"{"items":[\#(rows.reversed().joined(separator: ","))]}"#)
        }
    }

    /// 2^53 and more has been through a binary number somewhere.
    @Test(arguments: ["9007199254740992", "9223372036854775807", "-9223372036854775808", "1e18", "\"x\""])
    func absurdIdsAreUnreadableAndNoPlace(_ id: String) throws {
        let row =
            #"{"entity_id":\#(id),"updated_at":"2026-01-01 00:00:01","created_at":"2026-01-01 00:00:00"}"#
        let page = try page(#"{"items":[\#(row)]}"#)
        #expect(page.unreadable.map(\.entityID) == [nil] && page.nextCursor.entityID == 0)
    }

    @Test func aPageThatGoesNowhereIsAnError() throws {
        let unreadable = #"{"items":[{"a":1},{"a":2},{"a":3}]}"#
        #expect(throws: AdobeError(.pageDoesNotAdvance, resource: .orders)) { try page(unreadable) }
        #expect(try page(unreadable, size: 4).unreadable.count == 3)
        let repeated = #"{"items":[\#(row(1, 0))]}"#
        #expect(throws: AdobeError(.pageOutOfOrder, resource: .orders)) {
            let listing = Listing(
                .orders,
                .byChange,
                [],
                after: Cursor(updatedAt: try time("2026-01-01 00:00:00"), entityID: 1)
            )
            let answer = AdobeAnswer(json: try JSON(parsing: repeated), serverTime: nil)
            _ = try ListingReading(listing: listing, pageSize: 3).page(answer)
        }
    }

    @Test func anUnsortedPageIsAnError() {
        for rows in [[row(1, 2), row(2, 1)], [row(1, 1), row(2, 2), row(1, 1)]] {
            #expect(throws: AdobeError(.pageOutOfOrder, resource: .orders)) {
                try page(#"{"items":[\#(rows.joined(separator: ","))]}"#)
            }
        }
    }

    @Test func aRowPrintedTwiceInARowCountsOnce() throws {
        let page = try page(#"{"items":[\#(row(1, 1)),\#(row(1, 1)),\#(row(2, 1))]}"#)
        #expect(page.rows.map(\.entityID) == [1, 2] && !page.isLast)
    }

    /// Some databases know no order among equal times. What may go on behind the page is left to the next one.
    @Test func rowsOfOneSecondAreSortedHere() throws {
        let rows = [row(3, 1), row(2, 1), row(9, 2), row(8, 2)].joined(separator: ",")
        let short = try page(#"{"items":[\#(rows)]}"#, size: 5)
        #expect(short.rows.map(\.entityID) == [2, 3, 8, 9] && short.nextCursor.entityID == 9)
        let full = try page(#"{"items":[\#(rows)]}"#, size: 4)
        #expect(full.rows.map(\.entityID) == [2, 3] && full.nextCursor.entityID == 3 && !full.isLast)
        #expect(throws: AdobeError(.pageOutOfOrder, resource: .orders)) {
            try page(#"{"items":[\#(row(3, 1)),\#(row(2, 1))]}"#, size: 2)
        }
        let sorted = try page(#"{"items":[\#(row(2, 1)),\#(row(3, 1))]}"#, size: 2)
        #expect(sorted.rows.count == 2)
    }

    /// A store that ignores a group of filters.
    @Test func rowsBeyondTheEndAreLeftOutAndEndThePage() throws {
        let json = try JSON(parsing: #"{"items":[\#(row(1, 1)),\#(row(2, 5)),\#(row(3, 6))]}"#)
        for (end, ids) in [("2026-01-01 00:00:05", [1, 2]), ("2026-01-01 00:00:00", [])]
            as [(String, [Int64])]
        {
            let listing = Listing.changes(.orders, after: .beginning, upTo: try time(end))
            let page = try ListingReading(listing: listing, pageSize: 3).page(
                .init(json: json, serverTime: nil)
            )
            #expect(page.rows.map(\.entityID) == ids && page.isLast)
            #expect(page.nextCursor.entityID == ids.last ?? 0)
        }
    }
}
