import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct LeaseTests {
    @Test func oneOfManyHoldsIt() async throws {
        try await withStore { store in
            let (database, target) = (store.database, store.target)
            let leases = try await withThrowingTaskGroup(of: WriterLease?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await database.takeLease(target, owner: UUID(), for: .seconds(60))
                    }
                }
                return try await group.reduce(into: [WriterLease]()) {
                    if let lease = $1 { $0.append(lease) }
                }
            }
            let lease = try #require(leases.first)
            #expect(leases.count == 1)
            #expect(lease.fence == 1)
            // Not even its owner has it twice.
            #expect(try await database.takeLease(target, owner: lease.owner, for: .seconds(60)) == nil)
            _ = try await store.takeLease(store.otherTarget)
        }
    }

    @Test func fenceGrowsAtEveryChangeOfHands() async throws {
        try await withStore { store in
            let first = try await store.takeLease()
            try await store.database.release(first)
            let second = try await store.takeLease()
            let third = try await store.takeOver(second)
            #expect([first.fence, second.fence, third.fence] == [1, 2, 3])
        }
    }

    @Test func releaseAfterATakeoverLeavesTheOtherItsLease() async throws {
        try await withStore { store in
            let first = try await store.takeLease()
            let second = try await store.takeOver(first)
            try await store.database.release(first)
            #expect(try await store.database.takeLease(store.target, owner: UUID(), for: .seconds(60)) == nil)
            #expect(try await store.database.renew(second, for: .seconds(60)))
        }
    }

    @Test func renewalProlongsAndFailsAfterATakeover() async throws {
        try await withStore { store in
            let first = try await store.takeLease()
            try await store.expire(first)
            // Nobody took it: it is still this holder's.
            #expect(try await store.database.renew(first, for: .seconds(60)))
            #expect(try await store.database.takeLease(store.target, owner: UUID(), for: .seconds(60)) == nil)
            _ = try await store.takeOver(first)
            #expect(try await !store.database.renew(first, for: .seconds(60)))
        }
    }

    @Test func releasedLeaseIsNotRenewed() async throws {
        try await withStore { store in
            let lease = try await store.takeLease()
            try await store.database.release(lease)
            // A renewal that was on its way must not shut others out.
            #expect(try await !store.database.renew(lease, for: .seconds(60)))
            _ = try await store.takeLease()
        }
    }
}
