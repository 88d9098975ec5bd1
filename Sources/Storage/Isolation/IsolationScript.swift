import PostgresClient

/// The SQL that puts rights and policies in force; running it again leaves the same behind.
struct IsolationScript: Sendable {
    /// The schema of the tables.
    let schema: String
    /// Who owns them.
    let owner: String
    /// Nil where the cluster has not the roles.
    let prefix: RolePrefix?

    /// What takes the rights from roles of another prefix, those of them that exist, which an installation had before.
    func withdrawal(of former: RolePrefix, _ existing: Set<DatabaseRole>) -> [String] {
        guard !existing.isEmpty else { return [] }
        let names = DatabaseRole.allCases.filter(existing.contains).map { quoted($0.name(former)) }
            .joined(separator: ", ")
        return [
            "revoke all on all tables in schema \(quoted(schema)) from \(names)",
            "revoke all on all functions in schema \(quoted(schema)) from \(names)",
            "revoke all on schema \(quoted(schema)) from \(names)",
        ]
    }

    /// Every statement, in order.
    var statements: [String] {
        [
            forgetPolicies, tenantSeal, boundTenant, replayIsNew,
            "revoke all on function \(place("tenant_seal"))(text) from public",
        ]
            + grants + TableRights.all.flatMap(policies(on:))
    }

    /// What tells one script from another.
    var text: String { statements.joined(separator: ";\n") }

    // MARK: Names

    private func place(_ name: String) -> String { "\(quoted(schema)).\(quoted(name))" }

    private func name(_ role: DatabaseRole) -> String { quoted(prefix.map(role.name(_:)) ?? "") }

    private func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

