import ExactJSON
import Testing

@testable import SageSimulation

/// What the reference leaves open can be had both ways.
@Suite(.timeLimit(.minutes(1)))
struct SwitchTests {
    @Test func orIsTakenOrRefused() async throws {
        let both = "AR/ARCustomers?$filter=CustomerNumber eq 'WEBGUEST' or CustomerNumber eq 'GUESTEUR'"
        try await withSimulator { client async throws in
            let found = try await client.get(both)
            #expect(found.values.compactMap { $0["CustomerNumber"]?.string } == ["GUESTEUR", "WEBGUEST"])
            let odd = try await client.get(
                "AR/ARCustomers?$filter=CustomerNumber eq 'WEBGUEST' or CustomerName eq 'No' or GroupCode eq 'WEBEUR'"
            )
            #expect(odd.values.count == 2)
        }
        try await withSimulator("filterOr: reject") { client async throws in
            let refused = try await client.get(both)
            #expect(refused.status == 400)
            #expect(refused.json["error"]?["code"] == "InvalidParameters")
        }
    }

    @Test(arguments: [("both", 200, 200), ("v4", 200, 400), ("v3", 400, 200)])
    func dates(_ dates: String, _ newer: Int, _ older: Int) async throws {
        try await withSimulator("filterDates: \(dates)") { client async throws in
            for (literal, status) in [
                ("2026-11-30T00:00:00Z", newer), ("datetime'2026-11-30T00:00:00'", older),
            ] {
                let answer = try await client.get("AR/ARPostedDocuments?$filter=DocumentDate ge \(literal)")
                #expect(answer.status == status)
            }
        }
    }

    @Test func postingByOtherNames() async throws {
        let yaml =
            "companies: [{code: SAMINC, rules: {receivablePostNames: [BatchNumberFrom, BatchNumberTo]}}]"
        try await withSimulator(yaml) { client async throws in
            let usual = try await client.post(
                "AR/ARPostInvoices('$process')",
                ["PostAllBatches": "Donotpostallbatches", "PostBatchFrom": 1, "PostBatchTo": 1]
            )
            #expect(usual.status == 400 && usual.json["error"]?["code"] == "InvalidPayload")
            let template = try await client.post("AR/ARPostInvoices('$template')", [:])
            #expect(template.json["BatchNumberTo"] == 999_999_999)
            let other = try await client.post(
                "AR/ARPostInvoices('$process')",
                ["PostAllBatches": "Donotpostallbatches", "BatchNumberFrom": 1, "BatchNumberTo": 1]
            )
            #expect(other.status == 204)
        }
    }

    @Test func optionalFieldsHaveToBeDefined() async throws {
        let body: JSON = [
            "CustomerNumber": "W1", "GroupCode": "WEB", "CustomerName": "Jane",
            "CustomerOptionalFieldValues": [["OptionalField": "OTHER", "Value": "1"]],
        ]
        try await withSimulator("companies: [{code: SAMINC, optionalFields: [webid]}]") {
            client async throws in
            let refused = try await client.post("AR/ARCustomers", body)
            #expect(refused.status == 409 && refused.json["error"]?["code"] == "FieldInvalid")
            #expect(try await client.get("AR/ARCustomers('W1')").status == 404)
        }
        try await withSimulator { client async throws in
            #expect(try await client.post("AR/ARCustomers", body).status == 201)
        }
    }

    @Test func formattedAccounts() async throws {
        let yaml =
            "companies: [{code: SAMINC, accounts: [{code: 4000-100}, {code: \"4555\", posting: false}]}]"
        try await withSimulator(yaml) { client async throws in
            let account = try await client.get("GL/GLAccounts('4000100')")
            #expect(account.json["AccountNumber"] == "4000-100" && account.json["PostToAccount"] == "Detail")
            #expect(try await client.get("GL/GLAccounts('4555')").json["PostToAccount"] == "Prohibited")
        }
    }

    @Test func aCompanyThatCannotBeOpened() async throws {
        try await withSimulator("faults: [{on: \"* *\", kind: databaseLink, first: 1}]") {
            client async throws in
            let answer = try await client.get("AR/ARCustomers")
            #expect(answer.status == 500 && answer.json["error"]?["code"] == "DBLinkError")
            #expect(try await client.get("AR/ARCustomers").status == 200)
        }
    }

    @Test func doneThoughItRanOutOfTime() async throws {
        try await withSimulator("faults: [{on: POST AR/ARCustomers, kind: timeLimit}]") {
            client async throws in
            let body: JSON = ["CustomerNumber": "W1", "GroupCode": "WEB", "CustomerName": "Jane"]
            let answer = try await client.post("AR/ARCustomers", body)
            #expect(answer.status == 409)
            #expect(try await client.get("AR/ARCustomers('W1')").status == 200)
        }
    }
}
