import Accounting
import ExactJSON
import Sage300
import Testing

/// What a company has set up, read by code and as lists.
@Suite(.timeLimit(.minutes(1)))
struct SetupTests {
    private static let yaml = """
        pageSize: 3
        companies:
          - code: SAMINC
            name: Acme Inc.
            currency: CAD
            groups:
              - {code: OLD, name: Old web store, status: Inactive, optionalFields: [webid]}
            terms:
              - {code: CASH, name: At once, status: Inactive}
            distributionCodes:
              - {code: WEBOLD, account: "4000", status: Inactive}
            accounts:
              - {code: "2500", name: Deferred, type: BalanceSheet, group: DEF}
              - {code: "1200", name: Receivables, type: BalanceSheet, control: true}
        """

    @Test func groupsTermsAndTaxGroupsByCode() async throws {
        try await withRehearsal(Self.yaml) { sage in
            let session = sage.session
            let group = try #require(try await session.customerGroup("old", in: company()))
            #expect(group.code == "OLD" && group.description == "Old web store" && !group.isActive)
            #expect(group.accountSet == "TRADE" && group.terms == "CARD" && group.taxGroup == "ECOM")
            #expect(group.optionalFields == ["WEBID"])
            let terms = try #require(try await session.terms("CASH", in: company()))
            #expect(terms.description == "At once" && !terms.isActive)
            let taxGroup = try #require(try await session.taxGroup("catax", in: company()))
            #expect(taxGroup.code == "CATAX" && taxGroup.authorities == ["CASALES"])
            #expect(taxGroup.currency == "CAD")
            #expect(try await session.taxAuthority("CASALES", in: company())?.code == "CASALES")
            #expect(try await session.accountSet("TREUR", in: company())?.currency == "EUR")
            #expect(try await session.currency("EUR", in: company())?.code == "EUR")
            let profile = try #require(try await session.companyProfile(of: company()))
            #expect(profile.name == "Acme Inc." && profile.homeCurrency == "CAD")
            #expect(profile.isMulticurrency == true)
        }
    }

    @Test(
        "a code that is not there is nil, however odd",
        arguments: ["NOSUCH", "", "A/B", "O'NEIL", "ü", "A B"]
    )
    func absent(_ code: String) async throws {
        try await withRehearsal { sage in
            let customerGroup = try await sage.session.customerGroup(code, in: company())
            #expect(customerGroup == nil)
            let terms = try await sage.session.terms(code, in: company())
            #expect(terms == nil)
            let taxGroup = try await sage.session.taxGroup(code, in: company())
            #expect(taxGroup == nil)
            let taxAuthority = try await sage.session.taxAuthority(code, in: company())
            #expect(taxAuthority == nil)
            let accountSet = try await sage.session.accountSet(code, in: company())
            #expect(accountSet == nil)
            let currency = try await sage.session.currency(code, in: company())
            #expect(currency == nil)
        }
    }

    @Test func listsAreReadPageByPage() async throws {
        try await withRehearsal(Self.yaml) { sage in
            let session = sage.session
            let groups = try await session.customerGroups(in: company())
            #expect(groups.map(\.code) == ["OLD", "WEB", "WEBEUR"])
            let terms = try await session.terms(in: company())
            #expect(terms.map(\.code) == ["CARD", "CASH", "NET30"])
            let taxGroups = try await session.taxGroups(in: company())
            #expect(taxGroups.map(\.code) == ["CATAX", "ECOM"])
            #expect(try await session.taxAuthorities(in: company()).count == 2)
            #expect(try await session.accountSets(in: company()).count == 2)
            let currencies = try await session.currencies(in: company())
            #expect(currencies.map(\.code) == ["CAD", "EUR"])
            let rateTypes = try await session.rateTypes(in: company())
            #expect(rateTypes.map(\.code) == ["SP"])
            let codes = try await session.distributionCodes(in: company())
            #expect(codes.filter(\.isActive).count == 2)
            let accounts = try await session.accounts(in: company())
            #expect(accounts.count == 12)
            let deferred = try #require(accounts.first { $0.number == "2500" })
            #expect(deferred.kind == .balanceSheet && deferred.description == "Deferred")
            #expect(deferred.group == "DEF" && deferred.isCreditNormally == true)
            #expect(accounts.filter(\.isControl).map(\.number) == ["1200"])
            #expect(accounts.first { $0.number == "4000" }?.kind == .incomeStatement)
        }
    }

