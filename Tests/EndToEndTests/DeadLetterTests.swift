import ExactJSON
import Foundation
import Glibc
import PostgresClient
import Testing

extension EndToEnd {
    /// What an operator does about dead letters, from the command line alone.
    @Suite struct DeadLetters {
        /// An installation whose orders with gift cards are dead.
        private func withDead(
            orders: Int = 280,
            _ body: (Stage, TenantPlan, Books, [JSON]) async throws -> Void
        ) async throws {
            try await withStage { stage in
                let (plan, books) = try await stage.opened(orders: orders) { $0.giftCard = nil }
                try await stage.begun()
                try await stage.settled()
                let dead = try await eventually("their letters are taken in") { () -> [JSON]? in
                    let letters = try await stage.deadLetters()
                    return letters.count == (try await stage.states()["dead"] ?? 0) ? letters : nil
                }
                try #require(dead.count > 8)
                try await body(stage, plan, books, dead)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `groups are listed, narrowed, rehearsed and replayed behind a canary`() async throws {
            try await withDead { stage, plan, books, dead in
                let groups = try #require(try await stage.ask("dead", "groups").array)
                let group = try #require(groups.first?["group"]?.string)
                #expect(group == "mapping:account-missing:giftCard")
                #expect(groups.first?["count"]?.int == dead.count)
                let ids = dead.compactMap { $0["id"]?.string }
                let first = try await stage.ask("dead", "list", "--limit", "3").array
                #expect(first?.compactMap { $0["id"]?.string } == Array(ids.prefix(3)))
                let next = try await stage.ask("dead", "list", "--limit", "3", "--after", ids[2]).array
                #expect(next?.compactMap { $0["id"]?.string } == Array(ids[3..<6]))
                let paged = try await stage.run("dead", "list", "--limit", "3")
                #expect(paged.messages.contains("\(dead.count - 3) more"))

                let before = try await stage.ask("replay", "--group", group, "--tenant", "acme", "--dry-run")
                #expect(before["failedAgain"]?.int == dead.count)
                #expect(before["causes"]?.array?.first?["group"]?.string == group)
                var mended = plan
                mended.giftCard = "2310"
                try await stage.apply(mended)
                let after = try await stage.ask("replay", "--group", group, "--dry-run")
                #expect(after["succeeded"]?.int == dead.count)
                #expect(try await stage.deadLetters().count == dead.count, "a rehearsal sends nothing")

                let replay = try await stage.ask("replay", "--group", group, "--canary", "--wait")
                #expect(replay["succeeded"]?.int == dead.count)
                #expect(replay["state"]?.string == "done")
                try await stage.settled()
                try await books.agree()
                let list = try #require(try await stage.ask("replays", "list").array)
                #expect(list.first?["selected"]?.int == dead.count)
                #expect(list.first?["canary"]?.bool == true)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `letters are discarded, restored, noted, tagged and assigned, and why tells it`() async throws {
            try await withDead { stage, _, _, dead in
                let id = try #require(dead.first?["id"]?.string)
                let document = try #require(dead.first?["document"]?.string)
                try await stage.ask("dead", "note", id, "asked", "the", "shop")
                let tagged = try await stage.run("dead", "tag", id, "+vip", "-later", "--json")
                #expect(try tagged.json()["count"]?.int == 1)
                let group = try #require(dead.first?["group"]?.string)
                let assigned = try await stage.ask("dead", "assign", "--group", group, "ann")
                #expect(assigned["count"]?.int == dead.count)
                try await stage.ask("dead", "assign", id, "--nobody")
                #expect(
                    try await stage.ask("dead", "list", "--assignee", "ann").array?.count == dead.count - 1
                )
                #expect(try await stage.ask("dead", "list", "--tag", "vip").array?.count == 1)

                try await stage.ask("dead", "discard", id, "--reason", "paid by cheque")
                #expect(try await stage.deadLetters().count == dead.count - 1)
                #expect(try await stage.run("dead", "discard", id, "--reason", "again").status == 1)
                try await stage.ask("dead", "restore", id, "--reason", "it was not")
                #expect(try await stage.deadLetters().count == dead.count)
                let shown = try await stage.ask("dead", "show", id)
                #expect(shown["resolution"]?.isNull == true)
                #expect(shown["tags"]?.array == ["vip"])
                #expect(
                    shown["actions"]?.array?.compactMap { $0["action"]?.string }
                        == ["restore", "discard", "assign", "assign", "tag", "note"]
                )
                let why = try await stage.ask("why", "acme", document)
                let stages = why["events"]?.array?.compactMap { $0["stage"]?.string } ?? []
                for stage in ["note", "tag", "assign", "discard", "restore"] {
                    #expect(stages.contains(stage))
                }
                #expect(why["state"]?.string == "dead")
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `a name is corrected and replayed, money is not`() async throws {
            try await withDead { stage, plan, books, dead in
                let letter = try #require(dead.first { $0["kind"]?.string == "order" })
                let id = try #require(letter["id"]?.string)
                let document = try #require(letter["document"]?.string)
                let refused = try await stage.run(
                    "dead",
                    "edit",
                    id,
                    "--set",
                    "base_grand_total=1",
                    "--reason",
                    "cheaper",
                    "--yes"
                )
                #expect(refused.status == 2)
                let set = ["--set", "billing_address.firstname=Corrected"]
                let asked = try await stage.finish(
                    stage.start("connectorctl", ["dead", "edit", id, "--reason", "typo"] + set)
                )
                #expect(asked.status == 2, "nobody is there to be asked")
                let look = try await stage.finish(
                    stage.start("connectorctl", ["dead", "edit", id, "--dry-run", "--json"] + set)
                )
                #expect(try look.json()["changes"]?.array?.first?["after"]?.string == "Corrected")
                #expect(try look.json()["wouldFail"]?.string?.contains("giftCard") == true)

                var mended = plan
                mended.giftCard = "2310"
                try await stage.apply(mended)
                let edited = try await stage.finish(
                    stage.start(
                        "connectorctl",
                        ["dead", "edit", id, "--reason", "typo", "--yes", "--json"] + set
                    )
                )
                #expect(try edited.json()["revision"]?.int == 2)
                try await eventually("the corrected order is posted") {
                    (try await stage.ask("why", "acme", document)["state"]?.string == "posted").orNil
                }
                let why = try await stage.ask("why", "acme", document)
                let edit = why["events"]?.array?.first { $0["stage"]?.string == "edit" }
                #expect(edit?["detail"]?.string?.contains("billing_address.firstname: typo") == true)
                #expect(why.text.contains("Corrected") == false, "events tell which field, not what it holds")
                #expect(try await stage.ask("dead", "show", id)["resolution"]?.string == "replayed")
                try await stage.ask("replay", "--all", "--wait")
                try await stage.settled()
                try await books.agree()
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `a replay survives its replayer, is cancelled at once and leaves newcomers alone`() async throws
        {
            try await withDead { stage, plan, books, dead in
                var mended = plan
                mended.giftCard = "2310"
                try await stage.apply(mended)
                try await replayBehindInterrupt(stage, dead.count)
                let first = try #require(stage.running("replayer").first)
                let asked = try await stage.ask("replay", "--all", "--rate", "2/s")
                let id = try #require(asked["id"]?.string)
                try await eventually("some are sent back") {
                    ((try await stage.ask("replays", "show", id)["replayed"]?.int ?? 0) >= 2).orNil
                }
                first.kill()
                try await first.end()
                try stage.start("replayer")
                let before = try await replayed(stage, id)
                try await eventually("another goes on") {
                    (try await replayed(stage, id) > before).orNil
                }
                try await stage.ask("replays", "cancel", id)
                let sent = try await replayed(stage, id)
                try await Task.sleep(for: .seconds(2))
                #expect(try await replayed(stage, id) == sent)
                #expect(try await stage.ask("replays", "show", id)["state"]?.string == "cancelled")
                #expect(try await stage.run("replays", "cancel", id).status == 1)
                #expect(try await stage.deadLetters().count == dead.count - sent - 1)

                try await stage.ask("replay", "--all", "--wait")
                try await stage.settled()
                try await books.agree()
                let twice = try await stage.peek(
                    """
                    select source_id from document_events where stage = 'replay'
                    group by tenant, company, kind, source_id having count(*) > 1
                    """
                )
                #expect(twice.isEmpty)
            }
        }

        /// Ctrl-C ends the looking, not the replay.
        private func replayBehindInterrupt(_ stage: Stage, _ count: Int) async throws {
            let id = try #require(try await stage.deadLetters().last?["id"]?.string)
            let other = try #require(try await stage.deadLetters().first?["id"]?.string)
            let watch = try stage.start(
                "connectorctl",
                ["replay", "--id", id, "--id", other, "--rate", "0.01/s", "--wait"]
            )
            try await watch.says("1 of 2 replayed")
            watch.send(SIGINT)
            #expect(try await watch.end() == 130)
            #expect(watch.messages.contains("goes on without you"))
            let replay = try #require(try await stage.ask("replays", "list").array?.first)
            #expect(replay["state"]?.string == "running")
            try await stage.ask("replays", "cancel", try #require(replay["id"]?.string))
            #expect(try await stage.deadLetters().count == count - 1)
        }

        private func replayed(_ stage: Stage, _ id: String) async throws -> Int {
            try await stage.ask("replays", "show", id)["replayed"]?.int ?? 0
        }
    }
}
