import Accounting
import Foundation
import Onboarding
import Tenancy
import Testing

/// A new tenant's file from a few answers, both systems being asked for the rest.
@Suite(.timeLimit(.minutes(3)))
struct InterviewTests {
    @Test func sixAnswersMakeAWholeFile() async throws {
        try await withSystems { systems in
            let person = Person(systems.signIns + [""])
            let draft = try await systems.interview(person).run()
            #expect(person.asked.count == 6)
            #expect(person.unused == [] && person.refusals == [])
            let file = try draft.configuration()
            #expect(file.tenant.name == "sample-company-inc")
            #expect(file.name == "Sample Company Inc.")
            let rules = try #require(file.companies.first)
            #expect(rules.storeViews.map(\.code) == ["default", "us_en"])
            #expect(rules.startDate == CalendarDate("2026-11-29"))
            #expect(rules.posting == .review)
            #expect(rules.customers.group == "WEB" && rules.customers.guestCustomer == "WEBGUEST")
            #expect(rules.terms == "CARD" && rules.taxGroup == "ECOM" && rules.currency.code == "USD")
            let accounts = AccountKey.allCases.compactMap { key in rules.accounts[key].map { "\(key) \($0)" }
            }
            #expect(
                accounts == [
                    "revenue 4000", "shipping 4100", "discount 4200", "tax 2200", "giftCard 2310",
                    "storeCredit 2320", "rewardPoints 2330", "adjustment 4300", "rounding 4990",
                ]
            )
        }
    }

    @Test func noSecretIsInTheFileOrInWhatIsSaid() async throws {
        try await withSystems { systems in
            let password = "S3cretPassw0rd"
            var answers = systems.signIns
            answers[4] = password
            let person = Person(answers + ["", "connector", "secret", ""])
            let draft = try await Interview(person, systems.surroundings()).run()
            let said = person.notes + person.refusals + [draft.text, "\(draft)"]
            for secret in Systems.credentials.split(separator: "\n").map(String.init) + [password] {
                #expect(!said.contains { $0.contains(secret) }, "\(secret)")
            }
        }
    }

    @Test func onlyWhatIsThereCanBeChosen() async throws {
        let scenario = """
            companies:
              - code: SAMINC
                accounts:
                  - {code: "2210", name: VAT old, type: BalanceSheet, status: Inactive}
                  - {code: "2220", name: VAT control, type: BalanceSheet, control: true}
                  - {code: "2230", name: VAT closed, type: BalanceSheet, posting: false}
            """
        try await withSystems(sage: scenario) { systems in
            let wrong = [
                "accounts.tax=4000", "accounts.tax=2210", "accounts.tax=2220", "accounts.tax=2230",
                "accounts.tax=9999",
                "accounts.revenue=2200", "terms=NET99", "taxGroup=NONE", "customers.group=WEBEUR",
                "storeViews=us",
                "startDate=yesterday", "timeZone=Vancouver", "documentPrefix=TOOLONGBYFAR",
                "accounts.revenue=-",
                "tenant=Acme", "schedule=1s", "posting=soon",
            ]
            let person = Person(systems.signIns + wrong + ["accounts.tax=2310", "15", "net30", ""])
            let draft = try await systems.interview(person).run()
            #expect(person.refusals.count == wrong.count)
            for (refusal, answer) in zip(person.refusals, wrong) {
                #expect(refusal.hasPrefix(answer.prefix { $0 != "=" }), "\(refusal)")
                #expect(refusal.contains("llowed"), "\(refusal)")
            }
            #expect(person.refusals.first?.contains("2200 (Sales tax payable)") == true)
            let rules = try #require(try draft.configuration().companies.first)
            #expect(rules.accounts.tax == "2310")
            #expect(rules.terms == "NET30")
        }
    }

    @Test func whatCannotBeProposedIsAsked() async throws {
        let scenario = """
            companies:
              - code: SAMINC
                accounts: [{code: "4000", name: Produkte, type: IncomeStatement}]
                groups: [{code: WEB, absent: true}, {code: A}, {code: B}]
            """
        try await withSystems(sage: scenario) { systems in
            let person = Person(systems.signIns + ["b", "4000", ""])
            let draft = try await systems.interview(person).run()
            #expect(person.asked.suffix(3) == ["customers.group", "accounts.revenue", "review"])
            #expect(person.question("customers.group")?.choices.map(\.value) == ["A", "B"])
            #expect(try draft.configuration().companies.first?.customers.group == "B")
        }
    }

    @Test func termsFollowTheGroupUntilTheyAreChosen() async throws {
        let scenario = """
            companies:
              - code: SAMINC
                groups: [{code: TRADE, terms: NET30, taxGroup: CATAX}]
            """
        try await withSystems(sage: scenario) { systems in
            let answers = ["taxGroup=ECOM", "customers.group=TRADE", ""]
            let draft = try await systems.interview(Person(systems.signIns + answers)).run()
            let rules = try #require(try draft.configuration().companies.first)
            #expect(rules.terms == "NET30")
            #expect(rules.taxGroup == "ECOM")
        }
    }

    @Test func whatMayNotBeReadIsTyped() async throws {
        let scenario = "users: [{name: CONNECTOR, password: SECRET, modules: [AR, CS]}]"
        try await withSystems(sage: scenario) { systems in
            let person = Person(systems.signIns + ["4000", "taxGroup=CATAX", ""])
            let draft = try await systems.interview(person).run()
            #expect(person.notes.contains { $0.contains("accounts cannot be read") })
            #expect(person.notes.contains { $0.contains("tax groups cannot be read") })
            let rules = try #require(try draft.configuration().companies.first)
            #expect(rules.accounts.revenue == "4000")
            #expect(rules.taxGroup == "CATAX")
        }
    }

    @Test func companyInAnotherCurrencyIsRefused() async throws {
        let scenario = "companies: [{code: SAMINC}, {code: SAMEUR, currency: EUR, rates: {}}]"
        try await withSystems(sage: scenario) { systems in
            var answers = systems.signIns
            answers[2] = systems.sage
            answers.insert("sameur", at: 3)
            let person = Person(answers + ["SAMINC", ""])
            let draft = try await systems.interview(person).run()
            #expect(person.refusals.first?.contains("keeps its books in EUR") == true)
            #expect(try draft.configuration().companies.map(\.company.name) == ["SAMINC"])
            // The same user: nothing but the company is asked again.
            #expect(person.asked.suffix(2) == ["company", "review"])
        }
    }

    @Test func viewsOfAnotherCurrencyAreNotOffered() async throws {
        let store = "storeViews: [{code: de, baseCurrency: EUR}, {code: us, timeZone: America/New_York}]"
        try await withSystems(store: store) { systems in
            let draft = try await systems.interview(Person(systems.signIns + [""])).run()
            let rules = try #require(try draft.configuration().companies.first)
            #expect(rules.storeViews.map(\.code) == ["us"])
            #expect(rules.timeZone.identifier == "America/New_York")
        }
    }

    @Test func namesCannotBreakTheFile() async throws {
        let scenario = """
            companies:
              - code: SAMINC
                name: "A \\"quoted\\"\\\\ company\\nposting: automatic # {env: HOME}"
                accounts: [{code: "4000", name: "Revenue\\n    posting: automatic", type: IncomeStatement}]
            """
        try await withSystems(sage: scenario) { systems in
            let draft = try await systems.interview(Person(systems.signIns + [""])).run()
            let file = try draft.configuration()
            #expect(file.companies.first?.posting == .review)
            #expect(file.companies.first?.accounts.tax == "2200")
        }
    }

    @Test func cloudServiceIsSignedInToByItsToken() async throws {
        try await withSystems(store: "auth: ims") { systems in
            var answers = systems.signIns
            answers[1] =
                "Client ID: demo-client\nClient Secret: demo-client-secret\ntokenURL: \(systems.store)/ims/token/v3"
            let draft = try await systems.interview(Person(answers + [""])).run()
            let file = try draft.configuration()
            #expect(file.adobe.authentication == .ims)
            #expect(file.adobe.tokenURL == "\(systems.store)/ims/token/v3")
            #expect(
                draft.secretsToWrite.keys.map(\.rawValue).sorted() == [
                    "clientId", "clientSecret", "password",
                ]
            )
        }
    }
}

