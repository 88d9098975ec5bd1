import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

/// Stamps change with what they stand for, and with nothing else.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct StampTests {
    @Test func everyChangeOfACompanysStandingGivesAnotherStamp() async throws {
        try await withStore { store in
            let database = store.database
            try await store.register()
            var seen = [try await database.companyStamp()]
            func next(_ what: String, _ isChanged: Bool = true) async throws {
                let stamp = try await database.companyStamp()
                #expect((stamp != seen.last) == isChanged, "\(what)")
                seen.append(stamp)
            }
            try await next("nothing", false)
            _ = try await database.setPaused(true, tenant: store.tenant)
            try await next("a paused tenant")
            _ = try await database.setPaused(false, tenant: store.tenant)
            try await next("a resumed one")
            for failure in 1...3 {
                _ = try await database.recordFailure(store.target, reason: "503", probeAfter: .seconds(30))
                try await next("failure \(failure)", failure == 3)
            }
            _ = try await database.takeProbe(store.target, interval: .seconds(30))
            try await next("a probe's turn", false)
            try await database.recordSuccess(store.target)
            try await next("a company that answers")
            #expect(Set(seen).count >= 4)
        }
    }

    @Test func aRunThatIsAskedForChangesThePollersStamp() async throws {
        try await withStore { store in
            try await store.register()
            let before = try await store.database.pollStamp()
            #expect(try await store.database.pollStamp() == before)
            let run = try await store.database.requestRun(store.tenant, cause: .now)
            let asked = try await store.database.pollStamp()
            #expect(asked != before)
            try await store.database.startRun(run)
            let begun = try await store.database.pollStamp()
            #expect(begun != asked)
            try await store.database.finishRun(run)
            #expect(try await store.database.pollStamp() != begun)
        }
    }

    @Test func copiesOfAServiceFindOneAnother() async throws {
        try await withStore { store in
            let database = store.database
            let (first, second, other) = (UUID(), UUID(), UUID())
            #expect(try await database.liveCopies(of: first).isEmpty)
            for (instance, name) in [
                (first, "invoice-worker"), (second, "invoice-worker"), (other, "poller"),
            ] {
                try await database.announce(instance: instance, name: name, host: "a", process: 7)
            }
            #expect(Set(try await database.liveCopies(of: first)) == [first, second])
            #expect(try await database.liveCopies(of: other) == [other])
            _ = try await database.client.query(
                "update services set seen_at = seen_at - interval '8 seconds' where instance = \(second)"
            )
            #expect(try await database.liveCopies(of: first) == [first])
            // It has not ended yet, and knows that the other has its share.
            #expect(try await database.liveCopies(of: second) == [first])
        }
    }
}
