import Foundation
import Testing

@testable import AdobeCommerce

@Suite(.timeLimit(.minutes(3))) struct ServerClockTests {
    private static let local = Date(timeIntervalSince1970: 1_767_225_600)  // 2026-01-01

    @Test func learnsADateWithinADay() {
        let clock = ServerClock(localTime: { Self.local })
        #expect(clock.bestHand == .machine && clock.now == Self.local)
        let date = clock.learn(date: "Thu, 01 Jan 2026 23:59:59 GMT", age: nil)
        #expect(date == Self.local + 86_399 && clock.now == Self.local + 86_399 && clock.bestHand == .store)
        #expect(clock.time(by: .machine) == Self.local && clock.problem == nil)
    }

    @Test func aDateOverADayAwayIsNotBelievedAndSaidSo() {
        let clock = ServerClock(localTime: { Self.local })
        for text in ["Fri, 02 Jan 2026 00:00:01 GMT", "Wed, 31 Dec 2025 23:59:59 GMT"] {
            let isFar = text.hasPrefix("Fri")
            #expect((clock.learn(date: text, age: nil) == nil) == isFar)
            #expect((clock.problem != nil) == isFar)
        }
        #expect(clock.learn(date: "Thu, 01 Jan 1970 00:00:00 GMT", age: nil) == nil)
        #expect(clock.now == Self.local - 1)
        let problem = clock.problem
        #expect(problem?.localTime == Self.local && problem?.storeTime == Date(timeIntervalSince1970: 0))
        #expect(problem?.description.contains("1970-01-01 00:00:00") == true)
    }

    @Test(
        arguments: [("soon", nil), (nil, nil), ("Thu, 01 Jan 2026 00:00:09 GMT", "7")] as [(String?, String?)]
    )
    func whatSaysNothingAboutNowIsNotLearned(_ date: String?, _ age: String?) {
        let clock = ServerClock(localTime: { Self.local })
        #expect(clock.learn(date: date, age: age) == nil && clock.bestHand == .machine)
    }

    private func timestamps(_ store: LoopbackStore) -> [Int] {
        store.requests.compactMap {
            ($0.headers["authorization"]?.firstMatch(of: /oauth_timestamp="(\d+)"/)?.1).flatMap { Int($0) }
        }
    }

    /// A cache in front stamps its own, wrong time on everything: the store still takes this machine's.
    @Test func aRefusedTimeIsTriedAgainByTheOtherClock() async throws {
        let store = try LoopbackStore { request in
            let stamp = request.headers["authorization"]?.firstMatch(of: /oauth_timestamp="(\d+)"/)?.1
            let isAhead = stamp.flatMap { Int($0) }.map { $0 > 1_767_225_600 + 600 } ?? true
            let wrong = ["Date": "Thu, 01 Jan 2026 02:00:00 GMT"]
            return isAhead
                ? .init(401, #"{"message":"Beim Prüfen ist ein Fehler aufgetreten"}"#, wrong)
                : .init("[]", wrong)
        }
        defer { store.close() }
        let client = try StoreWalk.client(store, localTime: { Self.local })
        for _ in 0..<2 { _ = try await client.get(.storeViews) }
        #expect(timestamps(store) == [1_767_225_600, 1_767_232_800, 1_767_225_600])
    }

    @Test func anUnbelievedClockIsNotSignedBy() async throws {
        let store = try LoopbackStore { _ in
            .init(
                401,
                #"{"message":"An error occurred validating the nonce"}"#,
                ["Date": "Thu, 01 Jan 2099 00:00:00 GMT"]
            )
        }
        defer { store.close() }
        let client = try StoreWalk.client(store, localTime: { Self.local })
        await #expect(throws: AdobeError.self) { try await client.get(.storeViews) }
        #expect(timestamps(store) == [1_767_225_600, 1_767_225_600])
        #expect(client.clockProblem != nil && client.serverTime == Self.local)
    }
}
