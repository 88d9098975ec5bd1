import ExactJSON
import Foundation
import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FaultTests {
    static func scenario(_ kind: String, on: String = "POST AR/ARInvoiceBatches", _ more: String = "first: 1")
        -> String
    {
        "faults: [{on: \(on), kind: \(kind), \(more)}]"
    }

    @Test(arguments: [("commitThenDrop", 1), ("dropBefore", 0), ("resetMidBody", 1)])
    func connectionIsLost(_ kind: String, _ batches: Int) async throws {
        try await withSimulator(Self.scenario(kind)) { client async throws in
            await #expect(throws: HTTPError.self) { try await client.enter(try invoice("US1")) }
            #expect(try await client.get("AR/ARInvoiceBatches").values.count == batches)
            #expect(try await client.enter(invoice("US2")).status == 201)
        }
    }

    @Test(arguments: [
        ("status503html", 503), ("status502", 502), ("status500html", 500), ("htmlOK", 200),
    ])
    func answersAPage(_ kind: String, _ status: Int) async throws {
        try await withSimulator(Self.scenario(kind)) { client async throws in
            let answer = try await client.enter(try invoice("US1"))
            #expect(answer.status == status)
            #expect(answer.text.contains("<html>"))
            #expect(try await client.get("AR/ARInvoiceBatches").values.isEmpty)
        }
    }

    @Test(arguments: [
        ("status429", 429, "TooManyRequests"), ("conflict", 409, "General"),
        ("duplicateOtherText", 409, "RecordDuplicate"), ("textPlainError", 500, "InternalServerError"),
    ])
    func answersAnError(_ kind: String, _ status: Int, _ code: String) async throws {
        try await withSimulator(Self.scenario(kind)) { client async throws in
            let answer = try await client.enter(try invoice("US1"))
            #expect(answer.status == status)
            #expect(answer.code == code)
        }
    }

    @Test func truncatedAnswerIsNotJSON() async throws {
        try await withSimulator(Self.scenario("truncate")) { client async throws in
            let answer = try await client.enter(try invoice("US1"))
            #expect(answer.status == 201)
            #expect(answer.json == .null)
            #expect(try await client.get("AR/ARInvoiceBatches").values.count == 1)
        }
    }

    @Test func orphanBatchKeepsItsDescription() async throws {
        try await withSimulator(Self.scenario("orphanBatch")) { client async throws in
            #expect(try await client.enter(invoice("US1")).status == 500)
            let orphans = try await client.get("AR/ARInvoiceBatches?$filter=startswith(Description,'MLC 1/')")
            #expect(orphans.values.map { $0["NumberOfEntries"] } == [0])
        }
    }

    @Test func roundingIsOffByACent() async throws {
        try await withSimulator(Self.scenario("roundingOffBy001")) { client async throws in
            let created = try await client.enter(try invoice("US1"))
            #expect(
                created.json["Invoices"]?.array?.first?["DocumentTotalIncludingTax"]?.decimal?.description
                    == "10.01"
            )
            try await client.postInvoices(1)
            #expect(try await client.books()["trialBalance"]?["sum"] == "0")
        }
    }

    @Test func lateCommitComesAfterTheDrop() async throws {
        try await withSimulator(Self.scenario("lateCommit", "first: 1, milliseconds: 300")) {
            client async throws in
            await #expect(throws: HTTPError.self) { try await client.enter(try invoice("US1")) }
            #expect(try await client.get("AR/ARInvoiceBatches").values.isEmpty)
            while try await client.get("AR/ARInvoiceBatches").values.isEmpty {}
            #expect(try await client.get("AR/ARInvoiceBatches").values.count == 1)
        }
    }

    @Test func stuckPostingNeedsAnOperator() async throws {
        try await withSimulator(Self.scenario("stuckPosting", on: "POST AR/ARPostInvoices")) {
            client async throws in
            _ = try await client.enter(try invoice("US1"))
            _ = try await client.patch("AR/ARInvoiceBatches(1)", ["BatchStatus": "ReadyToPost"])
            await #expect(throws: HTTPError.self) { try await client.process(1) }
            #expect(try await client.get("AR/ARInvoiceBatches(1)").json["BatchStatus"] == "PostInProgress")
            #expect(try await client.process(1).message?.contains("Post in Progress") == true)
            _ = try await client.control("POST", "companies/SAMINC/batches", ["number": 1, "action": "post"])
            #expect(try await client.get("AR/ARInvoiceBatches(1)").json["BatchStatus"] == "Posted")
        }
    }

    @Test func faultsAreScheduledPerCompanyAndOperation() async throws {
        let yaml = """
            companies: [{code: SAMINC}, {code: SAMLTD}]
            faults: [{on: "GET AR/*", company: samltd, kind: conflict, every: 2}]
            """
        try await withSimulator(yaml) { client async throws in
            var other = client
            other.company = "SAMLTD"
            var statuses: [Int] = []
            for _ in 1...4 { statuses.append(try await other.get("AR/ARTerms").status) }
            #expect(statuses == [200, 409, 200, 409])
            #expect(try await other.get("GL/GLAccounts").status == 200)
            for _ in 1...2 { #expect(try await client.get("AR/ARTerms").status == 200) }
        }
    }

    @Test func probabilityRepeatsWithItsSeed() async throws {
        let yaml = Self.scenario("conflict", on: "'* *'", "probability: 0.5, seed: 7")
        try await withSimulator(yaml) { first async throws in
            try await withSimulator(yaml) { second async throws in
                var statuses: [[Int]] = [[], []]
                for _ in 1...20 {
                    statuses[0].append(try await first.get("AR/ARTerms").status)
                    statuses[1].append(try await second.get("AR/ARTerms").status)
                }
                #expect(Set(statuses[0]) == [200, 409])
                #expect(statuses[0] == statuses[1])
                let counts = try await first.control("GET", "requests").json["counts"]?["GET AR/ARTerms"]
                #expect(counts?["409"]?.int == statuses[0].filter { $0 == 409 }.count)
            }
        }
    }

    @Test func faultsCanBeReplacedWhileRunning() async throws {
        try await withSimulator { client async throws in
            let set = try await client.control(
                "POST",
                "faults",
                [["on": "GET AR/ARTerms", "kind": "status502"]]
            )
            #expect(set.status == 200)
            #expect(try await client.get("AR/ARTerms").status == 502)
            _ = try await client.control("POST", "faults", [])
            #expect(try await client.get("AR/ARTerms").status == 200)
            let bad = try await client.control(
                "POST",
                "faults",
                [["on": "GET AR/ARTerms", "kind": "meteor"]]
            )
            #expect(bad.status == 400)
            #expect(bad.text.contains("commitThenDrop"))
        }
    }
}
