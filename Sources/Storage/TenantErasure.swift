public import Accounting
import ExactJSON
import PostgresClient

/// Erases what is remembered of a tenant, some thousand rows at a time: whatever a crash leaves is erased by doing it again.
public struct TenantErasure: Sendable {
    private static let rows = 5000

    private let database: Database
    private let tenant: String
    private let erasesAudit: Bool

    /// The erasure of a tenant whose removal has begun to erase.
    public init(_ database: Database, tenant: TenantID, erasesAudit: Bool) {
        self.database = database
        self.tenant = tenant.name
        self.erasesAudit = erasesAudit
    }

    /// Erases everything but the tenant itself.
    /// - Parameter progress: told after each some thousand rows.
    public func erase(_ progress: (RemovalCounts) -> Void) async throws -> RemovalCounts {
        var counts = RemovalCounts()
        for step in steps {
            while true {
                let rows = try await database.client.query(step.query).affectedRows
                counts.add(step.name, rows)
                progress(counts)
                if rows == 0 || !step.isRepeated { break }
            }
        }
        return counts
    }

    private struct Step {
        let name: String
        let query: PostgresQuery
        var isRepeated = true
    }

    /// Letters before documents: a document that goes would have to resolve its letter first.
    private var steps: [Step] {
        let name = tenant
        let ofRun = PostgresQuery("run_id in (select id from runs where tenant = \(name))")
        var steps = [
            Step(name: "replay items", query: some("replay_items", Self.ofFailures(name))),
            Step(name: "dead letters", query: some("failures", Self.isFailure(name))),
            Step(name: "documents", query: documents),
            Step(name: "matches", query: some("document_matches", "tenant = \(name)")),
            Step(name: "corrections", query: some("document_edits", "tenant = \(name)")),
            Step(
                name: "claims",
                query: some("claims", "tenant = \(name)")
            ),
            Step(name: "guests", query: some("guests", "tenant = \(name)")),
            Step(name: "customers", query: some("sage_customers", "tenant = \(name)")),
            Step(
                name: "delivery marks",
                query: some("delivery_marks", "starts_with(message_id, \(name + "/"))")
            ),
            Step(name: "run positions", query: some("run_positions", ofRun)),
            Step(name: "runs", query: some("runs", "tenant = \(name)")),
            Step(name: "cursors", query: some("cursors", "tenant = \(name)")),
            Step(name: "usage", query: some("tenant_usage", "tenant = \(name)")),
            Step(name: "alerts", query: some("alerts", "tenant = \(name) or scope = \(name)")),
            Step(name: "alert notices", query: some("alert_notices", "scope = \(name)")),
            Step(name: "alert messages", query: some("alert_messages", "scope = \(name)")),
        ]
        if erasesAudit {
            steps.append(Step(name: "audit", query: some("document_events", "tenant = \(name)")))
        }
        return steps
    }

    private func some(_ table: String, _ condition: PostgresQuery) -> PostgresQuery {
        """
        delete from \(identifier: table) where ctid = any(array(
            select ctid from \(identifier: table) where \(condition) limit \(Self.rows)))
        """
    }

