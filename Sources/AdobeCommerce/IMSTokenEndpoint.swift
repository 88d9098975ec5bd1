import Accounting
import ExactJSON
public import Foundation
public import HTTPClient

/// Where Adobe's identity service gives out bearer tokens for a server-to-server credential (reference Adobe 1.5).
///
/// The only thing of this room that is not a GET: it changes nothing, and never goes to a store.
public struct IMSTokenEndpoint: Sendable {
    private let credentials: IMSCredentials
    private let http: HTTPClient
    private let localTime: @Sendable () -> Date

    /// The endpoint the credentials name; nothing is sent yet.
    /// - Parameter localTime: this machine's clock, which the end of a token is told by.
    public init(
        credentials: IMSCredentials,
        http: HTTPClient,
        localTime: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.credentials = credentials
        self.http = http
        self.localTime = localTime
    }

    /// Asks for a new token, once; those given out before go on working.
    /// - Throws: `AdobeError` of `.identityService`; its excerpt holds neither secret nor token.
    public func requestToken() async throws(AdobeError) -> AccessToken {
        let asked = localTime()
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await RequestMetrics.send(request, by: http, as: "token")
        } catch {
            throw AdobeError(.transport(error.cause), party: .identityService)
        }
        let reading = AnswerReading(
            resource: nil,
            party: .identityService,
            secrets: [credentials.clientSecret],
            now: localTime()
        )
        let json = try reading.json(of: response)
        guard let token = json["access_token"]?.string, Self.isToken(token) else {
            // Without the body: it may be a token all the same.
            throw AdobeError(
                .damaged(.unexpectedShape),
                party: .identityService,
                status: response.status
            )
        }
        return AccessToken(
            secret: Secret(token),
            expiresAt: Self.lifetime(json["expires_in"]).map { asked.addingTimeInterval(TimeInterval($0)) }
        )
    }

    private var request: HTTPRequest {
        let form = [
            ("grant_type", "client_credentials"), ("client_id", credentials.clientID),
            ("client_secret", credentials.clientSecret.withText { $0 }),
            ("scope", credentials.scopes.joined(separator: ",")),
        ]
        let body = form.map { "\($0.percentEncoded)=\($1.percentEncoded)" }.joined(separator: "&")
        return HTTPRequest(
            method: .post,
            url: credentials.tokenURL,
            headers: [
                "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded",
            ],
            body: Array(body.utf8),
            timeouts: HTTPTimeouts(firstByte: .seconds(20), total: .seconds(30)),
            maximumBodyBytes: 256 << 10
        )
    }

    /// What may stand in a header (RFC 6750 §2.1).
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Seconds, also as text or with a fraction; nil when missing, senseless or beyond ten years.
    private static func lifetime(_ json: JSON?) -> Int? {
        guard let decimal = json?.decimal, decimal > 0, decimal < 315_360_000 else { return nil }
        return NSDecimalNumber(decimal: decimal + Decimal(sign: .plus, exponent: -1, significand: 5)).intValue
    }
}
