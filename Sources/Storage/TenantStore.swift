public import Accounting
public import Foundation
import PostgresClient

/// A tenant as stored: its file without secrets, as JSON text, and what every list needs.
public struct TenantRecord: Sendable {
    /// The tenant.
    public let tenant: TenantID
    /// Its name for people.
    public let name: String
    /// Counts the applied files, from 1.
    public let version: Int
    /// The tenant file as JSON, secrets left out.
    public let configuration: String
    /// Paused by an operator.
    public let isPaused: Bool
    /// When the version was applied.
    public let appliedAt: Date
}

/// A tenant without its file.
public struct TenantHead: Sendable, Hashable {
    /// The tenant.
    public let tenant: TenantID
    /// Counts the applied files, from 1.
    public let version: Int
    /// Paused by an operator.
    public let isPaused: Bool
    /// When the version was applied: its secrets may be new while its number is not.
    public let appliedAt: Date

    init(row: PostgresRow) throws {
        guard let tenant = TenantID(try row.get("tenant")) else {
            throw StorageError("tenants: bad tenant name")
        }
        self.tenant = tenant
        version = try row.get("version")
        isPaused = try row.get("paused")
        appliedAt = try row.get("applied_at")
    }
}

extension Database {
    /// Everything a tenant file says, ready to store.
    public struct TenantApplication: Sendable {
        /// The tenant.
        public var tenant: TenantID
        /// Its name for people.
        public var name: String
        /// The file as JSON, secrets left out.
        public var configuration: String
        /// Sage 300's address, normalised: leases and sign-ins are kept per address.
        public var sageAddress: String
        /// Sage 300's user, upper case.
        public var sageUser: String
        /// Companies in the file's order.
        public var companies: [CompanyID]
        /// Secrets already sealed.
        public var credentials: [SealedCredential]
        /// Keyed hash of the Sage 300 sign-in: a new one makes the sign-in unproven again.
        public var signInFingerprint: String
        /// Kinds of documents that a company's new rules leave out or hold just as the old ones did, whatever is in
        /// them: there may be millions, and nothing to reconsider.
        public var settledKinds: [CompanyID: [DocumentKind]]
        /// When the store is read, for people: what a list shows.
        public var schedule = ""
        /// Who applies it.
        public var appliedBy = ""
        /// Why, where somebody said so.
        public var reason = ""
        /// The version it brings back, secrets as they are now; nil for a file of its own.
        public var restores: Int?
        /// Whether a tenant that is not there yet begins paused; one that is there stays as it is.
        public var startsPaused = false

        /// An application from its parts.
        public init(
            tenant: TenantID,
            name: String,
            configuration: String,
            sageAddress: String,
            sageUser: String,
            companies: [CompanyID],
            credentials: [SealedCredential],
            signInFingerprint: String,
            settledKinds: [CompanyID: [DocumentKind]] = [:]
        ) {
            self.tenant = tenant
            self.name = name
            self.configuration = configuration
            self.sageAddress = sageAddress
            self.sageUser = sageUser
            self.companies = companies
            self.credentials = credentials
            self.signInFingerprint = signInFingerprint
            self.settledKinds = settledKinds
        }
    }

    /// Stores a tenant file in one transaction: all of it or nothing. Documents that were held or skipped under
    /// the old configuration go back to `waiting`, so that the new one decides about them; not those that a person
    /// discarded.
    /// - Returns: the version, whether anything differs from the one before, and whether the tenant is paused.
    /// - Throws: `TenantIsBeingRemoved`, with nothing changed.
    public func apply(_ application: TenantApplication) async throws -> (
        version: Int, isChanged: Bool, isPaused: Bool
    ) {
        try await client.transaction { transaction in
            let tenant = application.tenant.name
            // One at a time: a tenant's first file has no row yet that could be locked.
            _ = try await transaction.query("select pg_advisory_xact_lock(7235483, hashtext(\(tenant)))")
            let previous = try await transaction.query(
                """
                select version, configuration, sage_address, removing_since is not null as leaving
                from tenants where tenant = \(tenant) for update
                """
            ).first
            if try previous?.get("leaving") ?? false {
                throw TenantIsBeingRemoved(tenant: application.tenant)
            }
            let previousAddress = try previous?.get("sage_address", as: String.self)
            let isNew = previous == nil
            let removedVersion = try await lastVersion(ofRemoved: application.tenant, in: transaction)
            let previousVersion = try previous?.get("version", as: Int.self) ?? removedVersion
            let isChanged = try previous?.get("configuration", as: String.self) != application.configuration
            let version = isChanged ? previousVersion + 1 : previousVersion
            let stored = try await transaction.query(
                """
                insert into tenants (tenant, name, version, configuration, sage_address, sage_user, schedule, paused)
                values (\(tenant), \(application.name), \(version), \(application.configuration),
                        \(application.sageAddress), \(application.sageUser), \(application.schedule),
                        \(application.startsPaused))
                on conflict (tenant) do update set name = excluded.name, version = excluded.version,
                    configuration = excluded.configuration, sage_address = excluded.sage_address,
                    sage_user = excluded.sage_user, schedule = excluded.schedule, applied_at = now()
                returning paused
                """
            ).first
            if isChanged {
                _ = try await transaction.query(
                    """
                    insert into tenant_versions (tenant, version, configuration, applied_by, reason, restores)
                    values (\(tenant), \(version), \(application.configuration), \(application.appliedBy),
                            \(application.reason), \(application.restores))
                    """
                )
            }
            if let previousAddress, previousAddress != application.sageAddress {
                try await follow(application, from: previousAddress, in: transaction)
            }
            try await replaceCompanies(of: application, in: transaction)
            try await replaceCredentials(of: application, in: transaction)
            if isChanged, !isNew { try await reconsider(application, in: transaction) }
            _ = try await transaction.query("select pg_notify('tenants', \(tenant))")
            return (version, isChanged, try stored?.get("paused", as: Bool.self) ?? false)
        }
    }

