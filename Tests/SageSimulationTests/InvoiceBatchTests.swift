import ExactJSON
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1)))
struct InvoiceBatchTests {
    @Test func entersTheReferencesSample() async throws {
        try await withSimulator { client async throws in
            let created = try await client.post("AR/ARInvoiceBatches", Self.sample)
            #expect(created.status == 201)
            #expect(created.json["BatchNumber"] == 1)
            #expect(created.json["BatchStatus"] == "Open")
            #expect(created.json["BatchTotal"] == 102)
            let entry = try #require(created.json["Invoices"]?.array?.first)
            #expect(entry["EntryNumber"] == 1)
            #expect(entry["FiscalYear"] == "2025")
            #expect(entry["FiscalPeriod"] == "11")
            #expect(entry["TaxTotal"] == 17)
            #expect(entry["DocumentTotalIncludingTax"] == 102)
            #expect(entry["InvoiceDetails"]?.array?.map { $0["LineNumber"] } == [20, 40])
            #expect(entry["InvoicePaymentSchedules"]?.array?.first?["AmountDue"] == 102)
        }
    }

    /// Own example of `sage300-web-api.md` §6.3.
    static let sample: JSON = [
        "BatchDate": "2025-11-03T00:00:00Z", "Description": "AC|2025-11-03|run 0007|9f3c",
        "Invoices": [
            [
                "CustomerNumber": "WEBGUEST", "DocumentType": "Invoice", "InvoiceType": "Summary",
                "DocumentNumber": "AC000012345", "OrderNumber": "000012345",
                "DocumentDate": "2025-11-03T00:00:00Z", "PostingDate": "2025-11-03T00:00:00Z",
                "Terms": "CARD",
                "TaxGroup": "ECOM", "DoNotCalculationTax": "Yes",
                "InvoiceDetails": [
                    ["DistributionCode": "WEBSAL", "ExtendedAmountWithTIP": 80, "TaxAmount1": 16],
                    ["DistributionCode": "WEBSHP", "ExtendedAmountWithTIP": 5, "TaxAmount1": 1],
                ],
                "InvoiceOptionalFields": [["OptionalField": "WEBORDER", "Value": "000012345"]],
            ]
        ],
    ]

    @Test func amountsStayExact() async throws {
        try await withSimulator { client async throws in
            let created = try await client.enter(
                try invoice("A", amount: "0.10"),
                try invoice("B", amount: "0.20"),
                try invoice("C", amount: "12345678901234.56"),
                try invoice("D", amount: "1.005")
            )
            let totals = created.json["Invoices"]?.array?.map {
                $0["DocumentTotalIncludingTax"]?.decimal?.description
            }
            #expect(totals == ["0.1", "0.2", "12345678901234.56", "1.01"])
            #expect(created.json["BatchTotal"]?.decimal?.description == "12345678901235.87")
        }
    }

    @Test func taxIsCalculatedUnlessSwitchedOffBeforeTheLines() async throws {
        try await withSimulator { client async throws in
            let line: JSON = ["RevenueAccount": "4000", "ExtendedAmountWithTIP": 200]
            let calculated = try await client.enter([
                "CustomerNumber": "WEBGUEST", "InvoiceType": "Summary", "InvoiceDetails": [line],
            ])
            #expect(calculated.json["Invoices"]?.array?.first?["DocumentTotalIncludingTax"] == 220)
            let tooLate = try await client.enter([
                "CustomerNumber": "WEBGUEST", "InvoiceType": "Summary", "InvoiceDetails": [line],
                "DoNotCalculationTax": "Yes",
            ])
            #expect(tooLate.json["Invoices"]?.array?.first?["DocumentTotalIncludingTax"] == 220)
        }
    }

    @Test func customerSetLaterResetsTermsAndTaxGroup() async throws {
        try await withSimulator { client async throws in
            let early = try await client.enter([
                "CustomerNumber": "WEBGUEST", "Terms": "NET30", "TaxGroup": "CATAX", "InvoiceType": "Summary",
                "DocumentDate": "2026-01-31",
            ])
            #expect(early.json["Invoices"]?.array?.first?["Terms"] == "NET30")
            #expect(early.json["Invoices"]?.array?.first?["DueDate"] == "2026-03-02T00:00:00Z")
            let late = try await client.enter([
                "Terms": "NET30", "TaxGroup": "CATAX", "InvoiceType": "Summary", "CustomerNumber": "WEBGUEST",
            ])
            #expect(late.json["Invoices"]?.array?.first?["Terms"] == "CARD")
            #expect(late.json["Invoices"]?.array?.first?["TaxGroup"] == "ECOM")
        }
    }

    @Test func invoiceTypeLeftOutIsItemAndFails() async throws {
        try await withSimulator { client async throws in
            let answer = try await client.enter([
                "CustomerNumber": "WEBGUEST",
                "InvoiceDetails": [["RevenueAccount": "4000", "ExtendedAmountWithTIP": 1]],
            ])
            #expect(answer.code == "FieldInvalid")
        }
    }

    @Test func failureInTheMiddleLeavesNothingUnlessToldSo() async throws {
        let bad: JSON = ["CustomerNumber": "NOBODY"]
        try await withSimulator { client async throws in
            #expect(try await client.enter(invoice("US1"), bad).code == "FieldInvalid")
            #expect(try await client.get("AR/ARInvoiceBatches").values.isEmpty)
        }
        try await withSimulator("companies: [{code: SAMINC, rules: {atomicBatches: false}}]") {
            client async throws in
            #expect(try await client.enter(invoice("US1"), bad).status == 409)
            let batches = try await client.get("AR/ARInvoiceBatches?$filter=startswith(Description,'MLC 1/')")
            #expect(batches.values.count == 1)
            #expect(batches.values.first?["Invoices"]?.array?.count == 1)
        }
    }

