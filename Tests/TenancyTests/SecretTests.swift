import Accounting
import Foundation
import Tenancy
import Testing

/// Secrets are read where the file says, and never said.
struct SecretTests {
    private static let hush = "correct-horse-battery"

    @Test func literalEnvironmentAndFile() throws {
        let source = SecretSource(
            environment: { $0 == "KEY" ? "from the environment" : nil },
            file: { $0 == "/run/secrets/token" ? "from a file\n" : nil }
        )
        let file = ContractFile.replacing("{env: ACME_CONSUMER_KEY}", with: "a literal")
            .replacingOccurrences(of: "{env: ACME_CONSUMER_SECRET}", with: "{env: KEY}")
            .replacingOccurrences(of: "{env: ACME_ACCESS_TOKEN}", with: "{file: /run/secrets/token}")
            .replacingOccurrences(of: "{env: ACME_ACCESS_TOKEN_SECRET}", with: "12345")
            .replacingOccurrences(of: "{env: ACME_SAGE_PASSWORD}", with: "''")
        let secrets = try TenantFile.parse(file, secrets: source).secrets
        #expect(secrets[.consumerKey] == Secret("a literal"))
        #expect(secrets[.consumerSecret] == Secret("from the environment"))
        #expect(secrets[.accessToken] == Secret("from a file"))
        #expect(secrets[.accessTokenSecret] == Secret("12345"))
        #expect(secrets[.password] == Secret(""))
    }

    @Test func sayWhenTheyExpireWhereTheFileSaysSo() throws {
        let file = ContractFile.replacing(
            "ACME_CONSUMER_KEY}",
            with: "ACME_CONSUMER_KEY, expires: 2027-01-31}"
        )
        .replacingOccurrences(of: "{env: ACME_SAGE_PASSWORD}", with: "{expires: \"2028-02-29\", file: /p}")
        let source = SecretSource(environment: { $0 }, file: { $0 })
        let tenant = try TenantFile.parse(file, secrets: source)
        #expect(tenant.secrets[.consumerKey] == Secret("ACME_CONSUMER_KEY"))
        #expect(tenant.secrets[.password] == Secret("/p"))
        let leapDay = CalendarDate("2028-02-29")
        #expect(
            tenant.expirations == [
                .consumerKey: try #require(CalendarDate("2027-01-31")), .password: try #require(leapDay),
            ]
        )
        // Part of the credential, not of the file as stored: a new day alone is no new version.
        #expect(try TenantFile.storedForm(of: file) == TenantFile.storedForm(of: ContractFile.text))
        #expect(try TenantFile.parseStored(TenantFile.storedForm(of: file)).expirations.isEmpty)
    }

    @Test func onlyOfSomeIsItKnownThatTheyNeverExpire() {
        let unknown = SecretField.allCases.filter { !$0.neverExpires }
        #expect(unknown == [.clientSecret, .password])
    }

    @Test func realFile() throws {
        let path = NSTemporaryDirectory() + "secret-\(UUID().uuidString)"
        try Data("  \(Self.hush)\r\n".utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = ContractFile.text.replacing(/{env: \w+}/, with: "{file: \(path)}")
        let secrets = try TenantFile.parse(file).secrets
        #expect(secrets.count == 5)
        #expect(secrets.values.allSatisfy { $0 == Secret(Self.hush) })
    }

    @Test func aVariableThatIsNotSet() throws {
        let source = SecretSource(environment: { _ in nil }, file: { _ in nil })
        let problems = ContractFile.problems(of: ContractFile.text, secrets: source)
        #expect(problems.map(\.line) == [7, 8, 9, 10, 15])
        #expect(problems.last?.reason == "the environment variable ACME_SAGE_PASSWORD is not set")
    }

    /// However the file is wrong, no problem repeats a secret.
    @Test(arguments: [
        ("{env: ACME_SAGE_PASSWORD}", "[\(hush)]"), ("{env: ACME_SAGE_PASSWORD}", "{text: \(hush)}"),
        ("{env: ACME_CONSUMER_KEY}", "{env: A, file: \(hush)}"),
        ("{env: ACME_CONSUMER_KEY}", "{env: A, expires: \(hush)}"),
        ("{env: ACME_CONSUMER_KEY}", "{\(hush): A, expires: 2027-01-31}"),
        ("https://shop.example.com", "https://me:\(hush)@shop.example.com"),
        ("https://erp.example.com", "https://me:\(hush)@erp.example.com"),
        ("auth: oauth1", "auth: oauth1\n  clientSecret: \(hush)"), ("auth: oauth1", "auth: ims"),
        ("pageSize: 100", "pageSize: 100\n  tokenURL: \"https://me:\(hush)@x\""),
        ("password: {env: ACME_SAGE_PASSWORD}", "password: {env: ACME_SAGE_PASSWORD}\n  password: \(hush)"),
    ])
    func isNeverSaid(_ passage: String, _ replacement: String) throws {
        let file = ContractFile.replacing(passage, with: replacement)
        let source = SecretSource(environment: { _ in Self.hush }, file: { _ in Self.hush })
        let problems = ContractFile.problems(of: file, secrets: source)
        #expect(!problems.isEmpty)
        for problem in problems { #expect(!problem.description.contains(Self.hush)) }
    }

    @Test func aParsedFileDoesNotShowThem() throws {
        let source = SecretSource(environment: { _ in Self.hush }, file: { _ in nil })
        let tenant = try TenantFile.parse(ContractFile.text, secrets: source)
        var shown = ""
        dump(tenant, to: &shown)
        #expect(shown.contains("[secret]"))
        #expect(!shown.contains(Self.hush))
        #expect(!"\(tenant)".contains(Self.hush))
    }
}
