import Foundation
import Storage
import Testing

@testable import Posting

/// What is held against a message, and when it is enough.
@Suite(.timeLimit(.minutes(3)))
struct SuspicionTests {
    private let own = UUID()

    private func handling(_ instance: UUID = UUID(), hasLasted: Bool = false) -> Handling {
        Handling(
            service: "invoice-worker",
            instance: instance,
            host: "here",
            process: 7,
            at: Date(timeIntervalSince1970: 1_764_000_000),
            stage: "read",
            hasLasted: hasLasted
        )
    }

    private func report(_ handling: Handling, _ signal: String?, isFromOutside: Bool = false) -> (
        UUID, CrashReport
    ) {
        let report = CrashReport(
            instance: handling.instance,
            service: handling.service,
            host: handling.host,
            process: handling.process,
            signal: signal,
            isFromOutside: isFromOutside,
            diedAt: signal.map { _ in Date(timeIntervalSince1970: 1_764_000_001) },
            trace: signal == nil ? "" : "thread worker\nframe 1"
        )
        return (handling.instance, report)
    }

    @Test("two crashes of its own doing are enough")
    func crashes() {
        let handlings = [handling(), handling()]
        let reports = Dictionary(uniqueKeysWithValues: handlings.map { report($0, "SIGSEGV") })
        #expect(Suspicion(handlings, reports: reports, own: own).isEnough)
        #expect(!Suspicion([handlings[0]], reports: reports, own: own).isEnough)
    }

    @Test("so are two kills of a handling that took far too long, as when memory runs out")
    func lasting() {
        let handlings = [handling(hasLasted: true), handling(hasLasted: true)]
        #expect(Suspicion(handlings, own: own).isEnough)
        #expect(!Suspicion([handling(hasLasted: true), handling()], own: own).isEnough)
    }

    @Test("kills within the usual milliseconds are somebody's hand: four in a row are enough, three are not")
    func kills() {
        let handlings = (0..<4).map { _ in handling() }
        let reports = Dictionary(uniqueKeysWithValues: handlings.map { report($0, nil) })
        #expect(!Suspicion(Array(handlings.prefix(3)), reports: reports, own: own).isEnough)
        #expect(Suspicion(handlings, reports: reports, own: own).isEnough)
        // A signal that somebody sent says no more than a kill does.
        let sent = Dictionary(
            uniqueKeysWithValues: handlings.map { report($0, "SIGABRT", isFromOutside: true) }
        )
        #expect(!Suspicion(Array(handlings.prefix(3)), reports: sent, own: own).isEnough)
    }

    @Test("a handling that this process survived clears what was before it")
    func survival() {
        let (before, after) = (handling(), handling())
        let handlings = [before, before, before, handling(own), after]
        let suspicion = Suspicion(handlings, own: own)
        #expect(suspicion.deaths.map(\.handling) == [after])
        #expect(suspicion.open == [after])
    }

    @Test("who showed a sign of life lately may live: not held against it, and not forgotten")
    func undecided() {
        let handlings = [handling(hasLasted: true), handling(hasLasted: true)]
        let instance = handlings[1].instance
        let early = Suspicion(handlings, living: [instance], own: own)
        #expect(early.deaths.count == 1)
        #expect(early.open == handlings)
        #expect(!early.isEnough)
        // Its file tells sooner than its heartbeat.
        let told = Suspicion(
            handlings,
            reports: Dictionary(uniqueKeysWithValues: [report(handlings[1], nil)]),
            living: [instance],
            own: own
        )
        #expect(told.isEnough)
    }

    @Test func traceNamesEveryDeath() {
        let handlings = [handling(), handling(hasLasted: true)]
        let suspicion = Suspicion(
            handlings,
            reports: Dictionary(uniqueKeysWithValues: [report(handlings[0], "SIGSEGV")]),
            own: own
        )
        #expect(suspicion.trace.contains("died of SIGSEGV\nthread worker\nframe 1"))
        #expect(suspicion.trace.contains("2. invoice-worker on here, process 7"))
        #expect(suspicion.trace.contains("killed from outside (no trace)"))
        #expect(suspicion.summary.contains("2025-11-24T16:00:01Z: died of SIGSEGV; "))
        #expect(suspicion.trace.utf8.count < 16_000)
    }
}
