import ExactJSON
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1)))
struct LedgerTests {
    static func entry(
        _ amount: String,
        _ counter: String,
        reference: String = "USSH1",
        account: String = "4000"
    ) -> JSON {
        let line = { (account: String, amount: String) -> JSON in
            let value = JSONNumber(parsing: amount).map(JSON.number) ?? .null
            return [
                "AccountNumber": .string(account), "Amount": value, "SourceCurrencyAmount": value,
                "Reference": .string(reference),
            ]
        }
        return [
            "Description": "MLC 7/1",
            "JournalHeaders": [
                [
                    "SourceLedger": "GL", "SourceType": "JE", "Description": "Shipment",
                    "DocumentDate": "2026-03-15T00:00:00Z", "PostingDate": "2026-03-15T00:00:00Z",
                    "FiscalYear": "2026", "FiscalPeriod": "03",
                    "JournalDetails": [line("2500", amount), line(account, counter)],
                ]
            ],
        ]
    }

    static let run: JSON = ["FromBatchNumber": "000001", "ToBatchNumber": "000001"]

    @Test(
        arguments: [["ReadyToPost": "Yes"], ["Status": "ReadyToPost"], ["BatchStatus": "ReadyToPost"]]
            as [JSON]
    )
    func entersReadiesAndPosts(_ ready: JSON) async throws {
        try await withSimulator { client async throws in
            let created = try await client.post("GL/GLJournalBatches", Self.entry("12.50", "-12.50"))
            #expect(created.status == 201)
            #expect(created.json["BatchNumber"] == "000001")
            let header = try #require(created.json["JournalHeaders"]?.array?.first)
            #expect(header["EntryNumber"] == "00001")
            #expect(
                header["JournalDetails"]?.array?.map { $0["TransactionNumber"] } == [
                    "0000000020", "0000000040",
                ]
            )
            #expect(try await client.patch("GL/GLJournalBatches('000001')", ready).status == 204)
            #expect(try await client.post("GL/GLPostJournal('$process')", Self.run).status == 204)
            let batch = try await client.get("GL/GLJournalBatches('000001')?$select=Status,NumberOfErrors")
            #expect(batch.json["Status"] == "Posted")
            let posted = try await client.get("GL/GLPostedTransactions?$filter=BatchNumber eq '000001'")
            #expect(
                posted.values.map { $0["JournalTransactionAmount"]?.decimal?.description } == [
                    "12.5", "-12.5",
                ]
            )
            #expect(try await client.books()["trialBalance"]?["sum"] == "0")
        }
    }

    @Test func outOfBalanceEntryIsRefused() async throws {
        try await withSimulator { client async throws in
            let answer = try await client.post("GL/GLJournalBatches", Self.entry("12.50", "-12.49"))
            #expect(answer.code == "RecordInvalid")
            #expect(try await client.get("GL/GLJournalBatches").values.isEmpty)
        }
    }

    @Test func failingEntryGoesToAnErrorBatch() async throws {
        try await withSimulator { client async throws in
            _ = try await client.post("GL/GLJournalBatches", Self.entry("5", "-5", account: "9999"))
            _ = try await client.patch("GL/GLJournalBatches('000001')", ["ReadyToPost": "Yes"])
            _ = try await client.post("GL/GLPostJournal('$process')", Self.run)
            let batch = try await client.get("GL/GLJournalBatches('000001')")
            #expect(batch.json["NumberOfErrors"] == 1)
            #expect(batch.json["JournalHeaders"]?.array?.first?["ErrorBatch"] == 2)
            #expect(try await client.get("GL/GLJournalBatches('000002')").json["Status"] == "Open")
            #expect(try await client.books()["trialBalance"]?["accounts"] == [:])
        }
    }

    @Test func repeatedReferencesAreReported() async throws {
        try await withSimulator { client async throws in
            for _ in 1...2 { _ = try await client.post("GL/GLJournalBatches", Self.entry("5", "-5")) }
            let duplicates = try await client.books()["ledgerDuplicates"]
            #expect(duplicates?.array?.first?["document"] == "USSH1")
            #expect(duplicates?.array?.first?["count"] == 2)
        }
    }

    @Test func processPropertiesCanHaveOtherNames() async throws {
        let yaml = "companies: [{code: SAMINC, rules: {ledgerPostNames: [BatchFrom, BatchTo]}}]"
        try await withSimulator(yaml) { client async throws in
            #expect(try await client.post("GL/GLPostJournal('$template')", [:]).json["BatchFrom"] == "")
            #expect(try await client.post("GL/GLPostJournal('$process')", Self.run).code == "InvalidPayload")
        }
    }

    @Test func calendarAndCodesCanBeRead() async throws {
        try await withSimulator("companies: [{code: SAMINC, closedPeriods: [2026-02]}]") {
            client async throws in
            let calendar = try await client.get("CS/CSFiscalCalendars('2026')")
            #expect(calendar.json["FiscalPeriod2EndDate"] == "2026-02-28T00:00:00Z")
            #expect(calendar.json["FiscalPeriod2Status"] == "Locked")
            #expect(try await client.get("CS/CSCompanyProfile").values.first?["FunctionalCurrency"] == "USD")
            let taxGroup = try await client.get("TX/TXTaxGroups(TaxGroupKey='ECOM',TransactionType='Sales')")
            #expect(taxGroup.json["TaxAuthority1"] == "ECOMTX")
            #expect(try await client.get("GL/GLAccounts('4000')").json["Status"] == "Active")
            #expect(try await client.get("AR/ARTerms(TermsCodeKey='CARD')").status == 200)
            #expect(try await client.get("AR/ARTerms('CARD')").json["TermsCode"] == "CARD")
        }
    }
}
