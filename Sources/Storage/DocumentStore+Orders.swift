public import Accounting
import PostgresClient

/// What belongs to one order, and what waits for another document.
extension Database {
    /// Every document of an order in one company, the order itself included, by kind and id.
    public func documents(of tenant: TenantID, _ company: CompanyID, order: Int64) async throws
        -> [DocumentRecord]
    {
        try await client.query(
            """
            select * from documents
            where tenant = \(tenant.name) and company = \(company.name) and order_id = \(order)
            order by kind, source_id
            """
        ).map(DocumentRecord.init(row:))
    }

    /// The dead document that died of a customer Sage 300 refused; nil where there is none.
    public func documentDead(of customer: CustomerNumber, _ tenant: TenantID, _ company: CompanyID)
        async throws
        -> DocumentRecord?
    {
        try await client.query(
            """
            select * from documents where tenant = \(tenant.name) and company = \(company.name)
                and refused_customer = \(customer.text) and state = 'dead'
            order by kind, source_id limit 1
            """
        ).first.map(DocumentRecord.init(row:))
    }

    /// Lets held documents go on whose reason has ended: what they waited for is in the ledger, or will never be. They
    /// are unpublished then.
    /// - Returns: those it let go on, at most 500; none while another process looks.
    public func releaseDependents() async throws -> [DocumentRecord] {
        try await client.transaction { transaction in
            // Every held document is compared with what it waits for: that once is enough.
            let turn = try await transaction.query("select pg_try_advisory_xact_lock(7235484) as mine")
            guard try turn.first?.get("mine") ?? false else { return [] }
            return try await transaction.query(Self.release).map(DocumentRecord.init(row:))
        }
    }

    private static var release: PostgresQuery {
        """
        with free as (
            select d.tenant, d.company, d.kind, d.source_id from documents d
            join documents t on t.tenant = d.tenant and t.company = d.company and t.kind = d.waits_for_kind
                and t.source_id = d.waits_for_id
            where d.state = 'held' and d.waits_for_id is not null
                and (t.state in ('posted', 'skipped', 'superseded')
                     -- Held for a customer that another document has brought into Sage 300 by now.
                     or t.state = 'entered' and d.kind in ('order', 'invoice')
                     -- Held under a document that was the first to fail of its customer, and fails of it no more.
                     or t.state in ('held', 'dead') and t.kind <> 'customer' and t.refused_customer is null
                         and d.kind in ('order', 'invoice'))
            order by d.tenant, d.company, d.kind, d.source_id limit 500
            for no key update of d skip locked
        ), released as (
            update documents d set state = 'waiting', reason = null, waits_for_kind = null, waits_for_id = null,
                published_revision = 0, state_since = now()
            from free where d.tenant = free.tenant and d.company = free.company and d.kind = free.kind
                and d.source_id = free.source_id
            returning d.*
        ), told as (
            insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
            select tenant, company, kind, source_id, 'gate', 'waiting', 'what it waited for is settled'
            from released
        )
        select * from released
        """
    }
}
