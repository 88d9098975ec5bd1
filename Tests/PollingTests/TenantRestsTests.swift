import Accounting
import Testing

@testable import Polling

/// How long a tenant is left alone after an attempt.
struct TenantRestsTests {
    private let start = ContinuousClock.now

    private func rest(after ends: TenantRests.End...) throws -> Duration {
        let tenant = try #require(TenantID("acme"))
        var rests = TenantRests()
        for end in ends { rests.note(tenant, end, now: start) }
        return Duration.milliseconds(
            try #require((0...100_000).first { rests.isOver(for: tenant, now: start + .milliseconds($0)) })
        )
    }

    @Test func finishedAttemptsNeedNone() throws {
        #expect(try rest(after: .outcome(.done)) == .zero)
        #expect(try rest(after: .outcome(.failed)) == .zero, "the run says when it is tried again")
        #expect(try rest(after: .outcome(.interrupted(.newConfiguration))) == .zero)
        #expect(try rest(after: .outcome(.interrupted(.backfillAsked))) == .zero)
    }

    @Test func othersWorkIsNotAskedAboutAllTheTime() throws {
        #expect(try rest(after: .outcome(.busy)) == .seconds(2))
        #expect(try rest(after: .outcome(.interrupted(.lockLost))) == .seconds(2))
        #expect(try rest(after: .outcome(.interrupted(.queuesDeep(2, limit: 1)))) == .seconds(10))
        #expect(try rest(after: .outcome(.interrupted(.storageFull(2, limit: 1)))) == .seconds(60))
    }

    @Test func errorsAreLeftLongerEachTimeAndForgotten() throws {
        #expect(try rest(after: .error) == .seconds(2))
        #expect(try rest(after: .error, .error, .error) == .seconds(8))
        let many = Array(repeating: TenantRests.End.error, count: 40)
        let tenant = try #require(TenantID("acme"))
        var rests = TenantRests()
        for end in many { rests.note(tenant, end, now: start) }
        #expect(!rests.isOver(for: tenant, now: start + .seconds(59)))
        #expect(rests.isOver(for: tenant, now: start + .seconds(60)))
        #expect(try rest(after: .error, .error, .outcome(.done), .error) == .seconds(2))
    }

    @Test func tenantsRestEachForItself() throws {
        let (tired, other) = (try #require(TenantID("acme")), try #require(TenantID("other")))
        var rests = TenantRests()
        rests.note(tired, .error, now: start)
        #expect(!rests.isOver(for: tired, now: start))
        #expect(rests.isOver(for: other, now: start))
    }
}
