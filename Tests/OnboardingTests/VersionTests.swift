import Accounting
import Foundation
import Onboarding
import PostgresClient
import Storage
import Tenancy
import TestBench
import Testing

/// Versions of a tenant's file: who made them, what going back to one takes along, and what it does not.
@Suite(.enabled(if: Bench.hasDatabase), .timeLimit(.minutes(3)))
struct VersionTests {
    private func applied(_ bench: Bench, _ sizes: [Int]) async throws {
        for size in sizes {
            var plan = TenantPlan()
            plan.pageSize = size
            _ = try await bench.onboarding().apply(plan.file(of: bench.tenant), by: "ada")
        }
    }

    @Test func goingBackMakesANewVersionWithTheOldContent() async throws {
        try await withBench(hasBroker: false) { bench in
            try await applied(bench, [100, 50, 25])
            let outcome = try await bench.onboarding().rollback(
                bench.tenant,
                to: 1,
                reason: "pages were too small",
                by: "grace"
            )
            #expect(outcome.version == 4)
            #expect(outcome.isChanged)
            let stored = try #require(try await bench.database.tenant(bench.tenant))
            #expect(try TenantFile.parseStored(stored.configuration).adobe.pageSize == 100)
            let versions = try await bench.database.versions(of: bench.tenant)
            #expect(versions.map(\.appliedBy) == ["ada", "ada", "ada", "grace"])
            #expect(versions.last?.reason == "pages were too small")
            #expect(versions.map(\.restores) == [nil, nil, nil, 1])
            #expect(versions.first?.configuration == versions.last?.configuration)
        }
    }

    @Test func goingBackKeepsTheSecretsOfNow() async throws {
        try await withBench(hasBroker: false) { bench in
            try await applied(bench, [100])
            var plan = TenantPlan()
            plan.pageSize = 50
            plan.consumerSecret = "quite-another-secret"
            _ = try await bench.onboarding().apply(plan.file(of: bench.tenant))
            let fingerprint = try await bench.text("select fingerprint from sign_ins")
            _ = try await bench.onboarding().rollback(bench.tenant, to: nil, reason: "r", by: "ada")
            #expect(try await bench.secret("consumerSecret") == "quite-another-secret")
            #expect(try await bench.text("select fingerprint from sign_ins") == fingerprint)
            #expect(try await bench.count("select count(*) from credentials") == 5)
        }
    }

    @Test func whatNeedsSecretsThatAreGoneIsRefused() async throws {
        try await withBench(hasBroker: false) { bench in
            try await applied(bench, [100])
            var plan = TenantPlan()
            plan.isCloudService = true
            _ = try await bench.onboarding().apply(plan.file(of: bench.tenant))
            let before = try await bench.everything()
            let error = await #expect(throws: OnboardingError.self) {
                try await bench.onboarding().rollback(bench.tenant, to: 1, reason: "r", by: "ada")
            }
            #expect(error?.description.contains("adobe.consumerKey") == true)
            for version in [2, 3, 0, -1] {
                await #expect(throws: OnboardingError.self, "\(version)") {
                    try await bench.onboarding().rollback(bench.tenant, to: version, reason: "r", by: "ada")
                }
            }
            #expect(try await bench.everything() == before)
        }
    }

    @Test func addressesAreCheckedAgain() async throws {
        try await withBench(hasBroker: false) { bench in
            try await applied(bench, [100])
            var plan = TenantPlan()
            (plan.adobeURL, plan.sageURL) = (
                "https://shop.example.com", "https://erp.example.com/Sage300WebApi"
            )
            _ = try await bench.onboarding(.hosted).apply(plan.file(of: bench.tenant))
            await #expect(throws: OnboardingError.self) {
                try await bench.onboarding(.hosted).rollback(bench.tenant, to: 1, reason: "r", by: "ada")
            }
            #expect(try await bench.database.tenant(bench.tenant)?.version == 2)
        }
    }

    @Test func aRehearsalTellsAndChangesNothing() async throws {
        try await withBench(hasBroker: false) { bench in
            try await applied(bench, [100])
            _ = try await bench.database.client.query(
                """
                insert into documents (tenant, company, kind, source_id, number, document, store_view, source_created_at,
                    source_updated_at, source, content_hash, state, reason)
                select \(bench.tenant.name), 'SAMINC', 'order', n, n::text, n::text, 'default', now(), now(), '{}', '', 'held',
                    'its status is pending' from generate_series(1, 7) n
                """
            )
            let before = try await bench.everything()
            var plan = TenantPlan()
            plan.pageSize = 50
            plan.consumerSecret = "quite-another-secret"
            let change = try await bench.onboarding().rehearse(plan.file(of: bench.tenant))
            #expect(change.version == 1)
            #expect(change.differences.map(\.description) == ["adobe.pageSize: \"100\" → \"50\""])
            #expect(change.secrets == ["adobe.consumerSecret"])
            #expect(change.reconsidered == 7)
            #expect(try await bench.everything() == before)
        }
    }

    @Test("two tenants that could give one number are warned of")
    func sharedNumbers() async throws {
        try await withBench(hasBroker: false) { bench in
            var plan = TenantPlan()
            _ = try await bench.onboarding().apply(plan.file(of: bench.tenant))
            let other = try #require(TenantID("other"))
            func warnings() async throws -> [String] {
                try await bench.onboarding().apply(plan.file(of: other)).warnings.filter {
                    $0.contains("tenant")
                }
            }
            // The same store and view: everything twice.
            let twice = try await warnings()
            #expect(twice.count == 1)
            #expect(twice.first?.contains("every order would be entered twice") == true)
            // Another store: numbers and people.
            plan.adobeURL = "http://127.0.0.1:8"
            let numbers = try await warnings()
            #expect(numbers.count == 2)
            #expect(numbers.first?.hasPrefix("companies[SAMINC].documentPrefix: ") == true)
            #expect(numbers.last?.hasPrefix("companies[SAMINC].customers.prefix: ") == true)
            // Another server: another company of that name.
            plan.sageURL = "http://127.0.0.1:7/Sage300WebApi"
            #expect(try await warnings().isEmpty)
        }
    }
}