extension InterviewTests {
    @Test func partOfANameFindsAnAccount() async throws {
        try await withSystems { systems in
            let person = Person(systems.signIns + ["accounts.giftCard", "points", "2330", ""])
            let draft = try await systems.interview(person).run()
            #expect(person.refusals.first?.hasSuffix("allowed with it in: 2330 (Reward points).") == true)
            #expect(try draft.configuration().companies.first?.accounts.giftCard == "2330")
        }
    }

    @Test func whatAnotherSystemSaysIsNotObeyedByATerminal() async throws {
        let scenario = """
            companies: [{code: SAMINC, name: "Red \\e[31m", accounts: [{code: "4000", name: "Revenue \\e]0;x\\a"}]}]
            """
        try await withSystems(sage: scenario) { systems in
            let person = Person(systems.signIns + [""])
            let draft = try await systems.interview(person).run()
            guard case .review(let sheet) = try #require(person.question("review")).form else { return }
            let shown = person.notes + sheet.flatMap { [$0.value ?? "", $0.reason] } + [draft.text]
            #expect(!shown.contains { $0.contains("\u{1B}") })
        }
    }

    @Test func homeCurrencyThatIsNotToldIsTheStores() async throws {
        let scenario = "users: [{name: CONNECTOR, password: SECRET, modules: [AR, GL, TX]}]"
        try await withSystems(sage: scenario) { systems in
            let person = Person(systems.signIns + [""])
            let draft = try await systems.interview(person).run()
            #expect(person.asked.count == 6)
            let rules = try #require(try draft.configuration().companies.first)
            #expect(rules.currency.code == "USD")
            #expect(rules.customers.group == "WEB")
            #expect(draft.text.contains("Sage 300 does not tell its own"))
        }
    }

    @Test func nameThatIsGivenIsNotProposed() async throws {
        try await withSystems { systems in
            var surroundings = systems.surroundings()
            surroundings.proposedName = "Café Ölwerk & Co"
            surroundings.takenNames = ["cafe-olwerk-co", "acme"]
            let person = Person(systems.signIns + ["tenant=acme", ""])
            let draft = try await Interview(person, surroundings).run()
            #expect(draft.tenant.name == "cafe-olwerk-co-2")
            #expect(person.refusals.first?.contains("not the name of a tenant there is") == true)
        }
    }
}
