import Accounting
import Foundation
import Onboarding
import PostgresClient
import Storage
import Tenancy
import TestBench
import Testing

/// What a tenant file leaves in the database, and what it does not.
@Suite(.enabled(if: Bench.hasDatabase), .timeLimit(.minutes(3)))
struct ApplyingTests {
    private static let twoCompanies = [
        ("SAMINC", "[default]", "America/Vancouver"), ("SAMEUR", "[de]", "Europe/Berlin"),
    ]

    @Test func firstFileIsVersionOne() async throws {
        try await withBench(hasBroker: false) { bench in
            let outcome = try await bench.onboarding().apply(TenantPlan().file(of: bench.tenant))
            #expect(outcome.tenant == bench.tenant)
            #expect(outcome.version == 1)
            #expect(outcome.isChanged)
            let stored = try #require(try await bench.database.tenant(bench.tenant))
            #expect(stored.version == 1)
            #expect(stored.name == "Acme Outfitters")
            #expect(!stored.isPaused)
            let read = try TenantFile.parseStored(stored.configuration)
            #expect(read.tenant == bench.tenant)
            #expect(read.sage.username == "CONNECTOR")
            #expect(read.companies.map(\.company.name) == ["SAMINC"])
        }
    }

    @Test func sameFileAgainChangesNothing() async throws {
        try await withBench(hasBroker: false) { bench in
            let file = TenantPlan().file(of: bench.tenant)
            _ = try await bench.onboarding().apply(file)
            let again = try await bench.onboarding().apply(file)
            #expect(again.version == 1)
            #expect(!again.isChanged)
            #expect(try await bench.count("select count(*) from tenant_versions") == 1)
        }
    }

    @Test func onlyNewTenantBeginsPaused() async throws {
        try await withBench(hasBroker: false) { bench in
            let file = TenantPlan().file(of: bench.tenant)
            #expect(try await bench.onboarding().apply(file, startsPaused: true).isPaused)
            #expect(try await bench.database.tenant(bench.tenant)?.isPaused == true)
            #expect(try await bench.onboarding().apply(file).isPaused)
            _ = try await bench.database.setPaused(false, tenant: bench.tenant)
            // One that works is not stopped by the way.
            let again = try await bench.onboarding().apply(file, startsPaused: true)
            #expect(!again.isPaused)
            #expect(try await bench.database.tenant(bench.tenant)?.isPaused == false)
        }
    }

    @Test func changedFileIsTheNextVersion() async throws {
        try await withBench(hasBroker: false) { bench in
            var plan = TenantPlan()
            _ = try await bench.onboarding().apply(plan.file(of: bench.tenant))
            plan.pageSize = 50
            let second = try await bench.onboarding().apply(plan.file(of: bench.tenant))
            #expect(second.version == 2)
            #expect(second.isChanged)
            // Back to what was in force before is a change, too.
            plan.pageSize = 100
            #expect(try await bench.onboarding().apply(plan.file(of: bench.tenant)).version == 3)
            let kept = try await bench.database.client.query(
                "select configuration from tenant_versions order by version"
            ).map { try TenantFile.parseStored($0.get("configuration")).adobe.pageSize }
            #expect(kept == [100, 50, 100])
        }
    }

    @Test func newSecretIsNoNewVersion() async throws {
        try await withBench(hasBroker: false) { bench in
            var plan = TenantPlan()
            _ = try await bench.onboarding().apply(plan.file(of: bench.tenant))
            plan.consumerSecret = "quite-another-secret"
            let outcome = try await bench.onboarding().apply(plan.file(of: bench.tenant))
            #expect(outcome.version == 1)
            #expect(!outcome.isChanged)
            #expect(try await bench.secret("consumerSecret") == "quite-another-secret")
        }
    }

    /// A password that was refused is not tried again; another one is.
    @Test func newPasswordMakesTheSignInUnproven() async throws {
        try await withBench(hasBroker: false) { bench in
            let file = TenantPlan().file(of: bench.tenant)
            _ = try await bench.onboarding().apply(file)
            _ = try await bench.database.client.query("update sign_ins set state = 'refused'")
            _ = try await bench.onboarding().apply(file)
            #expect(try await bench.text("select state from sign_ins") == "refused")
            _ = try await bench.onboarding().apply(file.replacing("Pa55word", with: "Pa66word"))
            #expect(try await bench.text("select state from sign_ins") == "unproven")
        }
    }

    @Test func companiesAreThoseOfTheFile() async throws {
        try await withBench(hasBroker: false) { bench in
            var plan = TenantPlan()
            plan.companies = Self.twoCompanies
            _ = try await bench.onboarding().apply(plan.file(of: bench.tenant))
            #expect(try await bench.companies() == ["SAMINC", "SAMEUR"])
            plan.companies.reverse()
            _ = try await bench.onboarding().apply(plan.file(of: bench.tenant))
            #expect(try await bench.companies() == ["SAMEUR", "SAMINC"])
            plan.companies.removeLast()
            _ = try await bench.onboarding().apply(plan.file(of: bench.tenant))
            #expect(try await bench.companies() == ["SAMEUR"])
        }
    }

    @Test func failureInTheMiddleLeavesTheOldFileInForce() async throws {
        try await withBench(hasBroker: false) { bench in
            var plan = TenantPlan()
            _ = try await bench.onboarding().apply(plan.file(of: bench.tenant))
            let before = try await bench.everything()
            // The last statements of the transaction find their table gone.
            _ = try await bench.database.client.query("alter table sign_ins rename to hidden")
            plan.companies = Self.twoCompanies
            plan.consumerSecret = "quite-another-secret"
            let file = plan.file(of: bench.tenant)
            await #expect(throws: PostgresError.self) { try await bench.onboarding().apply(file) }
            _ = try await bench.database.client.query("alter table hidden rename to sign_ins")
            #expect(try await bench.everything() == before)
        }
    }

    @Test func firstFileThatFailsLeavesNothing() async throws {
        try await withBench(hasBroker: false) { bench in
            _ = try await bench.database.client.query("drop table sign_ins")
            let file = TenantPlan().file(of: bench.tenant)
            await #expect(throws: PostgresError.self) { try await bench.onboarding().apply(file) }
            #expect(try await bench.database.tenants().isEmpty)
            for table in ["tenant_versions", "companies", "credentials"] {
                #expect(try await bench.count("select count(*) from \(identifier: table)") == 0)
            }
        }
    }

    @Test func filesAtOnceAreOneVersionEach() async throws {
        try await withBench(hasBroker: false) { bench in
            let versions = try await withThrowingTaskGroup(of: Int.self) { group in
                for size in 1...5 {
                    var plan = TenantPlan()
                    plan.pageSize = size
                    let file = plan.file(of: bench.tenant)
                    group.addTask { try await bench.onboarding().apply(file).version }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(versions.sorted() == [1, 2, 3, 4, 5])
        }
    }
}
