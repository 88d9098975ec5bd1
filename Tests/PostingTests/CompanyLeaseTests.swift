import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

@testable import Posting

/// One writer a company: the lease lasts as long as its work, and no longer.
@Suite(.enabled(if: Bench.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct CompanyLeaseTests {
    private struct Trouble: Error {}

    @Test func isProlongedWhileItIsHeldAndFreeAtOnceAfterwards() async throws {
        try await withBench { bench in
            let lease = bench.shortLease()
            let fence = try await lease.hold(bench.company.target, patience: .zero) { held in
                let first = try await bench.expiry()
                while try await bench.expiry() <= first.addingTimeInterval(1) { await Task.yield() }
                let other = try await lease.hold(bench.company.target, patience: .zero) { $0.fence }
                #expect(other == nil)
                return held.fence
            }
            let next = try await lease.hold(bench.company.target, patience: .zero) { $0.fence }
            #expect(next == (try #require(fence)) + 1)
        }
    }

    @Test func isGivenBackWhenItsWorkFails() async throws {
        try await withBench { bench in
            let lease = bench.shortLease()
            await #expect(throws: Trouble.self) {
                _ = try await lease.hold(bench.company.target, patience: .zero) { _ in throw Trouble() }
            }
            let again = try await lease.hold(bench.company.target, patience: .zero) { _ in true }
            #expect(again == true)
        }
    }

    @Test func isGivenBackWhenItsTaskIsCancelled() async throws {
        try await withBench { bench in
            let lease = CompanyLease(context: bench.context)
            let work = Task {
                try await lease.hold(bench.company.target, patience: .zero) { _ in
                    withUnsafeCurrentTask { $0?.cancel() }
                    try Task.checkCancellation()
                }
            }
            #expect(await work.result.isFailure)
            let again = try await lease.hold(bench.company.target, patience: .zero) { _ in true }
            #expect(again == true)
        }
    }

    @Test func goesToTheOneWhoWaits() async throws {
        try await withBench { bench in
            let lease = CompanyLease(context: bench.context)
            let first = try await bench.takeLease()
            async let second = lease.hold(bench.company.target, patience: .seconds(30)) { $0.fence }
            try await bench.database.release(first)
            #expect(try await second == first.fence + 1)
        }
    }
}

/// A number belongs to one document.
@Suite(.enabled(if: Bench.isAvailable), .serialized, .timeLimit(.minutes(3)))
struct NumberTests {
    @Test func aNumberInTheLedgerOrOnItsWayIsTaken() async throws {
        try await withBench { bench in
            let lease = try await bench.takeLease()
            let first = try #require(try await bench.claim([1], under: lease).entries.first)
            let twin = ClaimEntry(
                key: bench.key(2),
                revision: 1,
                document: first.document,
                customer: first.customer,
                total: first.total,
                payload: first.payload
            )
            #expect(try await bench.database.documentsWithTakenNumbers([twin]) == [twin.key])
            #expect(try await bench.database.documentsWithTakenNumbers([first]).isEmpty, "its own")
            _ = try await bench.client.query("update documents set state = 'dead'")
            #expect(try await bench.database.documentsWithTakenNumbers([twin]).isEmpty)
        }
    }
}

extension Bench {
    fileprivate func shortLease() -> CompanyLease {
        var settings = context.settings
        settings.lease = .milliseconds(1500)
        return CompanyLease(
            context: PostingContext(
                database: database,
                broker: context.broker,
                vault: context.vault,
                http: context.http,
                logger: context.logger,
                instance: context.instance,
                settings: settings
            )
        )
    }

    fileprivate func expiry() async throws -> Date {
        try #require(try await client.query("select expires_at from writer_leases").first).get("expires_at")
    }
}