    /// The books are at another address now: what is under way there, and what is looked after, goes along. Should they be
    /// others, what is not found there is entered anew or dead-lettered as removed; nothing is left where nobody looks.
    private func follow(
        _ application: TenantApplication,
        from address: String,
        in transaction: PostgresTransaction
    ) async throws {
        let tenant = application.tenant.name
        _ = try await transaction.query(
            """
            insert into watched_batches (sage_address, company, batch, since)
            select \(application.sageAddress), w.company, w.batch, w.since from watched_batches w
            where w.sage_address = \(address) and exists (
                select 1 from documents d where d.tenant = \(tenant) and d.company = w.company
                    and (d.state = 'entered' and d.sage_batch = w.batch or d.stuck_batch = w.batch))
            on conflict do nothing
            """
        )
        _ = try await transaction.query(
            """
            update claims set sage_address = \(application.sageAddress)
            where tenant = \(tenant) and sage_address = \(address)
            """
        )
    }

    /// Every tenant, by name.
    public func tenants() async throws -> [TenantRecord] {
        try await client.query("select * from tenants order by tenant").map(TenantRecord.init(row:))
    }

    /// Every tenant by name, without the files: what tells which of those read before are still in force.
    public func tenantHeads() async throws -> [TenantHead] {
        try await client.query("select tenant, version, paused, applied_at from tenants order by tenant")
            .map(TenantHead.init(row:))
    }

    /// One tenant, if it is there.
    public func tenant(_ tenant: TenantID) async throws -> TenantRecord? {
        try await client.query("select * from tenants where tenant = \(tenant.name)").first.map(
            TenantRecord.init(row:)
        )
    }

    /// Stops or resumes all work for a tenant. Resuming gives a refused sign-in one more try: its user may have
    /// been unlocked in Sage 300, which nobody but a person can know.
    /// - Returns: false when there is no such tenant, or one would be resumed of which something has been erased; a
    ///   removal that has erased nothing is taken back.
    public func setPaused(_ isPaused: Bool, tenant: TenantID) async throws -> Bool {
        try await client.transaction { transaction in
            let result = try await transaction.query(
                """
                update tenants set paused = \(isPaused),
                    removing_since = case when \(isPaused) then removing_since end
                where tenant = \(tenant.name) and (erasing_since is null or \(isPaused))
                """
            )
            guard result.affectedRows == 1 else { return false }
            if !isPaused {
                _ = try await transaction.query(
                    """
                    update sign_ins s set state = 'unproven', detail = null, changed_at = now()
                    from tenants t where t.tenant = \(tenant.name) and s.sage_address = t.sage_address
                        and s.sage_user = t.sage_user and s.state = 'refused'
                    """
                )
                // Companies that a 401 stopped are never probed.
                _ = try await transaction.query(
                    """
                    update company_health h set paused_at = null, failures_in_row = 0, reason = null
                    from tenants t join companies c using (tenant)
                    where t.tenant = \(tenant.name) and h.sage_address = t.sage_address and h.company = c.company
                        and h.paused_at is not null and h.next_probe_at is null
                    """
                )
            }
            _ = try await transaction.query("select pg_notify('tenants', \(tenant.name))")
            return result.affectedRows == 1
        }
    }

    private func replaceCompanies(
        of application: TenantApplication,
        in transaction: PostgresTransaction
    ) async throws {
        let tenant = application.tenant.name
        let names = application.companies.map(\.name)
        _ = try await transaction.query(
            "delete from companies where tenant = \(tenant) and not company = any(\(names)::text[])"
        )
        _ = try await transaction.query(
            """
            insert into companies (tenant, company, position)
            select \(tenant), company, position from unnest(\(names)::text[]) with ordinality as c (company, position)
            on conflict (tenant, company) do update set position = excluded.position
            """
        )
    }

