import Foundation
import Storage
import Testing

@testable import Alerting

/// What is told, when, and how often.
struct JudgementTests {
    private let now = Date(timeIntervalSince1970: 1_796_022_000)
    private var ends: EndRule {
        var ends = EndRule()
        ends.paused = ["asleep"]
        ends.unreadable = ["unread"]
        ends.off = [.waiting: ["off"], .silence: ["off"], .unattended: ["off"]]
        ends.lastOrders = ["acme": now - 30]
        return ends
    }

    private var judgement: AlertJudgement {
        AlertJudgement(scope: "acme", destinations: ["webhook"], settle: 60, ends: ends)
    }

    private func condition(_ kind: AlertKind, measure: Int = 1, tenant: String = "acme") -> Condition {
        Condition(
            kind,
            tenant: tenant,
            company: "SAMINC",
            item: "x",
            measure: measure,
            title: "T",
            count: measure,
            since: now
        )
    }

    private func told(
        _ kind: AlertKind,
        measure: Int = 1,
        ago: TimeInterval = 600,
        gone: TimeInterval? = nil,
        tenant: String = "acme"
    )
        -> ToldAlert
    {
        ToldAlert(
            scope: "acme",
            subject: condition(kind, tenant: tenant).subject,
            kind: kind.rawValue,
            tenant: tenant,
            company: "SAMINC",
            item: "x",
            title: "T",
            measure: measure,
            firstSeenAt: now - ago,
            toldAt: now - ago,
            goneAt: gone.map { now - $0 }
        )
    }

    /// `begin`, `worsen`, `end`, `say-end`, `vanish`, `reappear`, or nothing.
    private func outcome(_ conditions: [Condition], _ told: [ToldAlert]) -> [String] {
        judgement.moves(conditions, told: told, at: now).map { move in
            switch move {
            case .begin: "begin"
            case .worsen: "worsen"
            case .end(_, let notice): notice == nil ? "end" : "say-end"
            case .vanish: "vanish"
            case .reappear: "reappear"
            }
        }
    }

    @Test(arguments: AlertKind.allCases)
    func eachIsToldOnce(_ kind: AlertKind) {
        #expect(outcome([condition(kind)], []) == ["begin"])
        #expect(outcome([condition(kind)], [told(kind)]) == [])
        #expect(outcome([condition(kind), condition(kind)], []) == ["begin"])
    }

    @Test(
        arguments: [
            (.failures, 1, 600, 9, false), (.failures, 1, 600, 10, true), (.failures, 7, 600, 69, false),
            (.failures, 7, 600, 70, true), (.failures, 7, 86_400, 13, false),
            (.failures, 7, 86_400, 14, true),
            (.failures, 100_000, 600, 999_999, false), (.failures, 100_000, 600, 1_000_000, true),
            (.failures, 70, 600, 7, false), (.waiting, 7200, 600, 28_799, false),
            (.waiting, 7200, 600, 28_800, true),
            (.credential, 1, 600, 1, false), (.credential, 1, 600, 2, true), (.credential, 5, 600, 4, false),
            (.unattended, 3, 86_400, 300, false), (.unattended, 3, 604_800, 1, true),
            (.paused, 1, 864_000, 99, false),
            (.silence, 1, 864_000, 99, false),
        ] as [(AlertKind, Int, TimeInterval, Int, Bool)]
    )
    func isToldAgain(_ kind: AlertKind, _ before: Int, _ ago: TimeInterval, _ measure: Int, _ isWorse: Bool) {
        #expect(
            outcome([condition(kind, measure: measure)], [told(kind, measure: before, ago: ago)])
                == (isWorse ? ["worsen"] : [])
        )
    }

    @Test(
        arguments: [
            (.paused, nil, "vanish"), (.paused, 59, nil), (.paused, 60, "say-end"),
            (.failures, nil, "vanish"),
            (.failures, 60, "end"), (.signIn, 61, "say-end"), (.finding, 61, "end"),
            (.waiting, 61, "say-end"),
            (.silence, 61, "say-end"), (.polling, 61, "say-end"), (.credential, 61, "end"),
            (.unattended, 61, "end"),
        ] as [(AlertKind, TimeInterval?, String?)]
    )
    func ends(_ kind: AlertKind, _ gone: TimeInterval?, _ outcome: String?) {
        #expect(self.outcome([], [told(kind, gone: gone)]) == [outcome].compactMap { $0 })
    }

    @Test func whatIsBackAtOnceWasNeverOver() {
        #expect(outcome([condition(.paused)], [told(.paused, gone: 30)]) == ["reappear"])
    }

    @Test(arguments: AlertKind.allCases)
    func ofAPausedTenantSomeThingsAreNotKnown(_ kind: AlertKind) {
        let isUncertain = [.waiting, .silence, .polling].contains(kind)
        #expect(outcome([], [told(kind, tenant: "asleep")]) == (isUncertain ? [] : ["vanish"]))
    }

    @Test(arguments: AlertKind.allCases)
    func ofATenantThatCannotBeReadSomeThingsAreNotKnown(_ kind: AlertKind) {
        let isUncertain = [.waiting, .silence, .unattended].contains(kind)
        for gone in [nil, 61] as [TimeInterval?] where isUncertain {
            #expect(outcome([], [told(kind, gone: gone, tenant: "unread")]) == [])
        }
        if !isUncertain { #expect(outcome([], [told(kind, tenant: "unread")]) == ["vanish"]) }
    }

    @Test(arguments: [.waiting, .silence, .unattended] as [AlertKind])
    func whatIsSwitchedOffEndsSilently(_ kind: AlertKind) {
        #expect(outcome([], [told(kind, tenant: "off")]) == ["end"])
        #expect(outcome([], [told(kind, gone: 61, tenant: "off")]) == ["end"])
    }

    @Test func onlyAnOrderEndsASilence() {
        // The last order was placed before it was told, and after.
        #expect(outcome([], [told(.silence, ago: 29)]) == [])
        #expect(outcome([], [told(.silence, ago: 29, gone: 61)]) == [])
        #expect(outcome([], [told(.silence, ago: 31)]) == ["vanish"])
        #expect(outcome([], [told(.silence, tenant: "unheard-of")]) == [])
    }

    @Test func whatAnotherReleaseToldEndsSilently() {
        var alert = told(.paused)
        alert.kind = "unheard-of"
        #expect(outcome([], [alert]) == ["end"])
    }

    @Test func aCauseThatWasNotCountedIsNotTold() {
        var standing = condition(.failures)
        standing.count = nil
        #expect(outcome([standing], []) == [])
    }
}
