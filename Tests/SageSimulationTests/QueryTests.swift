import ExactJSON
import Foundation
import Testing

@testable import SageSimulation

@Suite(.timeLimit(.minutes(1)))
struct QueryTests {
    static func customers(_ count: Int) -> String {
        let rows = (1...count).map { "{number: W\($0.padded(4)), name: \($0 % 2 == 0 ? "Even" : "Odd")}" }
        return "companies: [{code: SAMINC, customers: [\(rows.joined(separator: ", "))]}]"
    }

    @Test func pagesByAHundredWithANextLink() async throws {
        try await withSimulator(Self.customers(250)) { client async throws in
            var numbers: [String] = []
            var next: String? =
                "\(client.address)/v1.0/-/SAMINC/AR/ARCustomers?$filter=startswith(CustomerNumber,'W0')"
            var pages = 0
            while let address = next {
                let page = try await client.request("GET", address, nil, headers: [:], signsOn: true)
                numbers += page.values.compactMap { $0["CustomerNumber"]?.string }
                next = page.json["@odata.nextLink"]?.string
                pages += 1
            }
            #expect(pages == 3)
            #expect(numbers == (1...250).map { "W" + $0.padded(4) })
        }
    }

    @Test func topSkipCountAndOrder() async throws {
        try await withSimulator(Self.customers(150)) { client async throws in
            let page = try await client.get(
                "AR/ARCustomers?$filter=CustomerName eq 'Even'&$orderby=CustomerNumber desc&$top=2&$skip=1&$count=true"
            )
            #expect(page.values.map { $0["CustomerNumber"] } == ["W0148", "W0146"])
            #expect(page.json["@odata.count"] == 75)
            #expect(page.json["@odata.nextLink"] == nil)
            let capped = try await client.get("AR/ARCustomers?$top=120&$select=CustomerNumber")
            #expect(capped.values.count == 100)
            let rest = try #require(capped.json["@odata.nextLink"]?.string)
            let last = try await client.request("GET", rest, nil, headers: [:], signsOn: true)
            #expect(last.values.count == 20)
            #expect(last.json["@odata.nextLink"] == nil)
            #expect(last.values.first?.object?.count == 1)
        }
    }

    @Test(arguments: [
        ("CustomerNumber eq 'W0001'", 1), ("CustomerNumber ne 'W0001'", 11),
        ("CustomerNumber gt 'W0008' and CustomerNumber le 'W0010'", 2),
        ("CustomerName eq 'Even' or CustomerNumber lt 'W0002'", 7),
        ("not (CustomerName eq 'Even') and startswith(CustomerNumber,'W')", 6),
        ("substringof('005',CustomerNumber)", 1), ("contains(CustomerNumber,'00')", 10),
        ("endswith(CustomerNumber,'0')", 1), ("length(CustomerName) gt 10", 2),
        ("Status eq 'Active' and OnHold eq 'No'", 12), ("StartDate eq null", 12),
        ("StartDate gt 2016-12-31T12:00:00Z", 0), ("StartDate gt datetime'2016-12-31T12:00:00'", 0),
        ("CreditLimitCustomerCurrency ge 0.00m", 12), ("CustomerName eq 'O''Neil'", 0),
        ("startswith(CustomerName,'Even') eq false and CustomerNumber ge 'W'", 6),
    ])
    func filters(_ filter: String, _ count: Int) async throws {
        try await withSimulator(Self.customers(10)) { client async throws in
            let answer = try await client.get("AR/ARCustomers?$filter=\(filter)")
            #expect(answer.status == 200)
            #expect(answer.values.count == count)
        }
    }

    @Test(arguments: [
        "$filter=Nickname eq 'x'", "$select=Nickname", "$filter=CustomerName eq 5", "$filter=CustomerName eq",
        "$filter=(CustomerName eq 'x'", "$filter=StartDate gt 2016-12-31", "$filter=Status eq 'Sleeping'",
        "$filter=CustomerOptionalFieldValues eq 'x'", "$top=x", "$top=1&$top=2", "$search=x",
    ])
    func refusesBadQueries(_ query: String) async throws {
        try await withSimulator { client async throws in
            let answer = try await client.get("AR/ARCustomers?\(query)")
            #expect(answer.status == 400)
            #expect(answer.code == "InvalidParameters")
        }
    }

    @Test func unknownPropertyIsNamed() async throws {
        try await withSimulator { client async throws in
            let answer = try await client.get("AR/ARPostedDocuments?$filter=X eq '1'")
            let text =
                "Could not find a property named 'X' on type 'Sage.CA.SBS.ERP.Sage300.AR.WebApi.Models.PostedDocument'."
            #expect(answer.message?.hasSuffix(text) == true)
        }
    }

    @Test(arguments: [
        ("AR/ARCustomers('WEBGUEST')", 200), ("AR/ARCustomers(WEBGUEST)", 200),
        ("ar/ARCustomers('webguest')", 200),
        ("AR/ARCustomers(CustomerNumber='WEBGUEST')", 200), ("AR/arcustomers('WEBGUEST')", 404),
        ("AR/ARCustomers('NOBODY')", 404), ("AR/ARCustomers(Number='WEBGUEST')", 400),
        ("AR/ARCustomers('A','B')", 400),
        ("AR/ARInvoiceBatches('x')", 400), ("GL/ARCustomers", 404), ("XX/ARCustomers", 404),
        ("AR/ARCustomers('A*B')", 400),
    ])
    func keysAndPaths(_ path: String, _ status: Int) async throws {
        try await withSimulator { client async throws in
            #expect(try await client.get(path).status == status)
        }
    }

    @Test func metadataDescribesTheModule() async throws {
        try await withSimulator { client async throws in
            let answer = try await client.get("AR/$metadata")
            #expect(answer.status == 200)
            #expect(answer.text.contains("<edmx:Edmx Version=\"4.0\""))
            #expect(
                answer.text.contains(
                    "<EntityType Name=\"Customer\"><Key><PropertyRef Name=\"CustomerNumber\"/>"
                )
            )
            #expect(answer.text.contains("<ComplexType Name=\"Invoice\">"))
        }
    }
}
