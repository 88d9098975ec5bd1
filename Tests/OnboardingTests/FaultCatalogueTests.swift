import FaultCatalogue
import Foundation
import Onboarding
import Storage
import Tenancy
import TestBench
import Testing

/// No fault of the catalogue leaves a trace: nothing is applied, no version is made, no secret is stored.
@Suite(.enabled(if: Bench.hasDatabase), .timeLimit(.minutes(3)))
struct FaultCatalogueTests {
    private static let catalogue = ConfigurationFaults.all

    @Test func nothingOfAFaultyFileIsApplied() async throws {
        try await withBench(hasBroker: false) { bench in
            try await apply(Self.catalogue.file, Self.catalogue.environment, to: bench)
            let before = try await bench.everything()
            for fault in Self.catalogue.faults {
                let policy = AddressPolicy(rawValue: fault.policy ?? "open") ?? .open
                let text = Self.catalogue.text(of: fault)
                let error = await #expect(throws: (any Error).self, "\(fault)") {
                    try await apply(text, Self.catalogue.environment(of: fault), to: bench, policy)
                }
                if fault.isOfPolicy {
                    let refusal = try #require(error as? OnboardingError, "\(fault)")
                    #expect(refusal.key == fault.key)
                    #expect(fault.isSaid(by: refusal.description), "\(refusal)")
                    #expect(TenantFile.line(of: fault.key, in: text) == fault.line)
                } else {
                    #expect(error is TenantFileError, "\(fault)")
                }
            }
            #expect(try await bench.everything() == before)
        }
    }

    private func apply(
        _ text: String,
        _ environment: [String: String],
        to bench: Bench,
        _ policy: AddressPolicy = .open
    ) async throws {
        let secrets = SecretSource(environment: { environment[$0] }, file: { _ in nil })
        _ = try await bench.onboarding(policy).apply(text, secrets: secrets)
    }
}