    @Test func patchInsertsUpdatesAndDeletesEntries() async throws {
        try await withSimulator { client async throws in
            _ = try await client.enter(try invoice("US1"), try invoice("US2"))
            var third = try #require(try invoice("US3").object)
            third["UpdateOperation"] = "Insert"
            let patched = try await client.patch(
                "AR/ARInvoiceBatches(1)",
                [
                    "BatchNumber": 1,
                    "Invoices": [
                        ["EntryNumber": 1, "UpdateOperation": "Delete"],
                        ["EntryNumber": 2, "UpdateOperation": "Update", "InvoiceDescription": "changed"],
                        .object(third),
                    ],
                ]
            )
            #expect(patched.status == 204)
            let batch = try await client.get("AR/ARInvoiceBatches(1)")
            let entries = try #require(batch.json["Invoices"]?.array)
            #expect(entries.map { $0["EntryNumber"] } == [2, 3])
            #expect(entries.first?["InvoiceDescription"] == "changed")
            #expect(batch.json["NumberOfEntries"] == 2)
            #expect(batch.json["BatchTotal"] == 20)
        }
    }

    @Test func emptiedBatchCanBeRenamed() async throws {
        try await withSimulator { client async throws in
            _ = try await client.enter(try invoice("US1"))
            let void = try await client.patch(
                "AR/ARInvoiceBatches(1)",
                [
                    "Description": "VOID duplicate of 7",
                    "Invoices": [["EntryNumber": 1, "UpdateOperation": "Delete"]],
                ]
            )
            #expect(void.status == 204)
            let batch = try await client.get(
                "AR/ARInvoiceBatches(1)?$select=Description,NumberOfEntries,BatchTotal"
            )
            #expect(batch.json["Description"] == "VOID duplicate of 7")
            #expect(batch.json["NumberOfEntries"] == 0)
            #expect(batch.json["BatchTotal"] == 0)
        }
    }

    @Test(arguments: ["Update", "Delete"])
    func rowsThatAreNotThereCannotBeChanged(_ operation: String) async throws {
        try await withSimulator { client async throws in
            _ = try await client.enter(try invoice("US1"))
            let answer = try await client.patch(
                "AR/ARInvoiceBatches(1)",
                ["Invoices": [["EntryNumber": 9, "UpdateOperation": .string(operation)]]]
            )
            #expect(answer.code == "RecordNotFound")
        }
    }

    @Test func linesAreChangedByTheirNumber() async throws {
        try await withSimulator { client async throws in
            _ = try await client.post("AR/ARInvoiceBatches", Self.sample)
            let patched = try await client.patch(
                "AR/ARInvoiceBatches(1)",
                [
                    "Invoices": [
                        [
                            "EntryNumber": 1,
                            "InvoiceDetails": [
                                ["LineNumber": 20, "UpdateOperation": "Delete"],
                                ["LineNumber": 40, "ExtendedAmountWithTIP": 6],
                            ],
                        ]
                    ]
                ]
            )
            #expect(patched.status == 204)
            let batch = try await client.get("AR/ARInvoiceBatches(1)")
            #expect(batch.json["BatchTotal"] == 7)
        }
    }

    @Test func readyBatchesAreFrozen() async throws {
        try await withSimulator { client async throws in
            _ = try await client.enter(try invoice("US1"))
            #expect(
                try await client.patch("AR/ARInvoiceBatches(1)", ["BatchStatus": "ReadyToPost"]).status == 204
            )
            let edit = try await client.patch("AR/ARInvoiceBatches(1)", ["Description": "x"])
            #expect(edit.status == 409)
            #expect(edit.message?.contains("Ready To Post") == true)
            let direct = try await client.post(
                "AR/ARInvoiceBatches",
                ["Invoices": [try invoice("US2")], "BatchStatus": "ReadyToPost"]
            )
            #expect(direct.json["BatchStatus"] == "ReadyToPost")
            #expect(try await client.patch("AR/ARInvoiceBatches(2)", ["BatchStatus": "Posted"]).status == 409)
        }
    }

    @Test func batchesAreNeitherReplacedNorDeleted() async throws {
        try await withSimulator { client async throws in
            _ = try await client.enter(try invoice("US1"))
            for method in ["PUT", "DELETE"] {
                let answer = try await client.send(method, "AR/ARInvoiceBatches(1)", ["Description": "x"])
                #expect(answer.status == 405)
                #expect(answer.code == "MethodNotAllowed")
            }
        }
    }

    @Test func missingContentTypeIsA500() async throws {
        try await withSimulator { client async throws in
            let answer = try await client.send("POST", "AR/ARInvoiceBatches", nil, headers: [:])
            #expect(answer.status == 500)
            #expect(answer.code == "InternalServerError")
        }
    }

    @Test func templateShowsEveryProperty() async throws {
        try await withSimulator { client async throws in
            let template = try await client.post("AR/ARInvoiceBatches('$template')", [:])
            #expect(template.status == 200)
            #expect(template.json["BatchType"] == "Entered")
            let process = try await client.post("GL/GLPostJournal('$template')", [:])
            #expect(process.json["FromBatchNumber"] == "")
            #expect(try await client.post("AR/ARCustomers('W1')", [:]).code == "InvalidAction")
        }
    }
}
