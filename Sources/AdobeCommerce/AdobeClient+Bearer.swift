import Accounting
import HTTPClient

/// Requests with a bearer token of Adobe's identity service.
extension AdobeClient {
    /// A refused token is replaced by another, once. Where the token was taken and a right is missing, another one
    /// would be refused alike.
    func get(
        _ resource: AdobeResource,
        _ query: AdobeQuery,
        _ credentials: IMSCredentials,
        _ tokens: any AccessTokenSource
    ) async throws(AdobeError) -> AdobeAnswer {
        // The Cloud Service has no `/rest` and names the store view in a header (reference Adobe 1.5).
        let address = "\(url.text)/V1/\(resource.path)"
        let token = try await tokens.accessToken()
        do throws(AdobeError) {
            return try await send(resource, query, to: address, with: token) { headers(token, credentials) }
        } catch {
            guard error.status == 401, !error.namesMissingRights else { throw error }
            let other = try await tokens.accessToken(insteadOf: token)
            guard other.secret != token.secret else { throw error }
            return try await send(resource, query, to: address, with: other) { headers(other, credentials) }
        }
    }

    private func headers(_ token: AccessToken, _ credentials: IMSCredentials) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            "Accept": "application/json", "Authorization": token.secret.withText { "Bearer \($0)" },
            "x-api-key": credentials.clientID, "Store": configuration.storeViewCode,
        ]
        // Whether the gateway wants it is not documented; where it is known it does no harm.
        if !credentials.organizationID.isEmpty { headers["x-gw-ims-org-id"] = credentials.organizationID }
        return headers
    }
}

extension AdobeError {
    fileprivate var namesMissingRights: Bool {
        if case .rights = cause { true } else { false }
    }
}
