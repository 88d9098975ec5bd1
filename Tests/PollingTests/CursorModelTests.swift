import ExactJSON
import Foundation
import Storage
import Testing

@testable import AdobeCommerce
@testable import Polling

/// A million changes of a simulated store, read by the product's own passes: nothing is missed.
///
/// `TEST_SEED` replays a run; the seed is part of every failure.
@Suite(.timeLimit(.minutes(5)))
struct CursorModelTests {
    struct Course: Sendable, CustomStringConvertible {
        let name: String
        /// Between two polls, in seconds.
        let interval: Int
        let polls: Int
        let changesPerThousandSeconds: Int
        var hazards = ModelStore.Hazards()
        /// How long a row is read again for: the overlap.
        var rereadSeconds = 600.0
        var description: String { name }
    }

    static let courses = [
        Course(name: "daily", interval: 86_400, polls: 35, changesPerThousandSeconds: 150),
        Course(name: "every 15 minutes", interval: 900, polls: 1500, changesPerThousandSeconds: 300),
        Course(name: "every minute", interval: 60, polls: 1500, changesPerThousandSeconds: 800),
        Course(
            name: "database clock 25 minutes slow",
            interval: 900,
            polls: 400,
            changesPerThousandSeconds: 300,
            // The settling delay means nothing then; the overlap alone covers what comes late.
            hazards: .init(latest: 590, databaseClock: -1500)
        ),
        Course(
            name: "database clock an hour fast",
            interval: 900,
            polls: 400,
            changesPerThousandSeconds: 300,
            hazards: .init(databaseClock: 3600)
        ),
        Course(
            name: "bursts",
            interval: 300,
            polls: 1500,
            changesPerThousandSeconds: 20,
            hazards: .init(burstPerMille: 60)
        ),
        // Its newest row is read again until no clock of the store's can be so wrong.
        Course(
            name: "quiet",
            interval: 900,
            polls: 1000,
            changesPerThousandSeconds: 1,
            rereadSeconds: 600 + ChangePass.databaseClockTolerance
        ),
    ]

    private static let seed =
        ProcessInfo.processInfo.environment["TEST_SEED"].flatMap(UInt64.init) ?? 20_261_124
    private static let pageSize = 100
    private static let settle = Duration.seconds(120)
    private static let overlap = Duration.seconds(600)

    @Test(arguments: courses)
    func nothingIsMissed(_ course: Course) throws {
        var reader = ModelReader(course: course, seed: Self.seed)
        for poll in 0..<course.polls {
            reader.store.pass(
                seconds: course.interval,
                changesPerThousandSeconds: course.changesPerThousandSeconds
            )
            reader.poll()
            // Now and then one is killed at some page, and gone on with later.
            if poll % 25 == 24 { reader.dies(afterPages: poll % 7) }
        }
        reader.store.settle(seconds: 7200)
        reader.poll()
        let missed = reader.missed(includingSilent: false)
        #expect(
            missed.isEmpty,
            "seed \(Self.seed), \(course): \(missed.count) missed, first \(missed.prefix(5))"
        )
        reader.sweep()
        let silent = reader.missed(includingSilent: true)
        #expect(silent.isEmpty, "seed \(Self.seed), \(course): the sweep missed \(silent.prefix(5))")

        let overhead = Double(reader.reread) / Double(reader.store.changes)
        let allowed = course.interval == 86_400 ? 0.02 : course.rereadSeconds / Double(course.interval)
        print(
            "cursor model, \(course): \(reader.store.changes) changes, \(reader.read) rows read, "
                + "re-read overhead \((overhead * 10_000).rounded() / 100) % of at most \(allowed * 100) %"
        )
        #expect(overhead <= allowed, "seed \(Self.seed), \(course)")
    }

    @Test func aMillionChangesAreSimulated() {
        let planned = Self.courses.map { $0.interval * $0.polls * $0.changesPerThousandSeconds / 1000 }
        #expect(planned.reduce(0, +) >= 1_000_000)
    }

    /// Polls the model with the product's passes.
    private struct ModelReader {
        var store: ModelStore
        private var memory: PollCursor?
        private var published: [Int32] = []
        private(set) var read = 0
        private(set) var reread = 0
        private var plannedDeath: Int?

        init(course: Course, seed: UInt64) {
            store = ModelStore(
                seconds: course.interval * course.polls * 2,
                hazards: course.hazards,
                seed: seed
            )
        }

        mutating func dies(afterPages pages: Int) { plannedDeath = pages }

        private enum Pass { case died, wasInterrupted, wasWhole }

        /// One run. Where a death is planned, it goes on later.
        mutating func poll() {
            if let pages = plannedDeath {
                plannedDeath = nil
                if run(pagesAtMost: pages) == .wasWhole { return }
                store.pass(seconds: 300, changesPerThousandSeconds: 200)
            }
            while run(pagesAtMost: .max) == .wasInterrupted {}
        }

        private mutating func run(pagesAtMost limit: Int) -> Pass {
            var pass = ChangePass(
                after: memory,
                storeTime: ModelStore.epoch.addingTimeInterval(TimeInterval(store.now)),
                settle: settle,
                overlap: overlap
            )
            if !pass.isResumed {
                var begun = pass.memory
                begun.passBound = pass.bound
                begun.readUntil = memory?.readUntil
                memory = begun
            }
            var pages = 0
            while !pass.isComplete {
                guard pages < limit else { return .died }
                pages += 1
                let page = store.changed(after: pass.position, upTo: pass.bound, pageSize: pageSize)
                pass.take(page)
                take(page)
                memory?.updatedAt = pass.memory.updatedAt
                memory?.entityID = pass.memory.entityID
                // The store goes on while it is read.
                store.pass(seconds: 1, changesPerThousandSeconds: 200)
            }
            var end = pass.finalMemory
            end.readUntil = pass.bound
            memory = end
            return pass.isResumed ? .wasInterrupted : .wasWhole
        }

        private mutating func take(_ page: Page) {
            for row in page.rows {
                let index = Int(row.entityID) - 1
                while published.count <= index { published.append(0) }
                let version = Int32(row.source.int ?? 0)
                read += 1
                if published[index] == version { reread += 1 }
                published[index] = version
            }
        }

        mutating func sweep() {
            var last: Int64 = 0
            while true {
                let page = store.listed(after: last, pageSize: pageSize)
                for row in page.rows { published[Int(row.entityID) - 1] = Int32(row.source.int ?? 0) }
                last = page.nextCursor.entityID
                if page.isLast { return }
            }
        }

        /// Ids whose published version is older than what the store shows.
        func missed(includingSilent: Bool) -> [Int] {
            (1...store.count).filter { id in
                let known = id <= published.count ? published[id - 1] : 0
                return known < (includingSilent ? store.version(of: id) : store.movedVersion(of: id))
            }
        }
    }
}
