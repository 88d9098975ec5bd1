import Crypto
import Foundation
import PostgresClient

extension Database {
    /// Puts roles, rights and policies in force, as far as who is signed in may: after the migrations, by whom they were
    /// done. Changes nothing where they are in force already.
    /// - Parameter prefix: nil for the one in force, or `mlc`.
    func isolate(_ prefix: RolePrefix?) async throws {
        var tries = 1
        while true {
            do { return try await isolateOnce(prefix) } catch let error as PostgresError
                where error.isTransient && tries < 5
            {
                // Tables are locked one after the other, which services at work may do the other way round.
                tries += 1
            }
        }
    }

    private func isolateOnce(_ wanted: RolePrefix?) async throws {
        try await client.transaction { transaction in
            _ = try await transaction.query("select pg_advisory_xact_lock(7235482)")
            let stored = try await transaction.query(
                "select role_prefix, has_roles, fingerprint from isolation"
            ).first
            let former = try stored.flatMap { RolePrefix(try $0.get("role_prefix")) }
            let prefix = wanted ?? former ?? RolePrefix.standard
            let place = try await Place(transaction)
            let hasRoles = try await transaction.makeRoles(prefix, for: place)
            let script = IsolationScript(
                schema: place.schema,
                owner: place.owner,
                prefix: hasRoles ? prefix : nil
            )
            let fingerprint = Self.fingerprint(script.text)
            if try stored?.get("fingerprint", as: String.self) == fingerprint,
                try await transaction.isInForce(prefix, hasRoles)
            {
                return
            }
            if hasRoles { try await transaction.openSchema(place.schema, to: prefix) }
            try await transaction.becomeOwner()
            var statements = script.statements
            if let former, former != prefix {
                statements += script.withdrawal(of: former, try await transaction.openRoles(former).existing)
            }
            _ = try await transaction.pipeline(statements.map { PostgresQuery(unescaped: $0) })
            _ = try await transaction.query(
                """
                insert into isolation (role_prefix, has_roles, fingerprint)
                values (\(prefix.text), \(hasRoles), \(fingerprint))
                on conflict (is_only) do update set role_prefix = excluded.role_prefix,
                    has_roles = excluded.has_roles, fingerprint = excluded.fingerprint, applied_at = now()
                """
            )
        }
    }

    private static func fingerprint(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }
}

/// Where the tables are, and what who is signed in may do.
private struct Place {
    let schema: String
    let owner: String
    let login: String
    let mayMakeRoles: Bool

    init(_ transaction: PostgresTransaction) async throws {
        let row = try await transaction.query(
            """
            select n.nspname::text as schema, pg_get_userbyid(c.relowner)::text as owner, session_user::text as login,
                (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as may
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.oid = 'schema_migrations'::regclass
            """
        ).first
        guard let row else { throw StorageError("schema_migrations: no such table") }
        schema = try row.get("schema")
        owner = try row.get("owner")
        login = try row.get("login")
        mayMakeRoles = try row.get("may")
    }
}

extension PostgresTransaction {
    /// Makes the roles that are missing and lets who is signed in take them on, as far as that is allowed.
    ///
    /// Roles belong to the cluster: another installation may be making them at this moment, and either is content with the
    /// other's.
    /// - Returns: whether all are there.
    fileprivate func makeRoles(_ prefix: RolePrefix, for place: Place) async throws -> Bool {
        var (existing, open) = try await openRoles(prefix)
        if place.mayMakeRoles {
            for role in DatabaseRole.allCases where !existing.contains(role) {
                try await attempt(
                    "create role \(role.name(prefix)) nologin",
                    despite: "duplicate_object or unique_violation"
                )
            }
            (existing, open) = try await openRoles(prefix)
        }
        for role in DatabaseRole.allCases where existing.contains(role) && !open.contains(role) {
            // XX000: "tuple concurrently updated", by another who grants the same.
            try await attempt(
                "execute format('grant \(role.name(prefix)) to %I', session_user)",
                despite: "insufficient_privilege or unique_violation or sqlstate 'XX000'"
            )
        }
        // Services may sign in as the owner while somebody above it migrates.
        if place.mayMakeRoles, existing.count == DatabaseRole.allCases.count, place.owner != place.login {
            let roles = DatabaseRole.allCases.map { $0.name(prefix) }.joined(separator: ", ")
            let owner = place.owner.replacing("\"", with: "\"\"")
            try await attempt(
                "grant \(roles) to \"\(owner)\"",
                despite: "insufficient_privilege or unique_violation or sqlstate 'XX000'"
            )
        }
        return existing.count == DatabaseRole.allCases.count
    }

    /// By who is signed in: the owner of tables need not be allowed to let others into their schema.
    fileprivate func openSchema(_ schema: String, to prefix: RolePrefix) async throws {
        let roles = DatabaseRole.allCases.map { $0.name(prefix) }.joined(separator: ", ")
        try await attempt(
            "grant usage on schema \"\(schema.replacing("\"", with: "\"\""))\" to \(roles)",
            despite: "insufficient_privilege or sqlstate 'XX000'"
        )
    }

    /// Whoever migrates, what is made belongs to the owner of the schema: else services of that owner would not see it.
    func becomeOwner() async throws {
        _ = try await query(
            """
            select set_config('role', pg_get_userbyid(relowner)::text, true) from pg_class
            where oid = to_regclass('schema_migrations') and pg_get_userbyid(relowner) <> current_user
            """
        )
    }

    private func attempt(_ statement: String, despite conditions: String) async throws {
        _ = try await query(
            PostgresQuery(
                unescaped: "do $$ begin \(statement); exception when \(conditions) then null; end $$"
            )
        )
    }

    /// Whether rights are where they were put: a database that was restored may have come without them.
    fileprivate func isInForce(_ prefix: RolePrefix, _ hasRoles: Bool) async throws -> Bool {
        let row = try await query(
            """
            select relrowsecurity and relforcerowsecurity as is_forced from pg_class where oid = 'documents'::regclass
            """
        ).first
        guard try row?.get("is_forced") ?? false else { return false }
        guard hasRoles else { return true }
        let control = DatabaseRole.control.name(prefix)
        let rights = try await query(
            """
            select has_table_privilege(\(control), 'documents', 'select')
                and has_schema_privilege(\(control), relnamespace, 'usage') as has
            from pg_class where oid = 'documents'::regclass
            """
        )
        return try rights.first?.get("has") ?? false
    }
}
