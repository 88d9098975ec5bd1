import Accounting
public import AdobeCommerce
public import Foundation
public import HTTPClient

/// What an interview has to know of a store, read with a handful of requests.
public struct StoreSurvey: Sendable {
    /// A store view and what accounting cares about of it.
    public struct View: Sendable, Hashable {
        /// What the tenant file names it by.
        public let code: String
        /// For people.
        public let name: String
        /// False when it is switched off.
        public let isActive: Bool
        /// ISO code of the `base_` amounts of its orders; nil where the store does not tell.
        public let baseCurrency: String?
        /// What it shows times in; nil for a name unknown here.
        public let timeZone: TimeZone?
    }

    /// The store.
    public let url: StoreURL
    /// Its store views without the administration, in the store's order.
    public let views: [View]

    /// Reads a store.
    /// - Throws: `AdobeError`, whose sentence and next step are for people.
    public static func read(_ url: StoreURL, _ signIn: AdobeSignIn, _ http: HTTPClient)
        async throws(AdobeError)
        -> StoreSurvey
    {
        var configuration = AdobeClientConfiguration()
        configuration.retry = .init(maximumTries: 2)
        configuration.timeouts = HTTPTimeouts(firstByte: .seconds(30), total: .seconds(45))
        let client = AdobeClient(url: url, signIn: signIn, http: http, configuration: configuration)
        let views = try await client.storeViews()
        let configs = Dictionary(try await client.storeConfigs().map { ($0.code, $0) }) { $1 }
        return StoreSurvey(
            url: url,
            views: views.filter { $0.id != 0 && $0.code != "admin" }.map { view in
                View(
                    code: view.code,
                    name: view.name,
                    isActive: view.isActive,
                    baseCurrency: configs[view.code]?.baseCurrency.uppercased(),
                    timeZone: configs[view.code]?.timeZone
                )
            }
        )
    }
}

/// A token of a person's own, kept for as long as an interview lasts.
actor InterviewTokens: AccessTokenSource {
    private let endpoint: IMSTokenEndpoint
    private var token: AccessToken?

    init(_ endpoint: IMSTokenEndpoint) { self.endpoint = endpoint }

    func accessToken() async throws(AdobeError) -> AccessToken {
        if let token { return token }
        let new = try await endpoint.requestToken()
        token = new
        return new
    }

    func accessToken(insteadOf refused: AccessToken) async throws(AdobeError) -> AccessToken {
        if token == refused { token = nil }
        return try await accessToken()
    }
}

extension AdobeError {
    /// Whether the credentials are to be given again, rather than the address.
    var isAboutCredentials: Bool {
        switch cause {
        case .signIn, .rights, .forbidden: true
        default: party == .identityService
        }
    }
}
