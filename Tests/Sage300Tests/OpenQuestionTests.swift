import Accounting
import ExactJSON
import Sage300
import Testing

/// What the reference leaves open, had both ways of a simulated Sage 300.
@Suite(.timeLimit(.minutes(1)))
struct OpenQuestionTests {
    @Test func customersWhereOrIsRefused() async throws {
        try await withRehearsal("filterOr: reject") { sage async throws in
            let asked = try ["WEBGUEST", "GUESTEUR", "NOSUCH"].map { try #require(CustomerNumber($0)) }
            let found = try await sage.session.customers(asked, in: company())
            #expect(found.keys.sorted() == ["GUESTEUR", "WEBGUEST"])
        }
    }

    @Test(arguments: ["both", "v4", "v3"])
    func dates(_ dates: String) async throws {
        try await withRehearsal("filterDates: \(dates)") { sage async throws in
            let number = try await BatchTests.enter(sage, "US1")
            try await sage.session.makeReady(number, in: company())
            try await sage.session.postInvoiceBatch(number, in: company())
            let day = ODataLiteral.day(try #require(CalendarDate("2026-03-15")))
            for (relation, count) in [
                (ODataFilter.Relation.equals, 1), (.atLeast, 1), (.above, 0), (.differs, 0),
            ] {
                let query = ODataQuery(filter: .compare("DocumentDate", relation, day))
                let rows = try await sage.session.feed(company(), "AR/ARPostedDocuments", query)
                #expect(rows.count == count)
            }
        }
    }

    @Test func postingByOtherNames() async throws {
        let yaml =
            "companies: [{code: SAMINC, rules: {receivablePostNames: [BatchNumberFrom, BatchNumberTo]}}]"
        try await withRehearsal(yaml) { sage async throws in
            for name in ["US1", "US2"] {
                let number = try await BatchTests.enter(sage, name)
                try await sage.session.makeReady(number, in: company())
                try await sage.session.postInvoiceBatch(number, in: company())
                #expect(try await sage.session.invoiceBatch(number, in: company())?.status == .posted)
            }
        }
    }

    @Test func anOptionalFieldThatIsNotDefinedCostsNoCustomer() async throws {
        try await withRehearsal("companies: [{code: SAMINC, optionalFields: [OTHER]}]") { sage async throws in
            let number = try #require(CustomerNumber("W1"))
            var customer = ARCustomer(number: number, group: "WEB", name: "Jane")
            customer.storeID = StoreIDField(optionalField: "WEBID", storeID: "1")
            let error = await failure { try await sage.session.createCustomer(customer, in: company()) }
            #expect(error?.cause == .refused(code: "FieldInvalid"))
            try await sage.session.createCustomer(customer, withOptionalField: false, in: company())
            #expect(try await sage.session.customer(number, in: company()) != nil)
        }
    }

    @Test func aFormattedAccount() async throws {
        let yaml =
            "companies: [{code: SAMINC, accounts: [{code: 4000-100}, {code: \"4555\", posting: false}]}]"
        try await withRehearsal(yaml) { sage async throws in
            for number in ["4000-100", "4000100"] {
                #expect(try await sage.session.account(number, in: company())?.number == "4000-100")
            }
            #expect(try await sage.session.account("4555", in: company())?.allowsPosting == false)
        }
    }

    @Test(arguments: [
        ("databaseLink", SageError.Cause.unavailable(code: "DBLinkError"), 0), ("timeLimit", .noAnswer, 1),
    ])
    func faults(_ kind: String, _ cause: SageError.Cause, _ batches: Int) async throws {
        try await withRehearsal("faults: [{on: POST AR/ARInvoiceBatches, kind: \(kind), first: 1}]") {
            sage async throws in
            let error = await failure { _ = try await BatchTests.enter(sage, "US1") }
            #expect(error?.cause == cause)
            let found = try await sage.session.openInvoiceBatches(describedBy: "MLC 1/", in: company())
            #expect(found.count == batches)
        }
    }

    @Test func aModuleTheUserMayNotUse() async throws {
        let yaml = "users: [{name: CONNECTOR, password: SECRET, modules: [AR]}]"
        try await withRehearsal(yaml) { sage async throws in
            let date = try #require(CalendarDate("2026-03-15"))
            let error = await failure { _ = try await sage.session.fiscalPeriod(of: date, in: company()) }
            #expect(error?.cause == .forbidden)
            #expect(error?.failure.reason.contains("module CS of company SAMINC") == true)
        }
    }

    @Test func aJournalBatchIsPostedByItsTemplate() async throws {
        let yaml = "companies: [{code: SAMINC, rules: {ledgerPostNames: [BatchFrom, BatchThrough]}}]"
        try await withRehearsal(yaml) { sage async throws in
            let day: JSON = "2026-03-15T00:00:00Z"
            let made = try await sage.session.create(
                company(),
                "GL/GLJournalBatches",
                [
                    "Description": "MLC 1/1",
                    "JournalHeaders": [
                        [
                            "SourceLedger": "GL", "SourceType": "JE", "DocumentDate": day, "PostingDate": day,
                            "FiscalYear": "2026", "FiscalPeriod": "03",
                            "JournalDetails": [
                                ["AccountNumber": "2500", "Amount": 5, "SourceCurrencyAmount": 5],
                                ["AccountNumber": "4000", "Amount": -5, "SourceCurrencyAmount": -5],
                            ],
                        ]
                    ],
                ]
            )
            let number = try #require(made["BatchNumber"]?.string.flatMap { Int64($0) })
            let path = "GL/GLJournalBatches('\(made["BatchNumber"]?.string ?? "")')"
            try await sage.session.change(company(), path, ["ReadyToPost": "Yes"])
            try await sage.session.postJournalBatch(number, in: company())
            #expect(try await sage.session.get(company(), path)["Status"] == "Posted")
        }
    }
}