    private func replaceCredentials(
        of application: TenantApplication,
        in transaction: PostgresTransaction
    ) async throws {
        // What an earlier version needs is there already.
        if application.restores == nil { try await replaceSecrets(of: application, in: transaction) }
        // A new credential gives paused companies of that server another try.
        _ = try await transaction.query(
            """
            update company_health h set paused_at = null, failures_in_row = 0, reason = null, next_probe_at = null
            from sign_ins s where s.sage_address = h.sage_address and s.sage_address = \(application.sageAddress)
                and s.sage_user = \(application.sageUser) and s.fingerprint <> \(application.signInFingerprint)
            """
        )
        _ = try await transaction.query(
            """
            insert into sign_ins (sage_address, sage_user, fingerprint, state)
            values (\(application.sageAddress), \(application.sageUser), \(application.signInFingerprint), 'unproven')
            on conflict (sage_address, sage_user) do update
                set fingerprint = excluded.fingerprint, state = 'unproven', proven_by = null, detail = null, prover = null,
                    prover_until = null, changed_at = now()
                where sign_ins.fingerprint <> excluded.fingerprint
            """
        )
    }

    /// A secret that is the same as before keeps the time it was changed; a bearer token ends with the credentials
    /// it was issued to.
    private func replaceSecrets(
        of application: TenantApplication,
        in transaction: PostgresTransaction
    ) async throws {
        let tenant = application.tenant.name
        let rows = try await transaction.query(
            "delete from credentials where tenant = \(tenant) returning system, field, fingerprint, changed_at"
        )
        var unchanged: [String: Date] = [:]
        for row in rows {
            guard let fingerprint: String = try row.get("fingerprint") else { continue }
            // The fingerprint is of tenant, system, field and secret.
            unchanged[fingerprint] = try row.get("changed_at", as: Date.self)
        }
        for credential in application.credentials {
            let changedAt = credential.fingerprint.flatMap { unchanged[$0] }
            _ = try await transaction.query(
                """
                insert into credentials
                    (tenant, system, field, key_id, sealed, data_key, fingerprint, expires_on, changed_at)
                values (\(tenant), \(credential.system.rawValue), \(credential.field), \(credential.keyID),
                    \(credential.sealed), \(credential.dataKey), \(credential.fingerprint), \(credential.expiresOn?.description)::date,
                    coalesce(\(changedAt)::timestamptz, now()))
                """
            )
            if credential.system == .adobe, changedAt == nil {
                _ = try await transaction.query("delete from access_tokens where tenant = \(tenant)")
            }
        }
    }

    private func reconsider(
        _ application: TenantApplication,
        in transaction: PostgresTransaction
    ) async throws {
        // A first reading may have left out most of a large store for its age.
        _ = try await transaction.query("set local statement_timeout = '30min'")
        _ = try await transaction.query(
            """
            update documents set state = 'waiting', reason = null, state_since = now(), published_revision = 0
            where \(Self.isReconsidered(application))
            """
        )
    }

    /// How many held and skipped documents an application would take up again.
    public func reconsideredCount(_ application: TenantApplication) async throws -> Int {
        try await client.query(
            "select count(*) as count from documents where \(Self.isReconsidered(application))"
        ).first?.get("count") ?? 0
    }

    private static func isReconsidered(_ application: TenantApplication) -> PostgresQuery {
        let settled = application.settledKinds.flatMap { company, kinds in
            kinds.map { "\(company.name)/\($0.rawValue)" }
        }
        return """
            tenant = \(application.tenant.name) and state in ('held', 'skipped')
                and coalesce(reason, '') not like \(discardedPrefix + "%")
                and company || '/' || kind <> all(\(settled)::text[])
            """
    }

    /// A name goes on counting where its last holder ended: a version is one file for ever.
    private func lastVersion(ofRemoved tenant: TenantID, in transaction: PostgresTransaction) async throws
        -> Int
    {
        try await transaction.query(
            "select coalesce(max(last_version), 0) as version from removed_tenants where tenant = \(tenant.name)"
        ).first?.get("version") ?? 0
    }
}

/// A file of a tenant whose removal has begun and not ended.
public struct TenantIsBeingRemoved: Error, Sendable, CustomStringConvertible {
    /// Which.
    public let tenant: TenantID
    /// What is wrong and what to do.
    public var description: String {
        "Tenant \(tenant) is being removed. Let `connectorctl tenant remove \(tenant)` come to its end; then apply the file."
    }
}

extension TenantRecord {
    init(row: PostgresRow) throws {
        let text: String = try row.get("tenant")
        guard let tenant = TenantID(text) else { throw StorageError("tenants: bad tenant name") }
        self.tenant = tenant
        name = try row.get("name")
        version = try row.get("version")
        configuration = try row.get("configuration")
        isPaused = try row.get("paused")
        appliedAt = try row.get("applied_at")
    }
}
