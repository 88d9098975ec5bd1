import Accounting
import Foundation
import Messaging
import PostgresClient
import Publishing
import Storage
import TestBench
import Testing

/// People hold and end replays while they run, and several run side by side.
@Suite(.enabled(if: Bench.isComplete), .timeLimit(.minutes(2)))
struct ReplayControlTests {
    @Test func slowReplayKeepsNoOtherWaiting() async throws {
        try await withGraveyard { yard in
            let database = yard.bench.database
            let failures = try await yard.bury([1, 2, 3, 4])
            let slow = FailureFilter.failures([failures[0].id, failures[1].id])
            let first = try await database.requestReplay(slow, rate: Decimal(string: "0.01"))
            let second = try await database.requestReplay(.failures([failures[2].id, failures[3].id]))
            try await yard.whileWorking {
                try await yard.bench.eventually("the second is done") {
                    try await yard.state(ofReplay: second.id) == "done" ? () : nil
                }
                #expect(try await yard.state(ofReplay: first.id) == "running")
                // A wait of a hundred seconds is ended at once.
                #expect(try await database.cancelReplay(first.id, by: "ann"))
            }
            #expect(try await yard.state(ofReplay: first.id) == "cancelled")
            #expect(try await yard.document(2).state == .dead)
            #expect(try await database.openFailures().map(\.id) == [failures[1].id])
        }
    }

    @Test func pausedReplayGoesOnWhereItWas() async throws {
        try await withGraveyard { yard in
            let database = yard.bench.database
            _ = try await yard.bury(Array(1...40))
            let replay = try await database.requestReplay(.all, rate: 10)
            try await yard.whileWorking {
                try await yard.bench.eventually("some are sent back") {
                    try await yard.replays() >= 2 ? () : nil
                }
                #expect(try await database.pauseReplay(replay.id))
                let sent = try await yard.replays()
                #expect(sent < 40)
                // Eight more, were it not for the pause.
                try await Task.sleep(for: .milliseconds(800))
                #expect(try await yard.replays() == sent)
                _ = try await database.client.query("update replays set rate = null")
                #expect(try await database.resumeReplay(replay.id))
                try await yard.bench.eventually("it is done") {
                    try await yard.state(ofReplay: replay.id) == "done" ? () : nil
                }
            }
            #expect(try await yard.bench.envelopes(.invoices).map(\.sourceID).sorted() == Array(1...40))
        }
    }

    @Test func canaryThatWaitsForItsWaveIsCancelled() async throws {
        try await withGraveyard { yard in
            let database = yard.bench.database
            _ = try await yard.bury([1, 2, 3])
            let replay = try await database.requestReplay(.all, isCanary: true)
            try await yard.whileWorking {
                // Nobody takes it from its queue: the wave is never decided.
                try await yard.bench.eventually("the first is sent back") {
                    try await yard.replays() == 1 ? () : nil
                }
                #expect(try await database.cancelReplay(replay.id, by: "ann"))
                // Now it is, and well: all the same nothing more is sent.
                let sent = try #require(try await yard.bench.envelopes(.invoices).first)
                try await yard.post(sent.sourceID)
                try await Task.sleep(for: .milliseconds(1500))
            }
            #expect(try await yard.replays() == 1)
            #expect(try await yard.state(ofReplay: replay.id) == "cancelled")
        }
    }

