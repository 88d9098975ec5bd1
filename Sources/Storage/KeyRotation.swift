public import Accounting
import PostgresClient

/// A service that is alive, for people.
public struct ServiceCopy: Sendable, Hashable {
    /// The service's name.
    public let name: String
    /// Where it runs.
    public let host: String
    /// Its process there.
    public let process: Int
}

/// A stored credential that does not open: it is left as it is.
public struct UnopenedCredential: Sendable, Hashable {
    /// Whose.
    public let tenant: TenantID
    /// For instance `sage.password`.
    public let field: String
    /// Why, and what to do.
    public let reason: String
}

extension Database {
    /// One rotation at a time, whichever hosts they are started on.
    /// - Returns: false when one is under way, with nothing done.
    public func withRotationLock(_ body: () async throws -> Void) async throws -> Bool {
        guard let lock = try await client.tryAdvisoryLock(7_235_490) else { return false }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        await lock.release()
        try outcome.get()
        return true
    }

    /// How many credentials and tokens each key of a key file has sealed.
    public func sealedByKey() async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        let rows = try await client.query(
            """
            select key_id, count(*) as count from (
                select key_id from credentials union all select key_id from access_tokens) as sealed
            group by key_id
            """
        )
        for row in rows { counts[try row.get("key_id")] = try row.get("count", as: Int.self) }
        return counts
    }

    /// Tenants with something that another key than this one has sealed.
    public func tenantsSealed(withOtherKeyThan keyID: String) async throws -> [TenantID] {
        try await client.query(
            """
            select tenant from credentials where key_id <> \(keyID)
            union select tenant from access_tokens where key_id <> \(keyID) order by 1
            """
        ).compactMap { TenantID(try $0.get("tenant", as: String.self)) }
    }

    /// Live services that cannot open what a key seals.
    public func servicesWithout(key keyID: String) async throws -> [ServiceCopy] {
        try await client.query(
            """
            select name, host, process from services
            where seen_at > now() - interval '10 seconds' and not \(keyID) = any(key_ids)
            order by host, name, process
            """
        ).map { row in
            ServiceCopy(
                name: try row.get("name"),
                host: try row.get("host"),
                process: try row.get("process")
            )
        }
    }

    /// Seals everything of a tenant that another key has sealed with the vault's newest, in one transaction: whoever
    /// applies a tenant file or keeps a token meanwhile waits for a moment, and theirs is what stays.
    /// - Returns: how many were sealed anew, and those that do not open, which are left as they are.
    public func reseal(_ tenant: TenantID, with vault: Vault) async throws -> (
        count: Int, unopened: [UnopenedCredential]
    ) {
        try await client.transaction { transaction in
            // As `apply` does.
            _ = try await transaction.query(
                "select pg_advisory_xact_lock(7235483, hashtext(\(tenant.name)))"
            )
            let newest = vault.sealingKeyID
            let credentials = try await resealCredentials(of: tenant, newest, vault, transaction)
            let token = try await resealToken(of: tenant, newest, vault, transaction)
            return (credentials.count + token.count, credentials.unopened + token.unopened)
        }
    }

    private func resealCredentials(
        of tenant: TenantID,
        _ newest: String,
        _ vault: Vault,
        _ transaction: PostgresTransaction
    ) async throws -> (count: Int, unopened: [UnopenedCredential]) {
        let rows = try await transaction.query(
            """
            select system, field, key_id, sealed, data_key from credentials
            where tenant = \(tenant.name) and key_id <> \(newest) order by system, field for update
            """
        )
        var (count, unopened): (Int, [UnopenedCredential]) = (0, [])
        for row in rows {
            let field: String = try row.get("field")
            guard let system = CredentialSystem(rawValue: try row.get("system")) else { continue }
            switch try resealed(row, system, field, tenant, vault) {
            case .failure(let error):
                unopened.append(
                    UnopenedCredential(
                        tenant: tenant,
                        field: "\(system.rawValue).\(field)",
                        reason: "\(error)"
                    )
                )
            case .success(let sealed):
                _ = try await transaction.query(
                    """
                    update credentials set key_id = \(sealed.keyID), sealed = \(sealed.sealed),
                        data_key = \(sealed.dataKey)
                    where tenant = \(tenant.name) and system = \(system.rawValue) and field = \(field)
                    """
                )
                count += 1
            }
        }
        return (count, unopened)
    }

    private func resealToken(
        of tenant: TenantID,
        _ newest: String,
        _ vault: Vault,
        _ transaction: PostgresTransaction
    ) async throws -> (count: Int, unopened: [UnopenedCredential]) {
        let row = try await transaction.query(
            """
            select key_id, sealed, data_key from access_tokens
            where tenant = \(tenant.name) and key_id <> \(newest) for update
            """
        ).first
        guard let row else { return (0, []) }
        switch try resealed(row, .adobe, StoredAccessToken.field, tenant, vault) {
        case .failure(.unknownKey):
            // The key may be on another host: a service there opens it, or asks for another.
            return (0, [])
        case .failure:
            // Another is asked for when it is needed.
            _ = try await transaction.query("delete from access_tokens where tenant = \(tenant.name)")
        case .success(let sealed):
            _ = try await transaction.query(
                """
                update access_tokens set key_id = \(sealed.keyID), sealed = \(sealed.sealed),
                    data_key = \(sealed.dataKey)
                where tenant = \(tenant.name)
                """
            )
        }
        return (1, [])
    }

    private func resealed(
        _ row: PostgresRow,
        _ system: CredentialSystem,
        _ field: String,
        _ tenant: TenantID,
        _ vault: Vault
    ) throws -> Result<SealedCredential, VaultError> {
        let sealed = SealedCredential(
            system: system,
            field: field,
            keyID: try row.get("key_id"),
            sealed: try row.get("sealed"),
            dataKey: try row.get("data_key")
        )
        do throws(VaultError) {
            let secret = try vault.open(sealed, tenant: tenant)
            return .success(try vault.seal(secret, tenant: tenant, system: system, field: field))
        } catch {
            return .failure(error)
        }
    }
}
