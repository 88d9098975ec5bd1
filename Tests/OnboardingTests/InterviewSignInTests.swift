import Accounting
import Foundation
import HTTPClient
import Onboarding
import Tenancy
import Testing

/// Wrong addresses and sign-ins are explained and asked again, and no password is tried twice.
@Suite(.timeLimit(.minutes(3)))
struct InterviewSignInTests {
    @Test func eachPasswordIsTriedOnce() async throws {
        try await withSystems { systems in
            var answers = systems.signIns
            answers[4] = "wrong"
            // Company, user and password are asked again; the same password is not sent again.
            let person = Person(answers + ["", "", "Wrong", "SECRET", ""])
            _ = try await systems.interview(person).run()
            #expect(try await systems.failedSignIns() == 1)
            #expect(person.refusals.count == 2)
            #expect(person.refusals[0].contains("locked") && person.refusals[0].contains("401"))
            #expect(person.refusals[1].contains("not tried again"))
            #expect(
                person.asked == [
                    "adobe.url", "adobe.credentials", "sage.url", "sage.username", "sage.password", "company",
                    "sage.username", "sage.password", "sage.password", "review",
                ]
            )
        }
    }

    @Test func unknownCompanyIsAskedAgain() async throws {
        try await withSystems(sage: "unknownCompany: 404") { systems in
            var answers = systems.signIns
            answers[2] = "\(systems.sage)/v1.0/-/NOSUCH/AR/ARCustomers"
            let person = Person(answers + ["saminc", ""])
            let draft = try await systems.interview(person).run()
            #expect(person.asked.suffix(2) == ["company", "review"])
            #expect(try draft.configuration().sage.url == systems.sage)
        }
    }

    @Test func knownRefusalIsNotTried() async throws {
        try await withSystems { systems in
            var surroundings = systems.surroundings()
            surroundings.knownRefusal = { address, user, password in
                let isKnown = address == systems.sage.lowercased() && user == "CONNECTOR"
                return isKnown && password.withText { $0 } == "old" ? "401" : nil
            }
            var answers = systems.signIns
            answers[4] = "old"
            let person = Person(answers + ["secret", ""])
            _ = try await Interview(person, surroundings).run()
            #expect(try await systems.failedSignIns() == 0)
            #expect(person.refusals.first?.contains("known to be refused") == true)
        }
    }

    @Test func storeCredentialsAreAskedAgain() async throws {
        try await withSystems { systems in
            var answers = systems.signIns
            let wrong = Systems.credentials.replacing("demoaccesstokensecret00000000001", with: "x")
            answers.insert(contentsOf: ["one two three", wrong], at: 1)
            let person = Person(answers + [""])
            _ = try await systems.interview(person).run()
            #expect(person.refusals[0].contains("These are 3 values"))
            #expect(person.refusals[1].contains("signature"))
        }
    }

    @Test(
        "an address that does not answer says why",
        arguments: [
            ("https://nowhere.invalid", "DNS"), ("http://127.0.0.1:9", "Nothing takes connections"),
            ("shop.example.com", "https://"), ("https://user@shop.example.com", "user name"),
            ("http://169.254.169.254/", "TENANT_ADDRESS_POLICY"),
        ]
    )
    func addressSaysWhy(_ address: String, _ words: String) async throws {
        try await withSystems { systems in
            let policy = AddressPolicy.open
            let http = guarded(policy)
            var surroundings = systems.surroundings()
            surroundings.http = http
            let person = Person([address] + systems.signIns + [""])
            _ = try await Interview(person, surroundings).run()
            #expect(person.refusals.count == 1)
            #expect(person.refusals.first?.contains(words) == true, "\(person.refusals)")
            await http.close()
        }
    }

    @Test func plainPortFailsInTLS() async throws {
        try await withSystems { systems in
            let tls = systems.store.replacing("http://", with: "https://")
            let person = Person([tls] + systems.signIns + [""])
            _ = try await systems.interview(person).run()
            #expect(person.refusals.first?.contains("TLS failed") == true, "\(person.refusals)")
        }
    }

    @Test func hostedRefusesPlainHTTP() async throws {
        try await withSystems { systems in
            let person = Person([systems.store])
            let interview = Interview(person, systems.surroundings(.hosted))
            await #expect(throws: InterviewError.self) { try await interview.run() }
            #expect(person.refusals.first?.contains("use https") == true)
        }
    }

    @Test(
        "credentials are taken as they are pasted",
        arguments: [
            Systems.credentials, Systems.credentials.replacing("\n", with: " "),
            Systems.credentials.replacing("\n", with: "\r\n"), "env:ACME", "@/block",
            """
            Consumer Key: democonsumerkey00000000000000001
            Consumer Secret: "democonsumersecret00000000000001"
            Access Token\tdemoaccesstoken00000000000000001
            ACCESS_TOKEN_SECRET=demoaccesstokensecret00000000001
            """,
            """
            consumerKey: env:ACME_CONSUMER_KEY
            consumerSecret: @/secret
            accessToken: demoaccesstoken00000000000000001
            accessTokenSecret: demoaccesstokensecret00000000001
            """,
        ]
    )
    func credentialsAreTaken(_ block: String) async throws {
        let values = Systems.credentials.split(separator: "\n").map(String.init)
        let names = ["CONSUMER_KEY", "CONSUMER_SECRET", "ACCESS_TOKEN", "ACCESS_TOKEN_SECRET"]
        let environment = Dictionary(uniqueKeysWithValues: zip(names.map { "ACME_\($0)" }, values))
        try await withSystems { systems in
            let surroundings = systems.surroundings(
                environment: environment,
                files: ["/block": Systems.credentials, "/secret": values[1] + "\n"]
            )
            var answers = systems.signIns
            answers[1] = block
            let draft = try await Interview(Person(answers + [""]), surroundings).run()
            #expect(try draft.configuration().adobe.authentication == .oauth1)
            // What is in the environment stays there.
            #expect(draft.text.contains("{env: ACME_CONSUMER_KEY}") == block.contains("env:"))
        }
    }

    @Test func userAndPasswordComeFromOnePlace() async throws {
        try await withSystems { systems in
            let surroundings = systems.surroundings(
                environment: ["ACME_SAGE_USERNAME": "connector", "ACME_SAGE_PASSWORD": "secret"],
                files: ["/sign-in": "connector\nsecret\n"]
            )
            for (answer, reference) in [
                ("env:ACME_SAGE", "password: {env: ACME_SAGE_PASSWORD}"),
                ("@/sign-in", #"password: {file: "/secrets/password"}"#),
            ] {
                let person = Person(Array(systems.signIns.prefix(3)) + [answer, ""])
                let draft = try await Interview(person, surroundings).run()
                #expect(person.asked.count == 5)
                #expect(draft.text.contains(reference))
                #expect(draft.text.contains(#"username: "CONNECTOR""#))
            }
        }
    }
}