    private func literal(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

    // MARK: Functions

    /// The tenant this session is bound to, if its seal is genuine; null otherwise: then nothing is equal to it.
    private var boundTenant: String {
        """
        create or replace function \(place("bound_tenant"))() returns text language sql stable security definer
        set search_path = pg_catalog, pg_temp as $$
        select tenant from (
            select split_part(current_setting('mlc.tenant', true), ':', 1) as tenant) as bound
        where \(place("tenant_seal"))(tenant) = current_setting('mlc.tenant', true)
        $$
        """
    }

    /// What binds a session to a tenant: its name and a keyed hash of it (the nested form, which cannot be lengthened).
    private var tenantSeal: String {
        """
        create or replace function \(place("tenant_seal"))(tenant text) returns text language sql stable
        security definer set search_path = pg_catalog, pg_temp as $$
        select tenant || ':' || encode(sha256(convert_to(key || encode(sha256(convert_to(key || tenant, 'UTF8')), 'hex'),
            'UTF8')), 'hex') from \(place("binding_keys"))
        $$
        """
    }

    /// Whether a replay was asked for in this transaction: letters are put into no other, least of all another tenant's.
    private var replayIsNew: String {
        """
        create or replace function \(place("replay_is_new"))(replay bigint) returns boolean language sql
        stable security definer set search_path = pg_catalog, pg_temp as $$
        select exists (select from \(place("replays")) r where r.id = replay and r.requested_at = now())
        $$
        """
    }

    // MARK: Rights

    private var grants: [String] {
        guard prefix != nil else { return [] }
        let everybody = DatabaseRole.allCases.map(name(_:)).joined(separator: ", ")
        return [
            "grant usage on schema \(quoted(schema)) to \(everybody)",
            "revoke all on all tables in schema \(quoted(schema)) from \(everybody)",
            "grant execute on function \(place("tenant_seal"))(text) to \(name(.control))",
            """
            grant execute on function \(place("bound_tenant"))(), \(place("replay_is_new"))(bigint)
            to \(name(.control)), \(name(.tenant))
            """,
        ] + tableGrants
    }

    /// One statement for all tables on which a role has the same rights: there are some hundred otherwise.
    private var tableGrants: [String] {
        DatabaseRole.allCases.flatMap { role in
            let rights = TableRights.all.map { ($0.table, $0.privileges(of: role)) }.filter { !$0.1.isEmpty }
            return Dictionary(grouping: rights, by: \.1).sorted { $0.key < $1.key }.map {
                privileges,
                tables in
                let places = tables.map { place($0.0) }.joined(separator: ", ")
                return "grant \(privileges) on \(places) to \(name(role))"
            }
        }
    }

    // MARK: Policies

    private var forgetPolicies: String {
        """
        do $$ declare found record; begin
            for found in select p.polname, c.relname from pg_policy p join pg_class c on c.oid = p.polrelid
                where c.relnamespace = \(literal(quoted(schema)))::regnamespace
            loop execute format('drop policy %I on %I.%I', found.polname, \(literal(schema)), found.relname); end loop;
        end $$
        """
    }

    private func policies(on rights: TableRights) -> [String] {
        guard let own = ownership(rights) else { return [] }
        let table = place(rights.table)
        // The owner and connectorctl see everything until they bind themselves.
        let isUnbound = "(select coalesce(current_setting('mlc.tenant', true), '') = '')"
        let new = rights.ownership == .replayItem ? "\(own) and \(place("replay_is_new"))(replay_id)" : own
        let unlessBound = "using (\(isUnbound) or \(own)) with check (\(isUnbound) or \(new))"
        var statements = [
            "alter table \(table) enable row level security, force row level security",
            "create policy owner on \(table) to \(quoted(owner)) \(unlessBound)",
        ]
        guard prefix != nil else { return statements }
        statements.append("create policy control on \(table) to \(name(.control)) \(unlessBound)")
        let bound = "using (\(own)) with check (\(new))"
        statements.append("create policy tenant on \(table) to \(name(.tenant)) \(bound)")
        return statements + servicePolicies(on: rights, table)
    }

    /// A constant, so that plans are what they would be without policies.
    private func servicePolicies(on rights: TableRights, _ table: String) -> [String] {
        let services: [DatabaseRole] = [.poller, .worker, .replayer].filter {
            !rights.privileges(of: $0).isEmpty
        }
        guard !services.isEmpty else { return [] }
        guard rights.isPartedBySystem else {
            let names = services.map(name(_:)).joined(separator: ", ")
            return ["create policy services on \(table) to \(names) using (true)"]
        }
        return services.map { service in
            """
            create policy \(service.rawValue) on \(table) to \(name(service))
            using (system = \(literal(Self.system(of: service).rawValue)))
            """
        }
    }

    /// Whose secrets a service needs.
    private static func system(of service: DatabaseRole) -> CredentialSystem {
        switch service {
        case .poller: .adobe
        case .replayer: .alerts
        case .worker, .control, .tenant: .sage
        }
    }

    /// Whether a row is the bound tenant's; nil where rows are nobody's.
    private func ownership(_ rights: TableRights) -> String? {
        let bound = "(select \(place("bound_tenant"))())"
        let tenants = "select from \(place("tenants")) t"
        switch rights.ownership {
        case .nobody: return nil
        case .column(let column): return "\(column) = \(bound)"
        case .company:
            return """
                exists (\(tenants) join \(place("companies")) c using (tenant) where t.tenant = \(bound)
                and t.sage_address = \(rights.table).sage_address and c.company = \(rights.table).company)
                """
        case .signIn:
            return """
                exists (\(tenants) where t.tenant = \(bound) and t.sage_address = sign_ins.sage_address
                and t.sage_user = sign_ins.sage_user)
                """
        case .through(let other, let id):
            return """
                exists (select from \(place(other)) o where o.id = \(rights.table).\(id) and o.tenant = \(bound))
                """
        case .replayItem:
            return """
                exists (select from \(place("failures")) o where o.id = replay_items.failure_id and o.tenant = \(bound))
                """
        case .replay:
            // Its own transaction sees it before its letters are in it.
            return """
                (requested_at = now() or selected > 0 and selected = (select count(*) from \(place("replay_items")) i
                join \(place("failures")) f on f.id = i.failure_id
                where i.replay_id = replays.id and f.tenant = \(bound)))
                """
        }
    }
}
