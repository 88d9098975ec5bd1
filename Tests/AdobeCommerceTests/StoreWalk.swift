import Accounting
import Foundation
import HTTPClient
import Testing

@testable import AdobeCommerce

/// Clients of a loopback store, and reading it from one end to the other.
enum StoreWalk {
    static let signIn = AdobeSignIn.oauth1(
        .init(
            consumerKey: .init("kkkkkkkk"),
            consumerSecret: .init("cccccccc"),
            accessToken: .init("aaaaaaaa"),
            accessTokenSecret: .init("tttttttt")
        )
    )

    static let end = Date(timeIntervalSince1970: 1_798_761_599)  // 2026-12-31 23:59:59

    static func client(
        _ store: LoopbackStore,
        tries: Int = 1,
        signIn: AdobeSignIn = signIn,
        memory: StoreMemory = .init(),
        localTime: @escaping @Sendable () -> Date = { Date() },
        change: (inout AdobeClientConfiguration) -> Void = { _ in }
    ) throws -> AdobeClient {
        var configuration = AdobeClientConfiguration()
        configuration.retry = RetryPolicy(
            maximumTries: tries,
            firstPause: .zero,
            throttledPause: .zero,
            longestPause: .zero
        )
        change(&configuration)
        return AdobeClient(
            url: try StoreURL(store.url),
            signIn: signIn,
            http: HTTPClient(configuration: .init(proxy: "")),
            memory: memory,
            configuration: configuration,
            localTime: localTime
        )
    }

    struct Reading: Equatable {
        var rows: [Int64] = []
        var unreadable: [Int64?] = []
    }

    /// Reads all changes; more pages than there can be are an endless loop.
    static func changes(of store: LoopbackStore, tries: Int = 1, pageSize: Int) async throws -> Reading {
        try await changes(with: client(store, tries: tries), pageSize: pageSize)
    }

    static func changes(with client: AdobeClient, pageSize: Int) async throws -> Reading {
        var cursor = Cursor.beginning
        var reading = Reading()
        for _ in 1...200 {
            let page = try await client.changed(.orders, after: cursor, upTo: end, pageSize: pageSize)
            reading.rows += page.rows.map(\.entityID)
            reading.unreadable += page.unreadable.map(\.entityID)
            cursor = page.nextCursor
            if page.isLast { return reading }
        }
        Issue.record("does not end")
        return reading
    }
}
