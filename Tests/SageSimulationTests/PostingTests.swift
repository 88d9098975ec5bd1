import ExactJSON
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PostingTests {
    @Test func postedDocumentsMoveTheLedger() async throws {
        try await withSimulator { client async throws in
            _ = try await client.post("AR/ARInvoiceBatches", InvoiceBatchTests.sample)
            try await client.postInvoices(1)
            let batch = try await client.get(
                "AR/ARInvoiceBatches(1)?$select=BatchStatus,PostingSequenceNumber,NumberOfErrors"
            )
            #expect(batch.json["BatchStatus"] == "Posted")
            #expect(batch.json["PostingSequenceNumber"] == 1)
            #expect(batch.json["NumberOfErrors"] == 0)
            let key = "AR/ARPostedDocuments(CustomerNumber='WEBGUEST',DocumentNumber='AC000012345')"
            let document = try await client.get(key)
            #expect(document.json["CustomerCurrencyInvoiceAmount"] == 102)
            for filter in [
                "DocumentNumber eq 'AC000012345'", "BatchNumber eq 1 and OrderNumber eq '000012345'",
            ] {
                #expect(try await client.get("AR/ARPostedDocuments?$filter=\(filter)").values.count == 1)
            }
            let tax = try await client.get(
                "GL/GLPostedTransactions?$filter=FiscalYear eq '2025' and AccountNumber eq '2200'"
            )
            #expect(tax.values.map { $0["JournalTransactionAmount"] } == [-17])
            let books = try await client.books()
            #expect(books["trialBalance"]?["sum"] == "0")
            #expect(
                books["trialBalance"]?["accounts"]
                    == ["1200": "102", "2200": "-17", "4000": "-80", "4100": "-5"]
            )
            let customer = try await client.get("AR/ARCustomers('WEBGUEST')")
            #expect(customer.json["BalanceDueInCustomerCurrency"] == 102)
        }
    }

    @Test func openBatchesAreSkippedOrRefused() async throws {
        try await withSimulator { client async throws in
            _ = try await client.enter(try invoice("US1"))
            #expect(try await client.process(1).status == 204)
            #expect(try await client.get("AR/ARInvoiceBatches(1)").json["BatchStatus"] == "Open")
        }
        try await withSimulator("companies: [{code: SAMINC, rules: {postingNotReady: refuse}}]") {
            client async throws in
            _ = try await client.enter(try invoice("US1"))
            #expect(try await client.process(1).code == "General")
        }
    }

    @Test func allReadyBatchesCanBePostedAtOnce() async throws {
        try await withSimulator { client async throws in
            for number in 1...2 {
                _ = try await client.enter(try invoice("US\(number)"))
                _ = try await client.patch("AR/ARInvoiceBatches(\(number))", ["BatchStatus": "ReadyToPost"])
            }
            _ = try await client.post("AR/ARPostInvoices($process)", ["PostAllBatches": "Postallbatches"])
            #expect(try await client.books()["batches"] == ["Posted": 2])
        }
    }

    /// What makes an entry fail at posting, and the control that brings it about.
    static let failures: [(entry: String, account: String, date: String, control: String, body: JSON)] = [
        ("customer", "4000", "2026-03-15", "customers", ["number": "GUESTEUR", "status": "Inactive"]),
        ("customer", "4000", "2026-03-15", "customers", ["number": "GUESTEUR", "onHold": true]),
        ("account", "4999", "2026-03-15", "accounts", ["code": "4990"]),
        ("account", "4200", "2026-03-15", "accounts", ["code": "4200", "status": "Inactive"]),
        ("period", "4000", "2026-04-15", "periods", ["period": "2026-04", "closed": true]),
    ]

    @Test(arguments: failures.indices)
    func failingEntryGoesToAnErrorBatch(_ index: Int) async throws {
        try await withSimulator { client async throws in
            let failure = Self.failures[index]
            let customer = failure.entry == "customer" ? "GUESTEUR" : "WEBGUEST"
            let bad = try invoice("BAD", customer: customer, account: failure.account, date: failure.date)
            _ = try await client.enter(try invoice("GOOD"), bad)
            #expect(
                try await client.control("POST", "companies/SAMINC/\(failure.control)", failure.body).status
                    == 200
            )
            try await client.postInvoices(1)
            let batch = try await client.get("AR/ARInvoiceBatches(1)")
            #expect(batch.json["BatchStatus"] == "Posted")
            #expect(batch.json["NumberOfErrors"] == 1)
            let entries = try #require(batch.json["Invoices"]?.array)
            #expect(entries.map { $0["ErrorBatch"] } == [0, 2])
            let error = try await client.get("AR/ARInvoiceBatches(2)")
            #expect(error.json["BatchStatus"] == "Open")
            #expect(error.json["Description"]?.string?.hasPrefix("MLC") == false)
            #expect(error.json["Invoices"]?.array?.first?["DocumentNumber"] == "BAD")
            let books = try await client.books()
            #expect(books["documents"] == ["Invoice": ["count": 1, "total": "10"]])
            #expect(books["trialBalance"]?["sum"] == "0")
            #expect(books["duplicates"] == [])
        }
    }

    @Test func errorEntryCanBeDeletedOrPostedLater() async throws {
        try await withSimulator { client async throws in
            _ = try await client.control("POST", "companies/SAMINC/periods", ["period": "2026-03"])
            _ = try await client.enter(try invoice("US1"))
            try await client.postInvoices(1)
            _ = try await client.control(
                "POST",
                "companies/SAMINC/periods",
                ["period": "2026-03", "closed": false]
            )
            try await client.postInvoices(2)
            #expect(try await client.books()["documents"]?["Invoice"]?["count"] == 1)
        }
    }

    @Test func sameNumberTwiceIsRefusedAtEntryOrCaughtInPosting() async throws {
        try await withSimulator { client async throws in
            _ = try await client.enter(try invoice("US1"))
            _ = try await client.enter(try invoice("US1"))
            #expect(try await client.books()["duplicates"]?.array?.first?["entries"] == ["1-1", "2-1"])
            try await client.postInvoices(1)
            try await client.postInvoices(2)
            #expect(try await client.get("AR/ARInvoiceBatches(2)").json["NumberOfErrors"] == 1)
            let third = try await client.enter(try invoice("US1"))
            #expect(third.code == "FieldInvalid")
            #expect(third.message?.contains("already exists") == true)
            #expect(try await client.enter(invoice("US1", customer: "GUESTEUR")).status == 201)
        }
    }

    @Test func creditNotesReverseTheLedgerAndReduceTheirInvoice() async throws {
        try await withSimulator { client async throws in
            let early = try invoice("CM0", type: "CreditNote", ("ApplytoDocument", "US1"))
            #expect(try await client.enter(early).code == "FieldInvalid")
            let sale = try await client.enter(try invoice("US1"))
            try await client.postInvoices(try #require(sale.json["BatchNumber"]?.int))
            let memo = try invoice("CM1", type: "CreditNote", amount: "4.00", ("ApplytoDocument", "US1"))
            let entered = try await client.enter(memo)
            let batch = try #require(entered.json["BatchNumber"]?.int)
            #expect(entered.json["BatchTotal"] == -4)
            try await client.postInvoices(batch)
            let document = try await client.get(
                "AR/ARPostedDocuments(DocumentNumber='US1',CustomerNumber='WEBGUEST')"
            )
            #expect(document.json["CustomerCurrencyAmountDue"] == 6)
            let credit = try await client.get("AR/ARPostedDocuments('WEBGUEST','CM1')")
            #expect(credit.json["DocumentType"] == "CreditNote")
            #expect(credit.json["CustomerCurrencyInvoiceAmount"] == -4)
            let balance = try await client.books()["trialBalance"]?["accounts"]
            #expect(balance == ["1200": "6", "4000": "-6"])
            let tooMuch = try invoice("CM2", type: "CreditNote", amount: "6.01", ("ApplytoDocument", "US1"))
            #expect(try await client.enter(tooMuch).code == "RecordInvalid")
        }
    }

    @Test func foreignCurrencyPostsItsFunctionalAmount() async throws {
        try await withSimulator { client async throws in
            let entered = try await client.enter(try invoice("US1E", customer: "GUESTEUR", amount: "10.05"))
            #expect(entered.json["Invoices"]?.array?.first?["CurrencyCode"] == "EUR")
            try await client.postInvoices(1)
            let books = try await client.books()
            #expect(books["trialBalance"]?["accounts"] == ["1210": "11.06", "4000": "-11.06"])
            #expect(books["trialBalance"]?["sum"] == "0")
        }
    }

    @Test func secondPosterConflictsWhileARunLasts() async throws {
        try await withSimulator("latency: {posting: 1500}") { client async throws in
            _ = try await client.enter(try invoice("US1"))
            _ = try await client.patch("AR/ARInvoiceBatches(1)", ["BatchStatus": "ReadyToPost"])
            async let first = client.process(1)
            while try await client.get("AR/ARInvoiceBatches(1)").json["BatchStatus"] != "PostInProgress" {}
            let second = try await client.process(1)
            #expect(second.status == 409)
            #expect(second.code == "General")
            #expect(second.message?.contains("Processing conflict") == true)
            #expect(try await client.patch("AR/ARInvoiceBatches(1)", ["Description": "x"]).status == 409)
            #expect(try await first.status == 204)
            #expect(try await client.get("AR/ARInvoiceBatches(1)").json["BatchStatus"] == "Posted")
        }
    }
}
