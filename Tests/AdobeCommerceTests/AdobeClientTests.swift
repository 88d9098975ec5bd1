import Accounting
import ExactJSON
import Foundation
import HTTPClient
import Synchronization
import Testing

@testable import AdobeCommerce

@Suite(.timeLimit(.minutes(3))) struct AdobeClientTests {
    private func client(
        _ url: String,
        localTime: @escaping @Sendable () -> Date = { Date() },
        change: (inout AdobeClientConfiguration) -> Void = { _ in }
    ) throws -> AdobeClient {
        var configuration = AdobeClientConfiguration()
        configuration.retry = RetryPolicy(maximumTries: 2, firstPause: .zero, throttledPause: .zero)
        change(&configuration)
        return AdobeClient(
            url: try StoreURL(url),
            signIn: StoreWalk.signIn,
            http: HTTPClient(configuration: .init(proxy: "")),
            configuration: configuration,
            localTime: localTime
        )
    }

    private func ask(_ client: AdobeClient) async -> AdobeError? {
        do throws(AdobeError) {
            _ = try await client.get(.storeViews)
            return nil
        } catch {
            return error
        }
    }

    @Test func sendsOneSignedGet() async throws {
        let store = try LoopbackStore { _ in .init("[]", ["Date": "Thu, 01 Jan 2026 00:00:00 GMT"]) }
        defer { store.close() }
        let local = Date(timeIntervalSince1970: 1_767_225_590)
        let answer = try await client(store.url + "/shop/", localTime: { local }).get(
            .customers,
            ["searchCriteria[a_b]": "1+1 = ü"]
        )
        #expect(answer.json == [] && answer.serverTime == UTCTime.date(adobe: "2026-01-01 00:00:00"))
        let request = try #require(store.requests.first)
        #expect(
            store.requests.count == 1 && request.method == "GET"
                && request.headers["accept"] == "application/json"
                && request.headers["user-agent"] == "ml-connector"
        )
        #expect(
            request.target
                == "/shop/rest/default/V1/customers/search?searchCriteria%5Ba_b%5D=1%2B1%20%3D%20%C3%BC"
        )
        let verifier = VerifyingStore(consumerSecret: "cccccccc", tokenSecret: "tttttttt")
        let authorization = try #require(request.headers["authorization"])
        let host = try #require(request.headers["host"])
        let target = "http://\(host)\(request.target)"
        #expect(try verifier.accepts(method: "GET", target: target, authorization: authorization))
    }

    @Test func aUsedNonceIsTriedOnceMoreWithANewOne() async throws {
        let refusals = Mutex(1)
        let store = try LoopbackStore { _ in
            let refuses = refusals.withLock { count in
                count -= 1
                return count >= 0
            }
            let message =
                #"{"message":"The nonce is already being used by the consumer with ID %1","parameters":[7]}"#
            return refuses ? .init(401, message) : .init("[]")
        }
        defer { store.close() }
        let client = try client(store.url)
        #expect(await ask(client) == nil)
        let nonces = store.requests.compactMap {
            $0.headers["authorization"]?.firstMatch(of: /oauth_nonce="(\w{32})"/)?.1
        }
        #expect(nonces.count == 2 && Set(nonces).count == 2)

        refusals.withLock { $0 = 5 }
        let error = await ask(client)
        #expect(error?.cause == .signIn(.nonceUsed) && error?.failureClass == .transient)
        #expect(store.requests.count == 4)
    }

    /// A machine whose clock is an hour ahead signs by the store's, after one refusal.
    @Test func signsByTheStoresClock() async throws {
        let store = try LoopbackStore { request in
            let stamp = request.headers["authorization"]?.firstMatch(of: /oauth_timestamp="(\d+)"/)?.1
            let isAhead = stamp.flatMap { Int($0) }.map { $0 > 1_767_225_600 + 600 } ?? true
            let date = ["Date": "Thu, 01 Jan 2026 00:00:00 GMT"]
            return isAhead
                ? .init(401, #"{"message":"An error occurred validating the nonce"}"#, date)
                : .init("[]", date)
        }
        defer { store.close() }
        let local = Date(timeIntervalSince1970: 1_767_225_600 + 3600)
        let client = try client(store.url, localTime: { local })
        #expect(await ask(client) == nil)
        #expect(await ask(client) == nil)
        #expect(store.requests.count == 3)
        #expect(client.serverTime == Date(timeIntervalSince1970: 1_767_225_600))
    }

    @Test func redirectsAreNotFollowed() async throws {
        let store = try LoopbackStore { _ in .init(301, "", ["Location": "https://www.shop.example.com/rest"])
        }
        defer { store.close() }
        #expect(await ask(try client(store.url))?.cause == .redirected(to: "https://www.shop.example.com"))
        #expect(store.requests.count == 1)
    }

    @Test func aStoreThatIsNotThereIsUnreachable() async throws {
        let store = try LoopbackStore { _ in nil }
        store.close()
        let error = await ask(try client(store.url))
        #expect(error?.cause == .transport(.couldNotConnect) && error?.failureClass == .unreachable)
    }

    @Test func aLostAnswerIsTransient() async throws {
        let store = try LoopbackStore { _ in nil }
        defer { store.close() }
        #expect(await ask(try client(store.url))?.failureClass == .transient)
    }

    @Test func aSilentStoreTimesOut() async throws {
        let release = DispatchSemaphore(value: 0)
        let store = try LoopbackStore { _ in
            release.wait()
            return nil
        }
        defer { store.close() }
        let error = await ask(try client(store.url, change: { $0.timeouts.firstByte = .milliseconds(50) }))
        release.signal()
        #expect(error?.cause == .transport(.firstByteTimedOut) && error?.failureClass == .transient)
    }

    @Test func aHugeAnswerIsCutOff() async throws {
        let store = try LoopbackStore { _ in .init(String(repeating: "x", count: 5000)) }
        defer { store.close() }
        let error = await ask(try client(store.url, change: { $0.maximumBodyBytes = 1000 }))
        #expect(error?.cause == .transport(.bodyTooLarge(limit: 1000)))
    }

    @Test func listsAreRetriedAndGetIsNot() async throws {
        let count = Mutex(0)
        let store = try LoopbackStore { _ in
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            return isFirst
                ? .init(503, "<html>", ["Retry-After": "0"])
                : .init(#"[{"id":"1","code":"default","is_active":1}]"#)
        }
        defer { store.close() }
        let views = try await client(store.url).storeViews()
        #expect(views == [StoreView(id: 1, code: "default", name: "default", isActive: true)])
        count.withLock { $0 = 0 }
        #expect(await ask(try client(store.url))?.cause == .maintenance)
    }

    @Test func readsStoreSettings() async throws {
        let body =
            #"[{"id":0,"code":"admin","base_currency_code":"USD","timezone":"America/Chicago"},"#
            + #"{"id":1,"code":"fr","base_currency_code":"EUR","timezone":"Mars/Olympus"}]"#
        let store = try LoopbackStore { _ in .init(body) }
        defer { store.close() }
        let configs = try await client(store.url).storeConfigs()
        #expect(configs.map(\.baseCurrency) == ["USD", "EUR"])
        #expect(configs.map { $0.timeZone?.identifier } == ["America/Chicago", nil])
        await #expect(throws: AdobeError(.damaged(.unexpectedShape), resource: .storeViews, status: 200)) {
            let odd = try LoopbackStore { _ in .init(#"[{"code":"x"}]"#) }
            defer { odd.close() }
            _ = try await client(odd.url).storeViews()
        }
    }
}
