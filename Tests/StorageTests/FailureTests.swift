import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct FailureTests {
    @Test func deathIsTakenInOnce() async throws {
        try await withStore { store in
            try await store.publish([1])
            let death = try await store.kill(1)
            let report = try await store.report(1, death)
            for _ in 1...3 { try await store.database.takeIn(report) }
            let failures = try await store.database.openFailures()
            let failure = try #require(failures.first)
            #expect(failures.count == 1)
            #expect(failure.deathID == death)
            #expect(failure.key == store.key(1))
            #expect(failure.failureClass == .mapping)
            #expect(failure.code == "account-missing")
            #expect(failure.nextStep == "Name it in the tenant file, then replay.")
            #expect(failure.amount == Decimal(string: "93.60"))
            #expect(failure.number == "100000001")
            #expect(failure.document == "US100000001")
            #expect(failure.resolution == nil)
            #expect(try await store.database.letter(ofFailure: failure.id) == report.message)
        }
    }

    @Test func newerFailureOvertakesTheOlder() async throws {
        try await withStore { store in
            let older = try #require(try await store.fail([1]).first)
            try await store.record(store.observed(1, content: "second"))
            #expect(try await store.database.openFailures().isEmpty, "a newer revision is on its way")
            let death = try await store.kill(1)
            try await store.database.takeIn(try await store.report(1, death, code: "period-closed"))
            #expect(try await store.database.openFailures().map(\.code) == ["period-closed"])
            #expect(try await store.database.failure(older.id)?.resolution == "overtaken")
            #expect(
                try await store.database.failures(of: store.key(1)).map(\.resolution) == [nil, "overtaken"]
            )
        }
    }

    @Test func deathThatArrivesLateDoesNotOvertakeTheOneItPreceded() async throws {
        try await withStore { store in
            try await store.publish([1])
            let late = try await store.report(1, try await store.kill(1), code: "period-closed")
            try await store.record(store.observed(1, content: "second"))
            let current = try await store.kill(1)
            try await store.database.takeIn(try await store.report(1, current))
            try await store.database.takeIn(late)
            let open = try await store.database.openFailures()
            #expect(open.map(\.deathID) == [current], "the one the document is dead of can be replayed")
            #expect(try await store.database.openFailureIDs(.all) == open.map(\.id))
        }
    }

    @Test func strayMessageIsOpenUntilItIsDiscarded() async throws {
        try await withStore { store in
            var report = FailureReport(
                deathID: UUID(),
                failure: Failure(
                    .document,
                    code: "foreign-message",
                    reason: "It is none.",
                    nextStep: "Discard it."
                ),
                failedAt: Date(),
                message: "{}"
            )
            report.tenant = "acme"
            report.company = "SAMINC"
            try await store.database.takeIn(report)
            let open = try #require(try await store.database.openFailures(.tenant(store.tenant)).first)
            #expect(open.key == nil)
            #expect(open.company == "SAMINC")
            #expect(try await store.database.discard(open.id, why: "a test of the broker"))
            #expect(try await store.database.openFailures().isEmpty)
        }
    }

    @Test func discardedDocumentIsSkippedWithTheReason() async throws {
        try await withStore { store in
            let failure = try #require(try await store.fail([1]).first)
            #expect(try await store.database.discard(failure.id, why: "entered by hand"))
            let document = try await store.document(1)
            #expect(document.state == .skipped)
            #expect(document.reason == "discarded: entered by hand")
            #expect(document.deathID == nil)
            #expect(try await store.life(1).last == "discard skipped")
            #expect(try await store.database.failure(failure.id)?.resolution == "discarded")
            #expect(try await !store.database.discard(failure.id, why: "again"))
            #expect(try await !store.database.discard(failure.id + 1, why: "unknown"))
        }
    }

    @Test func failureThatIsNotOpenIsNotDiscarded() async throws {
        try await withStore { store in
            let failure = try #require(try await store.fail([1]).first)
            try await store.record(store.observed(1, content: "second"))
            #expect(try await !store.database.discard(failure.id, why: "too late"))
            #expect(try await store.state(1) == .waiting)
            #expect(try await store.life(1).last != "discard skipped")
        }
    }

    @Test func failuresAreFilteredNewestFirst() async throws {
        try await withStore { store in
            let closed = try await store.fail([1, 2], code: "period-closed")
            let missing = try await store.fail([3])
            let database = store.database
            let all = try await database.openFailures()
            #expect(all.map(\.id) == (closed + missing).map(\.id).reversed())
            let group = try await database.openFailures(.group("mapping:period-closed"))
            #expect(group.map(\.id) == closed.map(\.id).reversed())
            #expect(try await database.openFailures(limit: 1).count == 1)
            let nobody = try #require(TenantID("nobody"))
            #expect(try await database.openFailures(.tenant(nobody)).isEmpty)
        }
    }

    @Test func groupsHoldFailuresOfOneCause() async throws {
        try await withStore { store in
            try await store.fail([1, 2, 3], code: "period-closed")
            try await store.fail([4])
            let groups = try await store.database.failureGroups()
            #expect(groups.map(\.group) == ["mapping:period-closed", "mapping:account-missing"])
            #expect(groups.map(\.count) == [3, 1])
            #expect(groups[0].amount == Decimal(string: "280.80"))
            #expect(groups[0].currency == "USD")
            #expect(groups[0].tenants == ["acme"])
            #expect(groups[0].firstAt <= groups[0].lastAt)
            // Of two currencies there is no total.
            _ = try await store.client.query("update failures set currency = 'EUR' where source_id = 2")
            let mixed = try await store.database.failureGroups()
            #expect(mixed[0].amount == nil)
            #expect(mixed[0].currency == nil)
        }
    }

    @Test func groupIsNamedByItsCause() {
        let failure = Failure(
            .mapping,
            code: "account-missing",
            reason: "",
            subject: "giftCard",
            nextStep: ""
        )
        #expect(failure.group == "mapping:account-missing:giftCard")
        #expect(
            Failure(.crash, code: "worker-killed", reason: "", nextStep: "").group == "crash:worker-killed"
        )
    }
}