    @Test func canaryGoesOnAfterAnotherFailureAmongSuccesses() async throws {
        try await withGraveyard { yard in
            let database = yard.bench.database
            _ = try await yard.bury([1, 2, 3, 4, 5, 6, 7, 8])
            let replay = try await database.requestReplay(.all, isCanary: true)
            let other = Failure(.ledger, code: "period-closed", reason: "Closed.", nextStep: "Open it.")
            try await yard.whileWorking {
                while try await yard.state(ofReplay: replay.id) != "done" {
                    for id in try await yard.bench.envelopes(.invoices).map(\.sourceID) {
                        if id == 3 { try await yard.kill(id, other) } else { try await yard.post(id) }
                    }
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            let progress = try await database.progress(ofReplay: replay.id)
            #expect(
                [progress.replayed, progress.succeeded, progress.failedAgain, progress.repeated]
                    == ([8, 7, 1, 0] as [Int])
            )
        }
    }

    @Test func canaryStopsWhenNothingOfAWaveSucceeds() async throws {
        try await withGraveyard { yard in
            let database = yard.bench.database
            _ = try await yard.bury([1, 2, 3])
            let replay = try await database.requestReplay(.all, isCanary: true)
            let other = Failure(.ledger, code: "period-closed", reason: "Closed.", nextStep: "Open it.")
            try await yard.whileWorking {
                let sent = try await yard.bench.eventually("the canary is sent") {
                    try await yard.bench.envelopes(.invoices).first
                }
                try await yard.kill(sent.sourceID, other)
                try await yard.bench.eventually("the replay stops") {
                    try await yard.state(ofReplay: replay.id) == "stopped" ? () : nil
                }
            }
            #expect(try await database.replay(replay.id)?.endedWhy?.contains("none succeeded") == true)
            #expect(try await yard.replays() == 1)
        }
    }

    /// At a rate a wave takes its time: what repeats early stops it before its rest is sent.
    @Test func canaryStopsInTheMiddleOfAWave() async throws {
        try await withGraveyard { yard in
            let database = yard.bench.database
            _ = try await yard.bury(Array(1...6))
            let replay = try await database.requestReplay(.all, rate: 1, isCanary: true)
            try await yard.whileWorking {
                var seen = 0
                while try await ["requested", "running"].contains(yard.state(ofReplay: replay.id)) {
                    for id in try await yard.bench.envelopes(.invoices).map(\.sourceID) {
                        seen += 1
                        // The first wave does well, the second begins badly.
                        if seen == 1 { try await yard.post(id) } else if seen == 2 { try await yard.kill(id) }
                    }
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            #expect(try await yard.state(ofReplay: replay.id) == "stopped")
            #expect(try await yard.replays() < 6)
            let progress = try await database.progress(ofReplay: replay.id)
            #expect(progress.repeated == 1)
        }
    }

    /// What waits for a paused tenant alone keeps no replayer that ends when idle; nor do many such keep another waiting.
    @Test func canariesOfPausedTenantsDoNotCount() async throws {
        try await withGraveyard { yard in
            let database = yard.bench.database
            let failures = try await yard.bury(Array(1...36))
            _ = try await database.client.pipeline([
                """
                insert into tenants (tenant, name, version, configuration, sage_address, sage_user, paused)
                values (\(yard.bench.tenant.name), 'x', 1, '', 'https://sage.example.com', 'x', true)
                """,
                "insert into companies values (\(yard.bench.tenant.name), 'SAMINC', 1)",
            ])
            var canaries: [Int64] = []
            for index in 0..<17 {
                let two = FailureFilter.failures([failures[2 * index].id, failures[2 * index + 1].id])
                canaries.append(try await database.requestReplay(two, isCanary: true).id)
            }
            let last = try await database.requestReplay(.failures([failures[35].id]))
            try await yard.work()
            #expect(try await yard.state(ofReplay: last.id) == "done")
            for canary in canaries { #expect(try await yard.state(ofReplay: canary) == "running") }
            #expect(try await yard.replays() == 18)
        }
    }

    @Test func newcomersAreUntouchedAndFastRatesSendSeveralAtOnce() async throws {
        try await withGraveyard { yard in
            let database = yard.bench.database
            _ = try await yard.bury(Array(1...60))
            let replay = try await database.requestReplay(.all, rate: 500)
            _ = try await yard.bury([61, 62])
            try await yard.work()
            #expect(try await yard.replays() == 60)
            #expect(try await yard.document(61).state == .dead)
            let progress = try await database.progress(ofReplay: replay.id)
            #expect([progress.selected, progress.replayed] == ([60, 60] as [Int]))
            #expect(try await yard.bench.envelopes(.invoices).map(\.sourceID).sorted() == Array(1...60))
        }
    }
}
