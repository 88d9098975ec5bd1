import Accounting
import Foundation
import PostgresClient
import Testing

@testable import Storage

/// Which role may do what, and what a session sees that is bound to a tenant.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(3)))
struct IsolationTests {
    // MARK: Completeness

    @Test func everyTableHasRightsAndEveryTenantsTablePolicies() async throws {
        try await withStore { store in
            let rows = try await store.client.query(
                """
                select c.relname::text as name, c.relrowsecurity and c.relforcerowsecurity as is_forced,
                    exists (select from pg_attribute a where a.attrelid = c.oid and not a.attisdropped
                        and a.attname in ('tenant', 'scope', 'sage_address')) as is_somebodys
                from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v')
                """
            )
            let rights = Dictionary(uniqueKeysWithValues: TableRights.all.map { ($0.table, $0) })
            for row in rows {
                let name: String = try row.get("name")
                guard name != "binding_keys", name != "credential_dates" else { continue }
                let right = try #require(rights[name], "TableRights says nothing of \(name)")
                let isForced: Bool = try row.get("is_forced")
                #expect(isForced == (right.ownership != .nobody), "\(name)")
                let isSomebodys: Bool = try row.get("is_somebodys")
                #expect(isForced || !isSomebodys, "\(name) has tenants' rows and no policies")
            }
            #expect(rights.count == rows.count - 1, "TableRights names tables there are not")
        }
    }

    @Test func repeatingChangesNothing() async throws {
        try await withStore { store in
            func policies() async throws -> [String] {
                try await store.client.query(
                    "select p.oid::text || p.polname as p from pg_policy p join pg_class c on c.oid = p.polrelid where "
                        + "c.relnamespace = current_schema()::regnamespace order by 1"
                ).map { try $0.get("p") }
            }
            let before = try await policies()
            #expect(before.count > 100)
            #expect(try await store.database.migrate().isEmpty)
            #expect(try await policies() == before)
            let isolation = try #require(try await store.database.isolation())
            #expect(isolation.hasRoles && isolation.shortcoming == nil)
            #expect(isolation.name(of: .poller) == "mlc_poller")
        }
    }

