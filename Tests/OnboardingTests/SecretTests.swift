import Accounting
import Foundation
import Onboarding
import PostgresClient
import Storage
import Tenancy
import TestBench
import Testing

/// Where a tenant file's secrets come from, and how they are kept.
@Suite(.enabled(if: Bench.hasDatabase), .timeLimit(.minutes(3)))
struct SecretTests {
    private static let secrets = [
        "democonsumerkey00000000000000001", "democonsumersecret00000000000001",
        "demoaccesstoken00000000000000001", "demoaccesstokensecret00000000001", "Pa55word",
    ]

    @Test("no secret's text is anywhere in the database, in any case, as text, bytes or Base64")
    func secretsAreSealed() async throws {
        try await withBench(hasBroker: false) { bench in
            _ = try await bench.onboarding().apply(TenantPlan().file(of: bench.tenant))
            let everything = try await bench.everything().joined(separator: "\n").lowercased()
            // The search would find what is there.
            #expect(everything.contains("acme outfitters"))
            #expect(everything.contains("consumersecret"))
            for secret in Self.secrets {
                for spelling in [secret, secret.uppercased()] {
                    let hexadecimal = spelling.utf8.map { String($0, radix: 16) }.joined()
                    let base64 = Data(spelling.utf8).base64EncodedString().prefix(8).lowercased()
                    #expect(!everything.contains(spelling.lowercased()))
                    #expect(!everything.contains(hexadecimal))
                    #expect(!everything.contains(base64))
                }
            }
        }
    }

    @Test func searchFindsBytes() async throws {
        try await withBench(hasBroker: false) { bench in
            _ = try await bench.onboarding().apply(TenantPlan().file(of: bench.tenant))
            _ = try await bench.database.client.query("update credentials set sealed = 'Pa55word'::bytea")
            let hexadecimal = "Pa55word".utf8.map { String($0, radix: 16) }.joined()
            #expect(try await bench.everything().contains { $0.contains(hexadecimal) })
        }
    }

    @Test func sealedSecretsOpen() async throws {
        try await withBench(hasBroker: false) { bench in
            _ = try await bench.onboarding().apply(TenantPlan().file(of: bench.tenant))
            let fields = ["consumerKey", "consumerSecret", "accessToken", "accessTokenSecret"]
            for (field, secret) in zip(fields, Self.secrets) {
                #expect(try await bench.secret(field) == secret)
            }
            #expect(try await bench.secret("password", of: .sage) == "Pa55word")
            #expect(try await bench.count("select count(*) from credentials") == 5)
        }
    }

    @Test func secretsComeFromEnvironmentAndFiles() async throws {
        try await withBench(hasBroker: false) { bench in
            let path = FileManager.default.temporaryDirectory.appending(path: "\(bench.tenant.name).secret")
                .path
            try Data("fromfile\n".utf8).write(to: URL(filePath: path))
            defer { try? FileManager.default.removeItem(atPath: path) }
            let file = TenantPlan().file(of: bench.tenant)
                .replacing("Pa55word", with: "{file: \(path)}")
                .replacing("democonsumersecret00000000000001", with: "{env: BENCH_SECRET}")
            let source = SecretSource(
                environment: { $0 == "BENCH_SECRET" ? "fromenvironment" : nil },
                file: { try? String(contentsOfFile: $0, encoding: .utf8) }
            )
            _ = try await bench.onboarding().apply(file, secrets: source)
            #expect(try await bench.secret("consumerSecret") == "fromenvironment")
            #expect(try await bench.secret("password", of: .sage) == "fromfile")
            let everything = try await bench.everything().joined(separator: "\n")
            #expect(!everything.contains("fromfile") && !everything.contains("fromenvironment"))
            // The source of a secret is no part of what is in force.
            let moved = file.replacing("BENCH_SECRET", with: "OTHER_SECRET")
            let other = SecretSource(environment: { _ in "fromelsewhere" }, file: { _ in "fromfile" })
            #expect(try await bench.onboarding().apply(moved, secrets: other).isChanged == false)
            #expect(try await bench.secret("consumerSecret") == "fromelsewhere")
        }
    }

    @Test func missingSecretIsNamedByLineAndKey() async throws {
        try await withBench(hasBroker: false) { bench in
            let file = TenantPlan().file(of: bench.tenant)
                .replacing("Pa55word", with: "{env: BENCH_NOT_SET}")
            let error = await #expect(throws: TenantFileError.self) {
                try await bench.onboarding().apply(
                    file,
                    secrets: SecretSource(environment: { _ in nil }, file: { _ in nil })
                )
            }
            let problem = try #require(error?.problems.first)
            #expect(problem.key == "sage.password")
            #expect(problem.line == 15)
            #expect(problem.reason.contains("BENCH_NOT_SET"))
            #expect(try await bench.database.tenants().isEmpty)
        }
    }
}
