import PostgresClient

/// One step of the schema, in SQL.
struct Migration: Sendable {
    let version: Int
    let name: String
    let script: String

    static let all: [Migration] = [
        Migration(version: 1, name: "tenants", bytes: PackageResources._001_tenants_sql),
        Migration(version: 2, name: "documents", bytes: PackageResources._002_documents_sql),
        Migration(version: 3, name: "posting", bytes: PackageResources._003_posting_sql),
        Migration(version: 4, name: "failures", bytes: PackageResources._004_failures_sql),
        Migration(version: 5, name: "store", bytes: PackageResources._005_store_sql),
        Migration(version: 6, name: "polling", bytes: PackageResources._006_polling_sql),
        Migration(version: 7, name: "orders", bytes: PackageResources._007_orders_sql),
        Migration(version: 8, name: "ledger", bytes: PackageResources._008_ledger_sql),
        Migration(version: 9, name: "conflicts", bytes: PackageResources._009_conflicts_sql),
        Migration(version: 10, name: "dead-letters", bytes: PackageResources._010_dead_letters_sql),
        Migration(version: 11, name: "observation", bytes: PackageResources._011_observation_sql),
        Migration(version: 12, name: "alerts", bytes: PackageResources._012_alerts_sql),
        Migration(version: 13, name: "vault", bytes: PackageResources._013_vault_sql),
        Migration(version: 14, name: "isolation", bytes: PackageResources._014_isolation_sql),
        Migration(version: 15, name: "tenant-versions", bytes: PackageResources._015_tenant_versions_sql),
        Migration(version: 16, name: "existing", bytes: PackageResources._016_existing_sql),
    ]

    private init(version: Int, name: String, bytes: [UInt8]) {
        self.version = version
        self.name = name
        script = String(decoding: bytes, as: UTF8.self)
    }
}

extension Database {
    /// A migration that ran.
    public struct AppliedMigration: Sendable {
        /// Its number, from 1 without gaps.
        public let version: Int
        /// Its name.
        public let name: String
    }

    /// Brings the schema up to date and says what that took. Any number of processes may call it at once: a
    /// lock lets one work and the others find it done. All steps and their records are one transaction.
    ///
    /// Afterwards it puts roles, rights and policies in force, as far as who is signed in may: `isolation()` tells.
    /// - Parameter rolePrefix: what the roles' names begin with; nil for what is in force, or `mlc`.
    /// - Throws: `SchemaError` when the schema is a newer release's; nothing is changed then.
    public func migrate(rolePrefix: RolePrefix? = nil) async throws -> [AppliedMigration] {
        let applied = try await migrateSchema()
        try await isolate(rolePrefix)
        return applied
    }

    private func migrateSchema() async throws -> [AppliedMigration] {
        try await client.transaction { transaction in
            _ = try await transaction.query("select pg_advisory_xact_lock(7235482)")
            try await transaction.becomeOwner()
            _ = try await transaction.query(
                """
                create table if not exists schema_migrations (
                    version integer primary key, name text not null, applied_at timestamptz not null default now())
                """
            )
            let rows = try await transaction.query(
                "select coalesce(max(version), 0) as version from schema_migrations"
            )
            let current = try rows.first?.get("version", as: Int.self) ?? 0
            guard current <= Self.schemaVersion else { throw SchemaError(found: current) }
            var applied: [AppliedMigration] = []
            for migration in Migration.all where migration.version > current {
                _ = try await transaction.pipeline(migration.statements.map { PostgresQuery(unescaped: $0) })
                _ = try await transaction.query(
                    "insert into schema_migrations (version, name) values (\(migration.version), \(migration.name))"
                )
                applied.append(AppliedMigration(version: migration.version, name: migration.name))
            }
            return applied
        }
    }

    /// Refuses a database that a newer release has migrated: this one does not know what it would write into.
    /// A database that is behind, or empty, passes.
    public func checkSchema() async throws {
        let tables = try await client.query("select to_regclass('schema_migrations') is not null as made")
        guard try tables.first?.get("made") ?? false else { return }
        let rows = try await client.query(
            "select coalesce(max(version), 0) as version from schema_migrations"
        )
        let current = try rows.first?.get("version", as: Int.self) ?? 0
        guard current <= Self.schemaVersion else { throw SchemaError(found: current) }
    }

    /// Whether who is signed in may bring the schema up to date: it owns the tables, or may make them.
    public func mayMigrate() async throws -> Bool {
        let row = try await client.query(
            """
            select coalesce(has_schema_privilege(current_schema(), 'create'), false) and coalesce((
                select pg_has_role(c.relowner, 'usage') from pg_class c
                where c.oid = to_regclass('schema_migrations')), true) as may
            """
        ).first
        return try row?.get("may") ?? false
    }

    /// Whether the schema is this release's.
    public func isUpToDate() async throws -> Bool {
        let tables = try await client.query("select to_regclass('isolation') is not null as made")
        guard try tables.first?.get("made") ?? false else { return false }
        let rows = try await client.query(
            "select coalesce(max(version), 0) as version from schema_migrations"
        )
        return try rows.first?.get("version", as: Int.self) == Self.schemaVersion
    }

    /// The newest schema this program knows; a database beyond it belongs to a newer release.
    public static var schemaVersion: Int { Migration.all.last?.version ?? 0 }
}

extension Migration {
    /// The statements one by one. Our migrations hold a `;` inside a statement only between two `$$`, which quote the
    /// body of a function; none in comments or strings.
    var statements: [String] {
        let lines = script.split(separator: "\n").filter { !$0.hasPrefix("--") }
        var statements = [""]
        for (index, part) in lines.joined(separator: "\n").split(separator: "$$").enumerated() {
            // What stands outside the quotes has the even places.
            guard index.isMultiple(of: 2) else {
                statements[statements.count - 1] += "$$\(part)$$"
                continue
            }
            let pieces = part.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
            statements[statements.count - 1] += pieces.first ?? ""
            statements += pieces.dropFirst()
        }
        return statements.filter { !$0.allSatisfy(\.isWhitespace) }
    }
}

/// A database that a newer release has migrated.
public struct SchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The version the database has.
    public let found: Int

    /// A database of that version.
    public init(found: Int) { self.found = found }

    /// What is wrong and what to do.
    public var description: String {
        "The database's schema is version \(found), and this release knows \(Database.schemaVersion) and older: "
            + "a newer release of ml-connector has migrated it. Run that release, or restore the database's backup."
    }
}
