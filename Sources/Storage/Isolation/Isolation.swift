public import Accounting
import PostgresClient

/// How far services and tenants are kept apart in a database (docs/isolation.md).
public struct Isolation: Sendable, Hashable {
    /// What the roles' names begin with.
    public let prefix: RolePrefix
    /// The schema of the tables.
    public let schema: String
    /// The roles exist and have their rights.
    public let hasRoles: Bool
    /// Roles that who is signed in may not take on.
    public let closedRoles: Set<DatabaseRole>
    /// Who is signed in.
    public let login: String

    /// The name of a role that may be taken on.
    public func name(of role: DatabaseRole) -> String? {
        hasRoles && !closedRoles.contains(role) ? role.name(prefix) : nil
    }

    /// What is missing, and the SQL an administrator runs to get it; nil where nothing is.
    public var shortcoming: String? {
        if !hasRoles {
            return
                "The database has no roles for the services, and \(login) may not create any: every service works with all "
                + "rights of \(login), and only tenants are kept apart. An administrator runs this once, then "
                + "`connectorctl migrate`: \(sql(for: DatabaseRole.allCases))"
        }
        guard !closedRoles.isEmpty else { return nil }
        return
            "\(login) is no member of \(names(sorted(closedRoles))). Where it is to be, an administrator runs: "
            + sql(for: sorted(closedRoles), isCreating: false)
    }

    /// What is missing for one program; nil where it may take its role on.
    public func shortcoming(for role: DatabaseRole) -> String? { name(of: role) == nil ? shortcoming : nil }

    private func sorted(_ roles: Set<DatabaseRole>) -> [DatabaseRole] {
        DatabaseRole.allCases.filter(roles.contains)
    }

    private func names(_ roles: [DatabaseRole]) -> String {
        roles.map { $0.name(prefix) }.joined(separator: ", ")
    }

    private func sql(for roles: [DatabaseRole], isCreating: Bool = true) -> String {
        let creation = isCreating ? roles.map { "create role \($0.name(prefix)) nologin; " }.joined() : ""
        return creation + "grant \(names(roles)) to \"\(login.replacing("\"", with: "\"\""))\";"
    }
}

/// A session cannot be bound to a tenant.
public struct BindingError: Error, Sendable, CustomStringConvertible {
    /// Why, and what to do.
    public let description: String
}

extension Database {
    /// How far services and tenants are kept apart here; nil where the schema knows nothing of it yet.
    public func isolation() async throws -> Isolation? {
        let known = try await client.query("select to_regclass('isolation')::text is not null as known").first
        guard try known?.get("known") ?? false else { return nil }
        let row = try await client.query(
            """
            select i.role_prefix, i.has_roles, session_user::text as login,
                (select n.nspname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    where c.oid = to_regclass('isolation')) as schema
            from isolation i
            """
        ).first
        guard let row, let prefix = RolePrefix(try row.get("role_prefix")) else { return nil }
        let open = try await client.openRoles(prefix)
        return Isolation(
            prefix: prefix,
            schema: try row.get("schema"),
            hasRoles: try row.get("has_roles") && open.existing.count == DatabaseRole.allCases.count,
            closedRoles: Set(DatabaseRole.allCases).subtracting(open.open),
            login: try row.get("login")
        )
    }

    /// This database as a session sees it that is bound to one tenant: whatever the statement, it reads and changes rows of
    /// that tenant only. What it cannot keep from doing stands in docs/isolation.md.
    /// - Throws: `BindingError` where nothing could be kept from a session of this database.
    public func bound(to tenant: TenantID) async throws -> Database {
        guard let isolation = try await isolation() else {
            throw BindingError(
                description: "The database cannot bind sessions yet: `connectorctl migrate` brings it there."
            )
        }
        let role = isolation.name(of: .tenant)
        let row = try await client.query(
            """
            select tenant_seal(\(tenant.name)) as seal, r.rolsuper or r.rolbypassrls as is_above
            from pg_roles r where r.rolname = current_user
            """
        ).first
        guard let row, let seal: String = try row.get("seal") else {
            throw StorageError("binding_keys: no key")
        }
        guard try role != nil || !row.get("is_above", as: Bool.self) else {
            throw BindingError(
                description: isolation.shortcoming ?? "\(isolation.login) cannot be bound to a tenant."
            )
        }
        return Database(client: client.confined(to: role, settings: [("mlc.tenant", seal)]))
    }
}

extension PostgresQueryable {
    /// Which roles there are, and which of them who is signed in may take on.
    func openRoles(_ prefix: RolePrefix) async throws -> (
        existing: Set<DatabaseRole>, open: Set<DatabaseRole>
    ) {
        let roles = Dictionary(uniqueKeysWithValues: DatabaseRole.allCases.map { ($0.name(prefix), $0) })
        // Since version 16 being a member does not imply being allowed to become it.
        let version = try await query("select current_setting('server_version_num')::integer").first
        let right = try version?.get(0, as: Int.self) ?? 0 >= 160_000 ? "SET" : "MEMBER"
        let rows = try await query(
            """
            select rolname::text as name, pg_has_role(session_user, oid, \(right)) as is_open
            from pg_roles where rolname = any(\(Array(roles.keys))::text[])
            """
        )
        var (existing, open): (Set<DatabaseRole>, Set<DatabaseRole>) = ([], [])
        for row in rows {
            guard let role = roles[try row.get("name", as: String.self)] else { continue }
            existing.insert(role)
            if try row.get("is_open") { open.insert(role) }
        }
        return (existing, open)
    }
}
