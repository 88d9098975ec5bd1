import Accounting
import Onboarding
import PostgresClient
import Storage
import Tenancy
import TestBench
import Testing

/// Files that are not taken in.
@Suite(.enabled(if: Bench.hasDatabase), .timeLimit(.minutes(3)))
struct RefusalTests {
    private static let shop = "https://shop.example.com"
    private static let erp = "https://erp.example.com/Sage300WebApi"

    @Test func everyProblemIsNamedAtOnce() async throws {
        try await withBench(hasBroker: false) { bench in
            let file = TenantPlan().file(of: bench.tenant)
                .replacing("pageSize: 100", with: "pageSize: 0")
                .replacing("posting: review", with: "posting: maybe")
                .replacing("terms: CARD", with: "term: CARD")
            let error = await #expect(throws: TenantFileError.self) {
                try await bench.onboarding().apply(file)
            }
            let problems = try #require(error?.problems)
            #expect(problems.map(\.key) == ["adobe.pageSize", "companies[0].posting", "companies[0].term"])
            let lines = file.split(separator: "\n").map(String.init)
            for (problem, text) in zip(problems, ["pageSize: 0", "posting: maybe", "term: CARD"]) {
                #expect(lines[problem.line - 1].contains(text))
                #expect("\(problem)".hasPrefix("line \(problem.line): \(problem.key): "))
            }
            #expect(problems[1].reason.contains("review, automatic"))
            #expect(try await bench.database.tenants().isEmpty)
        }
    }

    @Test func refusedFileLeavesTheOldOneInForce() async throws {
        try await withBench(hasBroker: false) { bench in
            var plan = TenantPlan()
            (plan.adobeURL, plan.sageURL) = (Self.shop, Self.erp)
            _ = try await bench.onboarding(.hosted).apply(plan.file(of: bench.tenant))
            let before = try await bench.everything()
            let wrong = plan.file(of: bench.tenant).replacing("currency: USD", with: "currency: dollars")
            await #expect(throws: TenantFileError.self) { try await bench.onboarding().apply(wrong) }
            plan.sageURL = "https://10.0.0.5/Sage300WebApi"
            let near = plan.file(of: bench.tenant)
            await #expect(throws: OnboardingError.self) { try await bench.onboarding(.hosted).apply(near) }
            #expect(try await bench.everything() == before)
        }
    }

    @Test func plainHTTPIsWarnedAboutOnceASystem() async throws {
        try await withBench(hasBroker: false) { bench in
            var plan = TenantPlan()
            let both = try await bench.onboarding().apply(plan.file(of: bench.tenant)).warnings
            #expect(both.count == 2)
            #expect(both.first?.hasPrefix("adobe.url uses plain http") == true)
            #expect(both.last?.hasPrefix("sage.url uses plain http") == true)
            (plan.adobeURL, plan.sageURL) = (Self.shop, Self.erp)
            #expect(try await bench.onboarding().apply(plan.file(of: bench.tenant)).warnings.isEmpty)
            #expect(try await bench.onboarding(.hosted).apply(plan.file(of: bench.tenant)).warnings.isEmpty)
        }
    }

    @Test(
        "the hosted policy refuses plain http and what is not public, for both systems",
        arguments: [
            "http://shop.example.com", "HTTP://shop.example.com", "https://localhost",
            "https://LOCALHOST:8443",
            "https://localhost.", "https://shop.localhost", "https://127.0.0.1", "https://127.8.9.1:444",
            "https://10.0.0.5", "https://172.16.0.1", "https://192.168.1.2", "https://100.64.0.1",
            "https://0.0.0.0", "https://[::1]", "https://[fd00::1]", "https://[::ffff:10.0.0.1]",
            "https://169.254.169.254", "https://[fe80::1]", "https://2130706433", "https://127.1",
        ]
    )
    func hostedRefuses(_ address: String) async throws {
        try await withBench(hasBroker: false) { bench in
            for isStore in [true, false] {
                var plan = TenantPlan()
                plan.adobeURL = isStore ? address : Self.shop
                plan.sageURL = isStore ? Self.erp : address + "/Sage300WebApi"
                let file = plan.file(of: bench.tenant)
                let error = await #expect(throws: OnboardingError.self) {
                    try await bench.onboarding(.hosted).apply(file)
                }
                #expect(error?.description.hasPrefix(isStore ? "adobe.url" : "sage.url") == true)
                #expect(error?.description.contains("TENANT_ADDRESS_POLICY=hosted") == true)
            }
            let tenants = try await bench.database.tenants()
            #expect(tenants.isEmpty)
        }
    }

    @Test(
        "link-local and metadata addresses are refused under any policy",
        arguments: ["https://169.254.169.254", "http://[fe80::1]", "https://100.100.100.200"]
    )
    func openRefuses(_ address: String) async throws {
        try await withBench(hasBroker: false) { bench in
            var plan = TenantPlan()
            plan.adobeURL = address
            let file = plan.file(of: bench.tenant)
            await #expect(throws: OnboardingError.self) { try await bench.onboarding().apply(file) }
        }
    }

    @Test(arguments: ["https://10.0.0.5", "https://localhost", "http://[::1]:8080"])
    func openLetsPrivateAddressesIn(_ address: String) async throws {
        try await withBench(hasBroker: false) { bench in
            var plan = TenantPlan()
            plan.adobeURL = address
            let outcome = try await bench.onboarding().apply(plan.file(of: bench.tenant))
            #expect(outcome.version == 1)
        }
    }

    @Test(arguments: [
        "erp", "ftp://erp.example.com/Sage300WebApi", "https://me:hush@erp.example.com/Sage300WebApi",
        "https://erp.example.com/Sage300WebApi?a=b", "https://", "https:///Sage300WebApi",
    ])
    func badSageURLIsRefused(_ url: String) async throws {
        try await withBench(hasBroker: false) { bench in
            var plan = TenantPlan()
            plan.sageURL = url
            let file = plan.file(of: bench.tenant)
            let error = await #expect(throws: TenantFileError.self) {
                try await bench.onboarding().apply(file)
            }
            #expect(error?.problems.map(\.key) == ["sage.url"])
            #expect(error?.description.contains("hush") == false)
            let tenants = try await bench.database.tenants()
            #expect(tenants.isEmpty)
        }
    }
}