    @Test func rightsLostInARestoreComeBack() async throws {
        try await withStore { store in
            _ = try await store.client.query("revoke all on documents from mlc_control")
            _ = try await store.client.query("alter table documents disable row level security")
            _ = try await store.database.migrate()
            #expect(try await store.database(as: .control).tenants().isEmpty)
            #expect(
                try await store.count(
                    "select count(*) from pg_class where oid = 'documents'::regclass and relrowsecurity"
                )
                    == 1
            )
        }
    }

    // MARK: Roles

    @Test func eachServiceReadsTheSecretsItNeeds() async throws {
        let expected: [(DatabaseRole, String)] = [
            (.poller, "adobe"), (.worker, "sage"), (.replayer, "alerts"), (.control, "adobe,alerts,sage"),
            (.tenant, ""),
        ]
        try await withStore { store in
            try await store.registerTwoTenants()
            for (role, systems) in expected {
                let rows = try await store.database(as: role).client.query(
                    "select distinct system from credentials order by system"
                )
                let found = try rows.map { try $0.get("system", as: String.self) }.joined(separator: ",")
                #expect(found == systems, "\(role)")
            }
        }
    }

    private static let forbidden: [(DatabaseRole, String)] = [
        (.poller, "update tenants set paused = true"), (.worker, "update tenants set paused = true"),
        (.replayer, "delete from tenants"), (.poller, "delete from companies"),
        (.worker, "update cursors set entity_id = 9"), (.replayer, "update cursors set entity_id = 9"),
        (.worker, "select from access_tokens"), (.replayer, "select from access_tokens"),
        (.worker, "select from tenant_versions"), (.poller, "update credentials set sealed = ''"),
        (.poller, "update document_events set detail = 'x'"),
        (.worker, "update document_events set detail = 'x'"),
        (.replayer, "delete from document_events"), (.worker, "delete from document_events"),
        (.poller, "select from claim_entries"), (.poller, "update claims set state = 'done'"),
        (.replayer, "update writer_leases set fence = 9"), (.poller, "update sign_ins set state = 'proven'"),
        (.worker, "delete from documents"), (.poller, "delete from documents"),
        (.worker, "update failures set reason = 'x'"), (.poller, "select from alert_messages"),
        (.worker, "update replays set state = 'done'"), (.poller, "select from binding_keys"),
        (.control, "select from binding_keys"), (.tenant, "select from binding_keys"),
        (.poller, "select tenant_seal('acme')"), (.tenant, "select tenant_seal('acme')"),
        (.worker, "update schema_migrations set name = 'x'"),
        (.control, "update isolation set has_roles = false"),
        (.tenant, "select sealed from credentials"), (.tenant, "select from services"),
        (.tenant, "select from documents"), (.tenant, "update documents set state = 'posted'"),
    ]

    @Test func whatARoleMayNotDoIsRefused() async throws {
        try await withStore { store in
            try await store.registerTwoTenants()
            for (role, statement) in Self.forbidden {
                let isRefused = try await isRefused(store.database(as: role), statement)
                #expect(isRefused, "\(role): \(statement)")
                // It is the right that is missing: its owner may.
                _ = try await store.client.query(PostgresQuery(unescaped: "explain \(statement)"))
            }
            for change in ["create table x (i integer)", "alter table documents no force row level security"]
            {
                let isRefused = try await isRefused(store.database(as: .control), change)
                #expect(isRefused, "\(change)")
            }
        }
    }

    @Test func endsOfCredentialsAreSeenWithoutTheirCiphertext() async throws {
        try await withStore { store in
            try await store.registerTwoTenants()
            _ = try await store.client.query("update credentials set expires_on = now()")
            for role in [DatabaseRole.poller, .replayer, .control] {
                #expect(
                    try await store.database(as: role).expiringCredentials(within: .seconds(1)).count == 6
                )
            }
        }
    }

    /// A policy must not keep a condition from its index.
    private static let hot: [(DatabaseRole, String)] = [
        (.poller, "select * from documents where tenant = 'acme' and published_revision < revision"),
        (.poller, "select * from documents where tenant = 'acme' and number = '1'"),
        (
            .worker,
            "update documents set state = 'posting' where tenant = 'acme' and company = 'SAMINC' and kind = 'order' "
                + "and source_id = any('{1,2,3}')"
        ),
        (
            .worker,
            "select * from documents where tenant = 'acme' and company = 'SAMINC' and kind = 'order' "
                + "and state = 'waiting' and published_at < now() - interval '1 minute'"
        ),
        (.worker, "select * from claims where sage_address = 'a' and company = 'b' and finished_at is null"),
        (
            .replayer,
            "select * from failures where resolution is null and tenant = 'acme' and number like '1%' "
                + "order by failed_at desc, id desc limit 10"
        ),
        (
            .control,
            "select count(*) from failures where resolution is null and group_id = 'g' and failed_at > now()"
        ),
    ]

    @Test func plansAreWhatTheyWereWithoutPolicies() async throws {
        try await withStore { store in
            try await store.registerTwoTenants()
            func plan(_ client: PostgresClient, _ statement: String) async throws -> [String] {
                try await client.transaction { transaction in
                    _ = try await transaction.query("set local enable_seqscan = off")
                    return try await transaction.query(
                        PostgresQuery(unescaped: "explain (costs off) \(statement)")
                    ).map {
                        try $0.get(0, as: String.self)
                    }
                }
            }
            for (role, statement) in Self.hot {
                let without = try await plan(store.client, statement)
                let with = try await plan(store.database(as: role).client, statement)
                #expect(without.contains { $0.contains("Index") }, "\(without)")
                // The owner and connectorctl ask once whether they are bound.
                if role == .control {
                    #expect(
                        with.first { $0.contains("Index Cond") }
                            == without.first { $0.contains("Index Cond") },
                        "\(with)"
                    )
                } else {
                    #expect(with == without)
                }
            }
        }
    }

    // MARK: Bound to a tenant

    @Test func boundSessionSeesItsTenantWhateverTheQuery() async throws {
        try await withStore { store in
            try await store.registerTwoTenants()
            let other = try store.otherTenant
            let bound = try await store.database(as: .control).bound(to: store.tenant)
            #expect(try await bound.tenants().map(\.tenant) == [store.tenant])
            #expect(try await bound.tenant(other) == nil)
            #expect(try await bound.failures(of: store.key(1)).count == 1)
            #expect(try await bound.openFailureCount() == 1)
            for rights in TableRights.all
            where !rights.tenant.isEmpty && rights.ownership == .column("tenant") {
                let rows = try await bound.client.query(
                    PostgresQuery(
                        unescaped: "select distinct tenant from \(rights.table) where tenant <> 'acme'"
                    )
                )
                #expect(rows.isEmpty, "\(rights.table)")
            }
            let health = try await bound.client.query("select sage_address from company_health")
            #expect(
                try health.map { try $0.get(0, as: String.self) } == [
                    "https://acme.example.com/Sage300WebApi"
                ]
            )
            #expect(try await bound.client.query("select from sign_ins").count == 1)
            #expect(try await bound.client.query("select from alerts").count == 1)
        }
    }

    private static let injected = [
        "select tenant from documents where tenant = 'acme' or true",
        "select tenant from documents where number = '1' union all select tenant from credentials",
        "select d.tenant from documents d left join failures f on true",
        "select t.tenant from tenants t, lateral (select set_config('mlc.tenant', 'beta', true)) s",
        "select t.tenant from (select set_config('mlc.tenant', '', false)) s, tenants t",
        "select t.tenant from (select set_config('mlc.tenant', 'beta:' || split_part(current_setting('mlc.tenant'), ':', 2),"
            + " false)) s, tenants t",
        "select t.tenant from (select set_config('row_security', 'off', false)) s, tenants t",
        "select x::text from query_to_xml('select tenant from documents', true, true, '') x",
        "select x::text from table_to_xml('tenants', true, true, '') x",
        "select x::text from schema_to_xml(current_schema(), true, true, '') x",
        "select tenant_seal('beta')", "select key from binding_keys", "select sealed::text from credentials",
        "select tenant from credential_dates",
        "with x as (delete from documents returning tenant) select * from x",
        "with x as (update documents set number = number returning tenant) select * from x",
        "with x as (insert into document_events (tenant, company, kind, source_id, stage, outcome) values "
            + "('beta', 'SAMINC', 'order', 1, 's', 'o') returning tenant) select * from x",
        "with x as (update tenants set paused = true returning tenant) select * from x",
        "select bound_tenant() || (select string_agg(tenant, ' ') from failures)",
        "select most_common_vals::text from pg_stats where tablename = 'documents'",
        "select pg_read_file('/etc/hostname')", "select 1; select tenant from tenants",
        "copy documents to stdout",
    ]

    @Test func injectedTextGetsNothingOfAnother() async throws {
        try await withStore { store in
            try await store.registerTwoTenants()
            _ = try await store.client.query("analyze documents")
            let bound = try await store.database(as: .control).bound(to: store.tenant)
            for text in Self.injected {
                guard let rows = try? await bound.client.query(PostgresQuery(unescaped: text)) else {
                    continue
                }
                for row in rows {
                    let value = try row.get(0, as: String?.self) ?? ""
                    #expect(!value.contains("beta"), "\(text)")
                }
            }
            let left = try await store.client.query(
                "select (select count(*) from documents where tenant = 'beta' and number <> '')::integer, "
                    + "(select count(*) from document_events where tenant = 'beta')::integer, "
                    + "(select count(*) from tenants where tenant = 'beta' and not paused)::integer"
            )
            #expect(try left[0].get(0, as: Int.self) == 3)
            #expect(try left[0].get(1, as: Int.self) == 1)
            #expect(try left[0].get(2, as: Int.self) == 1)
        }
    }

    @Test func bindingEndsWithItsStatement() async throws {
        try await withStore { store in
            try await store.registerTwoTenants()
            let control = store.database(as: .control)
            let bound = try await control.bound(to: store.tenant)
            let inTransaction = try await bound.client.transaction { transaction in
                try await transaction.query("select from tenants").count
            }
            let inSession = try await bound.client.withConnection { connection in
                try await connection.query("select from tenants").count
            }
            #expect(inTransaction == 1 && inSession == 1)
            for _ in 0..<6 { #expect(try await control.tenants().count == 2) }
            #expect(
                try await store.count("select length(coalesce(current_setting('mlc.tenant', true), ''))") == 0
            )
        }
    }

    @Test func boundSessionChangesItsTenantsRowsAndReplaysItsLetters() async throws {
        try await withStore { store in
            try await store.registerTwoTenants()
            let other = try store.otherTenant
            let bound = try await store.database(as: .control).bound(to: store.tenant)
            #expect(try await bound.requestReplay(FailureFilter()).selected == 1)
            #expect(try await store.database.requestReplay(FailureFilter()).selected == 2)
            // One that holds another's letters too is not its own to see.
            #expect(try await bound.replays().count == 1)
            #expect(try await store.database.replays().count == 2)
            #expect(try await bound.setPaused(true, tenant: store.tenant))
            #expect(try await bound.setPaused(true, tenant: other) == false)
            #expect(try await bound.setPaused(false, tenant: store.tenant))
            _ = try await bound.requestRun(store.tenant, cause: .now)
            await #expect(throws: PostgresError.self) { try await bound.requestRun(other, cause: .now) }
        }
    }
}
