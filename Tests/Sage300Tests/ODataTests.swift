import Accounting
import Foundation
import Testing

@testable import Sage300

struct ODataTests {
    @Test func anEmptyQueryIsNothing() { #expect(ODataQuery().text() == "") }

    @Test func everyOption() {
        let query = ODataQuery(
            filter: .equals("CustomerNumber", "W1"),
            select: ["BatchNumber", "BatchStatus"],
            top: 5,
            skip: 100
        )
        #expect(
            query.text()
                == "?$filter=CustomerNumber%20eq%20%27W1%27&$select=BatchNumber,BatchStatus&$top=5&$skip=100"
        )
    }

    @Test(arguments: [
        ("O'NEIL", "'O''NEIL'"), ("''", "''''''"), ("", "''"), ("a' or 'a' eq 'a", "'a'' or ''a'' eq ''a'"),
    ])
    func quotesAreDoubled(_ value: String, _ literal: String) {
        #expect(ODataLiteral.quoted(value) == literal)
        #expect(ODataFilter.equals("F", value).text(in: .v4) == "F eq \(literal)")
    }

    @Test(arguments: [
        ("a+b&c=d?e#f/g%h", "a%2Bb%26c%3Dd%3Fe%23f%2Fg%25h"), ("é😀", "%C3%A9%F0%9F%98%80"),
        ("a-b_c.d~e", "a-b_c.d~e"),
        ("\n\0", "%0A%00"),
    ])
    func everythingReservedIsEncoded(_ text: String, _ encoded: String) {
        #expect(PercentEncoding.encode(text) == encoded)
    }

    @Test func conditionsAreJoined() {
        let filter = ODataFilter.startsWith("Description", "MLC 1/") && .equals("BatchStatus", "Open")
        #expect(filter.text(in: .v4) == "startswith(Description,'MLC 1/') and BatchStatus eq 'Open'")
    }

    @Test(arguments: [
        (ODataLiteral.text("Open"), "'Open'", "'Open'"),
        (.number(Decimal(sign: .minus, exponent: -2, significand: 100_005)), "-1000.05", "-1000.05"),
        (.number(0), "0", "0"),
    ])
    func literals(_ literal: ODataLiteral, _ new: String, _ old: String) {
        #expect(literal.text(in: .v4) == new)
        #expect(literal.text(in: .v3) == old)
    }

    @Test func days() throws {
        let day = ODataLiteral.day(try #require(CalendarDate("2026-11-30")))
        #expect(day.text(in: .v4) == "2026-11-30T00:00:00Z")
        #expect(day.text(in: .v3) == "datetime'2026-11-30T00:00:00'")
        let filter = ODataFilter.equals("A", "x") && .compare("D", .atLeast, day)
        #expect(filter.namesDay && !ODataFilter.equals("D", "2026-11-30").namesDay)
    }

    @Test(arguments: [
        (ODataFilter.Relation.equals, "eq"), (.differs, "ne"), (.above, "gt"), (.atLeast, "ge"),
        (.below, "lt"),
        (.atMost, "le"),
    ])
    func relations(_ relation: ODataFilter.Relation, _ word: String) {
        #expect(ODataFilter.compare("F", relation, .number(1)).text(in: .v4) == "F \(word) 1")
    }

    @Test func orIsBracketedWithinAndAlone() {
        let (a, b, c) = (
            ODataFilter.equals("A", "1"), ODataFilter.equals("B", "2"), ODataFilter.equals("C", "3")
        )
        #expect(((a || b) && c).text(in: .v4) == "(A eq '1' or B eq '2') and C eq '3'")
        #expect((a || (b && c)).text(in: .v4) == "A eq '1' or B eq '2' and C eq '3'")
        #expect(((a || b) || c).text(in: .v4) == "A eq '1' or B eq '2' or C eq '3'")
        #expect((a && b && c).text(in: .v4) == "A eq '1' and B eq '2' and C eq '3'")
        #expect(ODataFilter.any(of: [])?.text(in: .v4) == nil)
        #expect(ODataFilter.any(of: [a])?.text(in: .v4) == "A eq '1'")
    }

    /// What IIS would refuse is never sent; a single condition is sent however long it is.
    @Test func aBulkConditionIsCut() {
        let conditions = (1...100).map { ODataFilter.equals("DocumentNumber", "US\(100_000_000 + $0)") }
        let (query, count) = ODataQuery.any(of: conditions[...], select: ["DocumentNumber"], most: 90)
        #expect((2..<90).contains(count))
        #expect(query.text().utf8.count <= 2000)
        let (longer, _) = ODataQuery.any(
            of: conditions.prefix(count + 1),
            select: ["DocumentNumber"],
            most: 90
        )
        #expect(longer == query, "as many as fit")
        #expect(ODataQuery.any(of: conditions[...], select: [], most: 3).count == 3)
        let long = ODataFilter.equals("F", String(repeating: "x", count: 3000))
        #expect(ODataQuery.any(of: [long, long], select: [], most: 0).count == 1)
    }
}
