import Accounting
import Foundation
import HTTPClient
import Onboarding
import Tenancy
import Testing

/// A host sets tenants up without anybody at a terminal.
@Suite(.timeLimit(.minutes(3)))
struct GivenAnswersTests {
    private func answers(_ systems: Systems) -> String {
        """
        tenant: acme
        adobe:
          url: \(systems.store)
          consumerKey: {env: ACME_CONSUMER_KEY}
          consumerSecret: democonsumersecret00000000000001
          accessToken: demoaccesstoken00000000000000001
          accessTokenSecret: demoaccesstokensecret00000000001
        sage: {url: "\(systems.sage)", username: connector, password: {file: /password}}
        company: SAMINC
        storeViews: [us_en, default]
        accounts: {tax: "2310", rounding: "-"}
        terms: net30
        """
    }

    private func surroundings(_ systems: Systems) -> Interview.Surroundings {
        systems.surroundings(
            environment: ["ACME_CONSUMER_KEY": "democonsumerkey00000000000000001"],
            files: ["/password": "secret\n"]
        )
    }

    @Test func nothingIsAsked() async throws {
        try await withSystems { systems in
            let given = try GivenAnswers.read(answers(systems))
            #expect(given.keys.allSatisfy { Interview.knows($0) })
            let answering = GivenAnswers(given, then: AcceptingAnswers())
            let draft = try await Interview(answering, surroundings(systems)).run()
            let file = try draft.configuration()
            #expect(file.tenant.name == "acme")
            #expect(file.companies.first?.storeViews.map(\.code) == ["us_en", "default"])
            #expect(file.companies.first?.accounts.tax == "2310")
            #expect(file.companies.first?.accounts.rounding == nil)
            #expect(file.companies.first?.terms == "NET30")
            #expect(draft.text.contains("{env: ACME_CONSUMER_KEY}"))
            #expect(draft.text.contains(#"{file: "/password"}"#))
            #expect(draft.secretsToWrite.count == 3)
        }
    }

    @Test func wrongOneEndsIt() async throws {
        try await withSystems { systems in
            let wrong = answers(systems).replacing("terms: net30", with: "terms: net99")
            let answering = GivenAnswers(try GivenAnswers.read(wrong), then: AcceptingAnswers())
            do {
                _ = try await Interview(answering, surroundings(systems)).run()
                Issue.record("it was taken")
            } catch InterviewError.refused(let key, let refusal) {
                #expect(key == "terms")
                #expect("\(refusal)".contains("CARD"))
                #expect(!refusal.isUnreachable)
            }
        }
    }

    @Test func wrongPasswordIsTriedOnce() async throws {
        try await withSystems { systems in
            var given = try GivenAnswers.read(answers(systems))
            given["sage.password"] = Secret("wrong")
            let answering = GivenAnswers(given, then: AcceptingAnswers())
            await #expect(throws: InterviewError.self) {
                try await Interview(answering, surroundings(systems)).run()
            }
            #expect(try await systems.failedSignIns() == 1)
        }
    }

    @Test func personIsAskedForWhatIsMissing() async throws {
        try await withSystems { systems in
            let wrong = answers(systems).replacing("company: SAMINC", with: "").replacing(
                "terms: net30",
                with: "terms: x"
            )
            let person = Person(["SAMINC", "CARD", ""])
            let answering = GivenAnswers(try GivenAnswers.read(wrong), then: person)
            let draft = try await Interview(answering, surroundings(systems)).run()
            #expect(person.asked == ["company", "terms", "review"])
            #expect(try draft.configuration().companies.first?.terms == "CARD")
        }
    }

    @Test(
        "what is no answer is refused",
        arguments: [
            "- a", "tenant: [a, {b: c}]", "a: {env: B, file: C, x: [[1]]}", "a: b\na: c", "a: {b: c}\na.b: d",
            "{",
        ]
    )
    func refuses(_ text: String) {
        #expect(throws: Refusal.self) { try GivenAnswers.read(text) }
    }
}

/// Stands for the guard that services put before each connection.
func guarded(_ policy: AddressPolicy) -> HTTPClient {
    HTTPClient(
        configuration: HTTPClientConfiguration(
            userAgent: "onboarding",
            proxy: "",
            allowsAddress: { policy.allows($0) }
        )
    )
}
