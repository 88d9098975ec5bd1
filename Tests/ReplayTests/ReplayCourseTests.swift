import Accounting
import Foundation
import Messaging
import PostgresClient
import Publishing
import Storage
import TestBench
import Testing

/// What was dead goes back to its queue, once, unless something newer came first.
@Suite(.enabled(if: Bench.isComplete), .timeLimit(.minutes(2)))
struct ReplayCourseTests {
    @Test func documentGoesBackToItsQueue() async throws {
        try await withGraveyard { yard in
            let database = yard.bench.database
            let failures = try await yard.bury([1, 2, 3])
            let chosen = [failures[0].id, failures[2].id]
            let replay = try await database.requestReplay(.failures(chosen), rate: nil, isCanary: false)
            #expect(replay.selected == 2)
            try await yard.work()
            #expect(try await yard.state(ofReplay: replay.id) == "done")
            let envelopes = try await yard.bench.envelopes(.invoices)
            // In which sequence a queue hands out what was sent together is not promised.
            #expect(envelopes.map(\.sourceID).sorted() == [1, 3])
            #expect(envelopes.map(\.revision) == [1, 1])
            let documents = [
                try await yard.document(1), try await yard.document(2), try await yard.document(3),
            ]
            #expect(documents.map(\.state) == [.waiting, .dead, .waiting])
            #expect(documents.map(\.publishedRevision) == [1, 1, 1])
            #expect(documents[0].deathID == nil)
            #expect(documents[0].reason == nil)
            let open = try await database.openFailures()
            #expect(open.map(\.id) == [failures[1].id])
            let progress = try await database.progress(ofReplay: replay.id)
            #expect(progress.isCarriedOut)
            #expect(
                [progress.selected, progress.replayed, progress.underWay, progress.untouched]
                    == ([2, 2, 2, 0] as [Int])
            )
        }
    }

    @Test func newerRevisionIsUntouched() async throws {
        try await withGraveyard { yard in
            let database = yard.bench.database
            _ = try await yard.bury([1, 2])
            let replay = try await database.requestReplay(.all, rate: nil, isCanary: false)
            #expect(replay.selected == 2)
            // The store changes one between the request and its turn.
            let newer = try await database.record([yard.observed(1, content: "second")], run: 1)
            #expect(newer.map(\.revision) == [2])
            try await yard.work()
            let progress = try await database.progress(ofReplay: replay.id)
            #expect([progress.selected, progress.replayed, progress.untouched] == ([2, 1, 1] as [Int]))
            #expect(try await yard.bench.envelopes(.invoices).map(\.sourceID) == [2])
            #expect(try await yard.document(1).revision == 2)
            #expect(try await yard.document(1).publishedRevision == 1, "its poller publishes it")
        }
    }

    @Test func deathOfAnotherKindIsUntouched() async throws {
        try await withGraveyard { yard in
            let database = yard.bench.database
            _ = try await yard.bury([1])
            let replay = try await database.requestReplay(.all, rate: nil, isCanary: false)
            _ = try await database.record([yard.observed(1, content: "second")], run: 1)
            try await yard.kill(1)
            let death = try await yard.document(1).deathID
            try await yard.work()
            #expect(try await database.progress(ofReplay: replay.id).untouched == 1)
            #expect(try await yard.document(1).state == .dead)
            #expect(try await yard.document(1).deathID == death)
            #expect(try await yard.bench.envelopes(.invoices).isEmpty)
        }
    }

    @Test func requestedTwiceItIsSentBackOnce() async throws {
        try await withGraveyard { yard in
            let database = yard.bench.database
            _ = try await yard.bury([1])
            let first = try await database.requestReplay(.all, rate: nil, isCanary: false)
            let second = try await database.requestReplay(.all, rate: nil, isCanary: false)
            try await yard.work()
            #expect(try await yard.replays() == 1)
            // They are carried out side by side: which of them is first is nobody's to say.
            let progress = [
                try await database.progress(ofReplay: first.id),
                try await database.progress(ofReplay: second.id),
            ]
            #expect(progress.map(\.replayed).sorted() == [0, 1])
            #expect(progress.map(\.untouched).sorted() == [0, 1])
            #expect(try await yard.bench.envelopes(.invoices).count == 1)
        }
    }

    @Test func homelessOrderMovesInOnceTheFileNamesItsView() async throws {
        try await withGraveyard { yard in
            let (bench, database) = (yard.bench, yard.bench.database)
            var plan = TenantPlan()
            plan.companies = [("SAMINC", "[default]", "America/Vancouver")]
            try await bench.apply(plan)
            let records = try await database.record([yard.observed(5, isHomeless: true)], run: 1)
            try await yard.publisher.publish(records)
            try await yard.work()
            let failure = try #require(try await database.openFailures().first)
            #expect(failure.code == "store-view-unmapped")
            #expect(failure.company == nil)

            // Replayed too early, it dies of the same again.
            _ = try await database.requestReplay(.all, rate: nil, isCanary: false)
            try await yard.work()
            #expect(try await database.openFailures().map(\.code) == ["store-view-unmapped"])

            try await bench.apply(TenantPlan())
            let replay = try await database.requestReplay(.all, rate: nil, isCanary: false)
            try await yard.work()
            let envelope = try #require(try await bench.envelopes(.invoices).first)
            #expect(envelope.company == yard.company)
            #expect(envelope.sourceID == 5)
            #expect(try await yard.document(5).state == .waiting)
            #expect(try await bench.count("select count(*) from documents") == 1)
            #expect(try await database.progress(ofReplay: replay.id).replayed == 1)
        }
    }

    @Test func rateIsKept() async throws {
        try await withGraveyard { yard in
            _ = try await yard.bury([1, 2, 3, 4])
            _ = try await yard.bench.database.requestReplay(.all, rate: 10, isCanary: false)
            try await yard.work()
            #expect(try await yard.replays() == 4)
            let span = try await yard.bench.count(
                """
                select round(extract(epoch from max(at) - min(at)) * 1000)::integer
                from document_events where stage = 'replay'
                """
            )
            #expect(span >= 300, "three pauses of a tenth of a second")
        }
    }

    @Test func canaryStopsAtTheFirstRepeat() async throws {
        try await withGraveyard { yard in
            _ = try await yard.bury([1, 2, 3, 4, 5])
            let replay = try await yard.bench.database.requestReplay(.all, rate: nil, isCanary: true)
            try await yard.whileWorking {
                let sent = try await yard.bench.eventually("the canary is sent") {
                    try await yard.bench.envelopes(.invoices).first
                }
                #expect(sent.sourceID == 1)
                try await yard.kill(1)
                try await yard.bench.eventually("the replay stops") {
                    try await yard.state(ofReplay: replay.id) == "stopped" ? () : nil
                }
            }
            #expect(try await yard.replays() == 1)
            for id in 2...5 { #expect(try await yard.document(Int64(id)).state == .dead) }
            let progress = try await yard.bench.database.progress(ofReplay: replay.id)
            #expect([progress.selected, progress.replayed, progress.failedAgain] == ([5, 1, 1] as [Int]))
            #expect(progress.isCarriedOut)
        }
    }

    @Test func canaryThatLivesIsFollowedByTheRest() async throws {
        try await withGraveyard { yard in
            _ = try await yard.bury([1, 2, 3, 4, 5, 6, 7])
            let replay = try await yard.bench.database.requestReplay(.all, rate: nil, isCanary: true)
            var waves: [[Int64]] = []
            try await yard.whileWorking {
                while try await yard.state(ofReplay: replay.id) != "done" {
                    let wave = try await yard.bench.envelopes(.invoices).map(\.sourceID)
                    guard !wave.isEmpty else {
                        try await Task.sleep(for: .milliseconds(20))
                        continue
                    }
                    waves.append(wave)
                    _ = try await yard.bench.database.client.query(
                        "update documents set state = 'posted' where source_id = any(\(wave)::bigint[])"
                    )
                }
            }
            #expect(waves.first == [1])
            // Each once; in which sequence a queue hands out what was sent in one wave is not promised.
            #expect(waves.flatMap { $0 }.sorted() == Array(1...7))
            #expect(try await yard.bench.database.progress(ofReplay: replay.id).succeeded == 7)
        }
    }

    @Test func anotherReplayerGoesOnWhereOneDied() async throws {
        try await withGraveyard { yard in
            let database = yard.bench.database
            _ = try await yard.bury([1, 2, 3, 4, 5, 6])
            let replay = try await database.requestReplay(.all, rate: 4, isCanary: false)
            try await yard.whileWorking {
                try await yard.bench.eventually("two are sent back") {
                    try await yard.replays() >= 2 ? () : nil
                }
            }
            #expect(try await yard.state(ofReplay: replay.id) == "running")
            let done = try await yard.replays()
            #expect(done < 6)
            // Its turn runs out.
            _ = try await database.client.query(
                "update replays set owner_until = now() - interval '1 second'"
            )
            try await yard.work()
            #expect(try await yard.state(ofReplay: replay.id) == "done")
            #expect(try await yard.replays() == 6)
            let envelopes = try await yard.bench.envelopes(.invoices)
            #expect(envelopes.map(\.sourceID).sorted() == [1, 2, 3, 4, 5, 6])
            let progress = try await database.progress(ofReplay: replay.id)
            #expect([progress.replayed, progress.untouched] == ([6, 0] as [Int]))
        }
    }

    @Test func crashBetweenStateAndPublishIsSweptUp() async throws {
        try await withGraveyard { yard in
            let database = yard.bench.database
            let failure = try #require(try await yard.bury([1]).first)
            let replay = try await database.requestReplay(.all, rate: nil, isCanary: false)
            // A replayer dies here: the state is set, nothing is published.
            #expect(try await database.replay(failure, replay: replay.id) != nil)
            try await yard.bench.age("1 minute")
            try await yard.work()
            #expect(try await yard.bench.envelopes(.invoices).map(\.sourceID) == [1])
            #expect(try await yard.document(1).publishedRevision == 1)
            #expect(try await yard.state(ofReplay: replay.id) == "done")
        }
    }
}
