import Accounting
public import AdobeCommerce
import Foundation
public import HTTPClient
public import Logging
public import Storage
import Synchronization
public import Tenancy

/// The way to tenants' stores.
public struct StoreAccess: Sendable {
    /// Credentials and tokens, sealed.
    public let database: Database
    /// Opens them.
    public let vault: Vault
    /// Speaks to stores.
    public let http: HTTPClient
    /// Where to log.
    public let logger: Logger
    private let memories = StoreMemories()

    /// Access from its parts.
    public init(database: Database, vault: Vault, http: HTTPClient, logger: Logger) {
        self.database = database
        self.vault = vault
        self.http = http
        self.logger = logger
    }

    /// A client of a tenant's store for somebody who waits for its answers: little is tried again.
    /// - Throws: as `client` does for a lane.
    public func clientForPeople(of tenant: TenantConfiguration) async throws -> AdobeClient {
        try await client(of: tenant) { $0.retry = .init(maximumTries: 2) }
    }

    /// A client of a tenant's store for one lane, with the credentials as they are stored now.
    /// - Parameter change: of what the client does alike for all its requests.
    /// - Throws: `VaultError` for credentials that cannot be opened, `AdobeError` for an address that is none, an
    ///   error of the database.
    func client(
        of tenant: TenantConfiguration,
        for lane: Lane = .live,
        change: (inout AdobeClientConfiguration) -> Void = { _ in }
    ) async throws -> AdobeClient {
        var secrets: [SecretField: Secret] = [:]
        for credential in try await database.credentials(of: tenant.tenant, for: .adobe) {
            guard let field = SecretField(rawValue: credential.field) else { continue }
            secrets[field] = try vault.open(credential, tenant: tenant.tenant)
        }
        var configuration = AdobeClientConfiguration()
        configuration.requestsPerMinute = lane.share(ofRequestsPerMinute: tenant.adobe.requestsPerMinute)
        configuration.requestsAtATime = lane.share(ofRequestsAtATime: tenant.adobe.requestsAtATime)
        change(&configuration)
        return AdobeClient(
            url: try StoreURL(tenant.adobe.url),
            signIn: try signIn(to: tenant, with: secrets),
            http: http,
            memory: memories.memory(of: tenant.adobe.url, tenant.tenant, lane),
            configuration: configuration
        )
    }

    private func signIn(
        to tenant: TenantConfiguration,
        with secrets: [SecretField: Secret]
    ) throws -> AdobeSignIn {
        func secret(_ field: SecretField) throws(VaultError) -> Secret {
            guard let secret = secrets[field] else { throw .missing("adobe.\(field.rawValue)") }
            return secret
        }
        switch tenant.adobe.authentication {
        case .oauth1:
            return .oauth1(
                OAuth1Credentials(
                    consumerKey: try secret(.consumerKey),
                    consumerSecret: try secret(.consumerSecret),
                    accessToken: try secret(.accessToken),
                    accessTokenSecret: try secret(.accessTokenSecret)
                )
            )
        case .ims:
            let credentials = IMSCredentials(tenant.adobe, try secret(.clientId), try secret(.clientSecret))
            return .ims(
                credentials,
                tokens: StoredAccessTokens(
                    database: database,
                    vault: vault,
                    tenant: tenant.tenant,
                    fingerprint: vault.fingerprint(
                        [
                            credentials.clientID, credentials.tokenURL,
                            credentials.scopes.joined(separator: ","),
                        ],
                        secret: credentials.clientSecret
                    ),
                    endpoint: IMSTokenEndpoint(credentials: credentials, http: http),
                    logger: logger
                )
            )
        }
    }
}

/// What this process knows of each store, by lane: the limits are parted between the two.
private final class StoreMemories: Sendable {
    private struct Key: Hashable {
        let url: String
        let tenant: TenantID
        let lane: Lane
    }

    private let known = Mutex<[Key: StoreMemory]>([:])

    func memory(of url: String, _ tenant: TenantID, _ lane: Lane) -> StoreMemory {
        known.withLock { known in
            let key = Key(url: url, tenant: tenant, lane: lane)
            if let memory = known[key] { return memory }
            let memory = StoreMemory()
            known[key] = memory
            return memory
        }
    }
}

extension IMSCredentials {
    fileprivate init(_ adobe: TenantConfiguration.Adobe, _ clientID: Secret, _ clientSecret: Secret) {
        let scopes = (adobe.scopes ?? "").split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
        self.init(
            clientID: clientID.withText { $0 },
            clientSecret: clientSecret,
            organizationID: adobe.organizationID ?? "",
            scopes: scopes.isEmpty ? Self.standardScopes : scopes,
            tokenURL: adobe.tokenURL ?? Self.standardTokenURL
        )
    }
}

extension Substring {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}

extension Lane {
    /// What changed has two thirds of a store's patience, what is read again one: together they never ask for more
    /// than the tenant's file allows, whichever pollers they run in.
    fileprivate func share(ofRequestsPerMinute all: Int) -> Int {
        let background = max(all / 3, 1)
        return self == .background ? background : max(all - background, 1)
    }

    /// One is enough to read again with.
    fileprivate func share(ofRequestsAtATime all: Int) -> Int { self == .background ? 1 : max(all - 1, 1) }
}