    @Test func anotherReleaseNamesThingsDifferently() async throws {
        try await withScript { request in
            if request.target.contains("CSCompanyProfile") {
                return .status(200, #"{"HomeCurrency":"usd","MulticurrencyActivatedSwitch":0}"#)
            }
            if request.target.contains("ARTerms") {
                return .status(200, #"{"value":[{"TermsCodeKey":"CARD","Status":1},{"TermsCodeKey":""}]}"#)
            }
            return .status(
                200,
                #"{"value":[{"TaxGroupKey":"ECOM","TransactionType":2},{"TaxGroupKey":"ECOM","TransactionType":1}]}"#
            )
        } _: { session, _ in
            let profile = try #require(try await session.companyProfile(of: company()))
            #expect(profile.homeCurrency == "USD" && profile.isMulticurrency == false && profile.name == nil)
            let terms = try await session.terms(in: company())
            #expect(terms.map(\.code) == ["CARD"])
            #expect(try await session.taxGroups(in: company()).count == 1)
            #expect(try await session.taxGroup("ecom", in: company())?.code == "ECOM")
        }
    }

    @Test func accountsAreReadWholeWhereANameIsUnknown() async throws {
        try await withScript { request in
            request.target.contains("$select")
                ? .status(
                    400,
                    #"{"error":{"code":"InvalidParameters","message":{"value":"AccountGroupCode"}}}"#
                )
                : .status(200, #"{"value":[{"UnformattedAccount":"4000","AccountType":"IncomeStatement"}]}"#)
        } _: { session, server in
            let accounts = try await session.accounts(in: company())
            #expect(accounts.map(\.number) == ["4000"])
            #expect(server.requests.count == 2)
        }
    }

    @Test func whatControlAccountsTake() async throws {
        let body = """
            {"UnformattedAccount":"1200","ControlAccount":"Yes",\
            "ControlAccountSubledgers":[{"AccountNumber":"1200","SubledgerID":"ar"}]}
            """
        try await withScript { _ in
            .status(200, body)
        } _: { session, _ in
            let account = try await session.account("1200", in: company())
            #expect(account?.subledgers == ["AR"])
        }
    }

    @Test func everyResourceThatIsProbedCanBe() async throws {
        try await withRehearsal { sage in
            for resource in SageResource.allCases { try await sage.session.probe(resource, in: company()) }
        }
        let user = "users: [{name: CONNECTOR, password: SECRET, modules: [AR]}]"
        try await withRehearsal(user) { sage in
            for resource in SageResource.allCases where resource.module != "AR" {
                let error = await failure { try await sage.session.probe(resource, in: company()) }
                #expect(error?.cause == .forbidden, "\(resource)")
            }
        }
    }

    @Test func numbersInOpenBatches() async throws {
        try await withRehearsal { sage in
            let session = sage.session
            for (number, status) in [("US1", true), ("us2", false)] {
                let entry: JSON = [
                    "CustomerNumber": "WEBGUEST", "InvoiceType": "Summary", "DocumentNumber": .string(number),
                    "InvoiceDetails": [["RevenueAccount": "4000", "ExtendedAmountWithTIP": 5]],
                ]
                let date = try #require(CalendarDate("2026-01-02"))
                let batch = try await session.enterInvoiceBatch(
                    description: "by hand",
                    date: date,
                    entries: [entry],
                    in: company()
                )
                if !status { try await session.makeReady(batch, in: company()) }
            }
            let open = try await session.documentsInOpenBatches(in: company())
            #expect(open.keys.sorted() == ["US1"])
        }
    }

    @Test func periodsOfManyDaysReadEachCalendarOnce() async throws {
        let body = """
            {"FiscalYear":"2026","FiscalPeriod1StartDate":"2026-01-01T00:00:00Z",\
            "FiscalPeriod1EndDate":"2026-01-31T00:00:00Z","FiscalPeriod1Status":"Locked"}
            """
        try await withScript { request in
            request.target.contains("'2026'")
                ? .status(200, body) : .status(404, #"{"error":{"code":"RecordNotFound"}}"#)
        } _: { session, server in
            let days = (1...9).compactMap { CalendarDate("2026-01-0\($0)") } + [CalendarDate("2026-03-01")]
            let periods = try await session.fiscalPeriods(of: Set(days.compactMap(\.self)), in: company())
            #expect(periods.count == 9 && periods.values.allSatisfy { $0.isLocked == true })
            #expect(server.requests.count == 3)
        }
    }
}
