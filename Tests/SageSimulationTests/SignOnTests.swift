import ExactJSON
import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SignOnTests {
    @Test func challengesWithoutCredentials() async throws {
        try await withSimulator { client async throws in
            let address = "\(client.address)/v1.0/-/SAMINC/AR/ARCustomers"
            let answer = try await client.request("GET", address, nil, headers: [:], signsOn: false)
            #expect(answer.status == 401)
            #expect(answer.code == "Unauthorized")
            #expect(answer.headers["www-authenticate"]?.hasPrefix("Basic") == true)
        }
    }

    @Test func wantsUpperCase() async throws {
        try await withSimulator { client async throws in
            var lower = client
            lower.user = "connector"
            #expect(try await lower.get("AR/ARCustomers").status == 401)
            lower = client
            lower.password = "secret"
            #expect(try await lower.get("AR/ARCustomers").status == 401)
            #expect(try await client.get("AR/ARCustomers").status == 200)
            #expect(try await client.control("GET", "requests").json["failedSignIns"] == 2)
        }
    }

    @Test func locksAfterBadTriesUntilThePasswordIsSet() async throws {
        try await withSimulator("lockout: 2") { client async throws in
            var wrong = client
            wrong.password = "WRONG"
            for _ in 1...2 { #expect(try await wrong.get("AR/ARCustomers").status == 401) }
            #expect(try await client.get("AR/ARCustomers").status == 401)
            let change = try await client.control(
                "POST",
                "password",
                ["user": "CONNECTOR", "password": "NEW"]
            )
            #expect(change.status == 200)
            var changed = client
            changed.password = "NEW"
            #expect(try await changed.get("AR/ARCustomers").status == 200)
        }
    }

    @Test func sessionCookieSignsOn() async throws {
        try await withSimulator { client async throws in
            let first = try await client.get("AR/ARCustomers?$top=1")
            let cookie = try #require(first.headers["set-cookie"]?.split(separator: ";").first)
            let address = "\(client.address)/v1.0/-/SAMINC/AR/ARCustomers?$top=1"
            let second = try await client.request(
                "GET",
                address,
                nil,
                headers: ["Cookie": String(cookie)],
                signsOn: false
            )
            #expect(second.status == 200)
            let third = try await client.send("GET", "AR/ARTerms", nil, headers: ["Cookie": String(cookie)])
            #expect(third.headers["set-cookie"] == nil)
        }
    }

    @Test func rightsAreCheckedPerModuleAndCompany() async throws {
        let yaml = """
            companies: [{code: SAMINC}, {code: SAMLTD}]
            users: [{name: CLERK, password: SECRET, companies: [SAMINC], modules: [AR]}]
            """
        try await withSimulator(yaml) { client async throws in
            var clerk = client
            clerk.user = "CLERK"
            #expect(try await clerk.get("AR/ARCustomers").status == 200)
            #expect(try await clerk.get("GL/GLAccounts").code == "Forbidden")
            clerk.company = "SAMLTD"
            #expect(try await clerk.get("AR/ARCustomers").status == 403)
        }
    }

    @Test(arguments: [401, 404, 500])
    func unknownCompanyIsAnsweredAsTheScenarioSays(_ status: Int) async throws {
        try await withSimulator("unknownCompany: \(status)") { client async throws in
            var elsewhere = client
            elsewhere.company = "NOSUCH"
            #expect(try await elsewhere.get("AR/ARCustomers").status == status)
        }
    }

    @Test func administratorIsRefused() async throws {
        try await withSimulator("users: [{name: ADMIN, password: ADMIN}]") { client async throws in
            var administrator = client
            administrator.user = "ADMIN"
            administrator.password = "ADMIN"
            #expect(try await administrator.get("AR/ARCustomers").code == "Forbidden")
        }
    }
}