    private static func isFailure(_ tenant: String) -> PostgresQuery {
        "tenant = \(tenant) or tenant is null and position(\("\"mlc.\(tenant).") in message) > 0"
    }

    private static func ofFailures(_ tenant: String) -> PostgresQuery {
        "failure_id in (select id from failures where \(isFailure(tenant)))"
    }

    /// Of what is being written, or was and nobody knows, its claim alone tells batch and customer: the document may still have
    /// those of an earlier try.
    private static var remains: PostgresQuery {
        """
        insert into ledger_remains (sage_address, company, document, number, tenant, kind, source_id,
            source_created_at, state, claim_id, sage_customer, sage_batch, sage_entry, stuck_batch, ledger_hash, posted_at, sage_document)
        select distinct on (t.sage_address, g.company, g.document) t.sage_address, g.company, g.document, g.number,
            g.tenant, g.kind, g.source_id, g.source_created_at, g.state, c.id, coalesce(e.customer, g.sage_customer),
            case when c.id is null then g.sage_batch else c.batch end, case when c.id is null then g.sage_entry end,
            g.stuck_batch, coalesce(sha256(convert_to(e.payload, 'UTF8')), g.ledger_hash), g.posted_at, g.sage_document
        from gone g join tenants t using (tenant)
        left join claims c on c.id = g.claim_id and g.state in ('posting', 'inDoubt')
        left join claim_entries e on e.claim_id = c.id and e.tenant = g.tenant and e.company = g.company
            and e.kind = g.kind and e.source_id = g.source_id
        where (g.state in ('posting', 'inDoubt', 'entered', 'posted')
            or g.state in ('dead', 'skipped') and g.stuck_batch is not null) and g.kind <> 'customer'
        order by t.sage_address, g.company, g.document, g.state in ('dead', 'skipped')
        on conflict (sage_address, company, document) do update set number = excluded.number, tenant = excluded.tenant,
            kind = excluded.kind, source_id = excluded.source_id, source_created_at = excluded.source_created_at,
            state = excluded.state, claim_id = excluded.claim_id,
            sage_customer = excluded.sage_customer, sage_batch = excluded.sage_batch, sage_entry = excluded.sage_entry,
            stuck_batch = excluded.stuck_batch, ledger_hash = excluded.ledger_hash, posted_at = excluded.posted_at,
            sage_document = excluded.sage_document
        -- A number may be another document's by now, which is in the ledger.
        where excluded.state not in ('dead', 'skipped') or ledger_remains.state in ('dead', 'skipped')
            or (ledger_remains.tenant, ledger_remains.kind, ledger_remains.source_id)
                = (excluded.tenant, excluded.kind, excluded.source_id)
        """
    }

    /// Documents go together with what is kept of them: their last event, and their place in Sage 300.
    private var documents: PostgresQuery {
        """
        with chosen as (
            select ctid from documents where tenant = \(tenant) limit \(Self.rows)
        ), gone as (
            delete from documents where ctid = any(array(select ctid from chosen)) returning *
        ), remains as (
            \(Self.remains)
        ), told as (
            insert into document_events (tenant, company, kind, source_id, stage, outcome, detail, configuration_version)
            select tenant, company, kind, source_id, 'remove', state, concat(
                number, case when document <> number then concat(' → ', document) end,
                ': the tenant was removed', case when sage_batch is not null
                    then concat('; it stands in batch ', sage_batch, ', entry ', sage_entry, ' of Sage 300') end),
                configuration_version
            from gone where not \(erasesAudit)::boolean
        )
        select 1 from gone
        """
    }

    /// The end: nothing of the tenant is left but its audit, where that is kept, and the numbers it has in Sage 300. What
    /// is remembered of a company goes with the last tenant that writes into it.
    /// - Parameters:
    ///   - operator: who removes it.
    ///   - counts: what was erased; kept.
    /// - Returns: what was erased here.
    /// - Throws: `StorageError` where documents are left.
    public func finish(by operator: String, _ counts: RemovalCounts) async throws -> RemovalCounts {
        try await database.client.transaction { transaction in
            var counts = counts
            let tenant = self.tenant
            let left = try await transaction.query(
                "select 1 as left from documents where tenant = \(tenant) limit 1"
            )
            guard left.isEmpty else { throw StorageError("documents: \(tenant) has some left") }
            for table in ["credentials", "access_tokens"] {
                counts.add(
                    table == "credentials" ? "credentials" : "access tokens",
                    try await transaction.query(
                        "delete from \(identifier: table) where tenant = \(tenant)"
                    ).affectedRows
                )
            }
            try await forgetCompanies(in: transaction)
            let versions = try await transaction.query(
                "delete from tenant_versions where tenant = \(tenant)"
            ).affectedRows
            counts.add("versions", versions)
            let numbers = JSON.object(JSONObject(counts.counts.map { ($0.name, .int($0.count)) })).text
            _ = try await transaction.query(
                """
                insert into removed_tenants (tenant, last_version, removed_by, audit, numbers)
                select tenant, version, \(`operator`), \(erasesAudit ? "erased" : "kept"), \(numbers)::jsonb
                from tenants where tenant = \(tenant)
                """
            )
            _ = try await transaction.query("delete from tenants where tenant = \(tenant)")
            _ = try await transaction.query("select pg_notify('tenants', \(tenant))")
            return counts
        }
    }

    /// What is kept by server and company, or by server and user, where no other tenant has a part in it. Leases stay: their
    /// fences must go on counting.
    private func forgetCompanies(in transaction: PostgresTransaction) async throws {
        let tables = [
            "company_health", "company_pauses", "watched_batches", "ledger_findings",
            "batch_sweeps",
        ]
        for table in tables {
            _ = try await transaction.query(
                """
                delete from \(identifier: table) x using tenants t
                where t.tenant = \(tenant) and x.sage_address = t.sage_address and not exists (
                    select 1 from tenants o join companies c using (tenant)
                    where o.tenant <> t.tenant and o.sage_address = x.sage_address and c.company = x.company)
                """
            )
        }
        _ = try await transaction.query(
            """
            delete from sign_ins s using tenants t where t.tenant = \(tenant) and s.sage_address = t.sage_address
                and s.sage_user = t.sage_user and not exists (select 1 from tenants o where o.tenant <> t.tenant
                    and o.sage_address = s.sage_address and o.sage_user = s.sage_user)
            """
        )
    }
}
