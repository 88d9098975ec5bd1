import Accounting
import Foundation
import HTTPClient

/// Requests signed with OAuth 1.0a.
extension AdobeClient {
    /// Asks in the name of one store view after the other until the store knows the path: a shop whose default
    /// view is called `en` has no `/rest/default`, and says the same of it as of a path that is none.
    func get(
        _ resource: AdobeResource,
        _ query: AdobeQuery,
        _ credentials: OAuth1Credentials
    ) async throws(AdobeError) -> AdobeAnswer {
        var unknown: AdobeError?
        for scope in memory.scopes(preferring: configuration.storeViewCode) {
            do throws(AdobeError) {
                let address = "\(url.text)\(scope.path)/V1/\(resource.path)"
                let answer = try await signed(resource, query, credentials, address)
                memory.remember(scope)
                return answer
            } catch {
                guard error.cause == .noSuchRoute else { throw error }
                unknown = unknown ?? error
            }
        }
        throw unknown ?? AdobeError(.noSuchRoute, resource: resource)
    }

    /// A refused nonce is tried once more with a new one, because libcurl resends a GET when a kept connection had
    /// died and the store then sees the first nonce twice; a refusal that may be one of the time, with the other
    /// of the two clocks.
    private func signed(
        _ resource: AdobeResource,
        _ query: AdobeQuery,
        _ credentials: OAuth1Credentials,
        _ address: String
    ) async throws(AdobeError) -> AdobeAnswer {
        let signer = OAuth1Signer(credentials: credentials)
        var hand = clock.bestHand
        do throws(AdobeError) {
            return try await send(resource, query, to: address) {
                hand = clock.bestHand
                return headers(signer, query, address, clock.time(by: hand))
            }
        } catch {
            guard case .signIn(let refusal) = error.cause, refusal.isMendedByResigning else { throw error }
            if refusal != .nonceUsed { hand = hand.other }
            return try await send(resource, query, to: address) {
                headers(signer, query, address, clock.time(by: hand))
            }
        }
    }

    private func headers(_ signer: OAuth1Signer, _ query: AdobeQuery, _ address: String, _ time: Date)
        -> HTTPHeaders
    {
        let authorization = signer.authorization(
            method: HTTPRequest.Method.get.rawValue,
            url: address,
            query: query,
            timestamp: Int64(UTCTime.wholeSeconds(time))
        )
        return ["Accept": "application/json", "Authorization": authorization]
    }
}
