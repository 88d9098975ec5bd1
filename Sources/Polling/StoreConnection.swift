import Accounting
import AdobeCommerce
import Storage
import Tenancy

extension PollingContext {
    /// A client of a tenant's store, with the credentials as they are stored now.
    func store(of tenant: TenantConfiguration) async throws -> AdobeClient {
        var secrets: [SecretField: Secret] = [:]
        for credential in try await database.credentials(of: tenant.tenant, for: .adobe) {
            guard let field = SecretField(rawValue: credential.field) else { continue }
            secrets[field] = try vault.open(credential, tenant: tenant.tenant)
        }
        func secret(_ field: SecretField) throws -> Secret {
            guard let secret = secrets[field] else { throw VaultError.cannotOpen("adobe.\(field.rawValue)") }
            return secret
        }
        let credentials: AdobeCredentials
        switch tenant.adobe.authentication {
        case .oauth1:
            credentials = .oauth1(
                OAuth1Credentials(
                    consumerKey: try secret(.consumerKey),
                    consumerSecret: try secret(.consumerSecret),
                    accessToken: try secret(.accessToken),
                    accessTokenSecret: try secret(.accessTokenSecret)
                )
            )
        case .ims:
            credentials = .ims(
                IMSCredentials(
                    clientID: try secret(.clientId).withText { $0 },
                    clientSecret: try secret(.clientSecret),
                    organizationID: tenant.adobe.organizationID ?? "",
                    scopes: (tenant.adobe.scopes ?? "").split(separator: ",").map(String.init)
                )
            )
        }
        return AdobeClient(url: try StoreURL(tenant.adobe.url), credentials: credentials, http: http)
    }
}
