import Testing

@testable import Sage300

struct ODataTests {
    @Test func anEmptyQueryIsNothing() { #expect(ODataQuery().text == "") }

    @Test func everyOption() {
        let query = ODataQuery(
            filter: .equals("CustomerNumber", "W1"),
            select: ["BatchNumber", "BatchStatus"],
            top: 5,
            skip: 100
        )
        #expect(
            query.text
                == "?$filter=CustomerNumber%20eq%20%27W1%27&$select=BatchNumber,BatchStatus&$top=5&$skip=100"
        )
    }

    @Test(arguments: [
        ("O'NEIL", "'O''NEIL'"), ("''", "''''''"), ("", "''"), ("a' or 'a' eq 'a", "'a'' or ''a'' eq ''a'"),
    ])
    func quotesAreDoubled(_ value: String, _ literal: String) {
        #expect(ODataFilter.literal(value) == literal)
        #expect(ODataFilter.equals("F", value).text == "F eq \(literal)")
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
        #expect(filter.text == "startswith(Description,'MLC 1/') and BatchStatus eq 'Open'")
    }
}
