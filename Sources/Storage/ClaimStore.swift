public import Accounting
import ExactJSON
import Foundation
import PostgresClient

extension Database {
    /// Claims documents for one batch: moves those that are still `waiting` with the mapped revision to
    /// `posting` and records what will be sent, in one transaction that holds only while the lease does.
    /// - Parameter configurationVersion: the version of the tenant file they were mapped by.
    /// - Returns: nil when none of them was left to claim, or the tenant is being removed.
    public func claim(
        _ entries: [ClaimEntry],
        tenant: TenantID,
        isAutomatic: Bool,
        configurationVersion: Int? = nil,
        under lease: WriterLease
    ) async throws -> Claim? {
        let claim = try await client.transaction { (transaction) -> Claim? in
            try await check(lease, in: transaction)
            guard let claim = try await insertClaim(tenant, isAutomatic, lease, in: transaction) else {
                return nil
            }
            try await lock(documents: Self.keys(of: entries), in: transaction)
            let moved = try await transaction.query(
                """
                update documents d set state = 'posting', claim_id = \(claim), state_since = now(), reason = null,
                    attempts = d.attempts + 1, conflicts = 0, retry_at = null, sage_document = null,
                    configuration_version = coalesce(\(configurationVersion), d.configuration_version)
                from jsonb_to_recordset(\(Self.keys(of: entries))::jsonb) as r (tenant text, company text, kind text,
                    source_id bigint, revision integer)
                where d.tenant = r.tenant and d.company = r.company and d.kind = r.kind
                    and d.source_id = r.source_id and d.revision = r.revision and d.state = 'waiting'
                    and d.stuck_batch is null
                    and not exists (select from tenants t where t.tenant = d.tenant
                        and t.removing_since is not null)
                returning d.tenant, d.company, d.kind, d.source_id
                """
            )
            let keys = Set(try moved.map(DocumentKey.init(row:)))
            let claimed = entries.filter { keys.contains($0.key) }
            guard !claimed.isEmpty else {
                _ = try await transaction.query("delete from claims where id = \(claim)")
                return nil
            }
            try await insert(claimed, of: claim, in: transaction)
            try await tell(claim, stage: "claim", outcome: "posting", in: transaction)
            return try await load(claim, in: transaction)
        }
        DocumentMetrics.attempted(claim?.entries.map(\.key) ?? [])
        return claim
    }

    /// The claims of a company that nobody is finishing and that are due, oldest first. Called under the lease,
    /// when every such claim is an orphan or waits to be settled.
    public func dueClaims(of target: SageCompany) async throws -> [Claim] {
        let ids = try await client.query(
            """
            select id from claims where sage_address = \(target.address) and company = \(target.company.name)
                and finished_at is null and due_at <= now() order by id limit 100
            """
        )
        return try await claims(ids)
    }

    private func claims(_ ids: PostgresResult) async throws -> [Claim] {
        var claims: [Claim] = []
        for row in ids {
            let id: Int64 = try row.get("id")
            let claim = try await client.transaction { (transaction) -> Claim? in
                try await load(id, in: transaction)
            }
            if let claim { claims.append(claim) }
        }
        return claims
    }

    /// Takes ended claims of a company whose answer was once lost: for a day a late twin of theirs may still turn up. Each
    /// comes back after two seconds, then less and less often, to one process at a time.
    public func takeClaimsToWatch(of target: SageCompany, limit: Int = 20) async throws -> [Claim] {
        let ids = try await client.query(
            """
            with due as (
                select id from claims where \(Self.isToBeWatched) and sage_address = \(target.address)
                    and company = \(target.company.name) order by due_at limit \(limit) for update skip locked
            )
            update claims c set due_at = now() from due where c.id = due.id returning c.id
            """
        )
        return try await claims(ids)
    }

    /// Companies with something to look after: batches left to a person, and claims whose twins may turn up.
    public func companiesToLookAfter() async throws -> [SageCompany] {
        try await client.query(
            """
            select sage_address, company from watched_batches where next_look_at <= now()
            union select sage_address, company from claims where \(Self.isToBeWatched)
            """
        ).compactMap { row in
            guard let company = CompanyID(try row.get("company")) else { return nil }
            return SageCompany(address: try row.get("sage_address"), company: company)
        }
    }

    /// Claims that were sent more than once and ended less than `period` ago: a twin of theirs may be on its way still.
    public func freshTwinsPossible(within period: Duration) async throws -> Bool {
        try await !client.query(
            """
            select 1 as possible from claims where was_in_doubt and try > 1
                and finished_at > now() - \(period.secondsText)::interval limit 1
            """
        ).isEmpty
    }

    private static var isToBeWatched: PostgresQuery {
        """
        was_in_doubt and finished_at > now() - interval '24 hours'
            and due_at < now() - greatest(interval '2 seconds', (now() - finished_at) / 10)
        """
    }

    /// Companies with claims that are due.
    public func companiesWithDueClaims() async throws -> [SageCompany] {
        try await client.query(
            """
            select distinct sage_address, company from claims where finished_at is null and due_at <= now()
            """
        ).compactMap { row in
            guard let company = CompanyID(try row.get("company")) else { return nil }
            return SageCompany(address: try row.get("sage_address"), company: company)
        }
    }

    /// The batch's number is known: from now on every step is repeatable.
    public func adopt(_ claim: Claim, batch: Int64, under lease: WriterLease) async throws -> Claim {
        try await client.transaction { transaction in
            try await check(lease, in: transaction)
            try await lock(documentsOf: claim.id, in: transaction)
            let adopted = try await transaction.query(
                """
                update claims set state = 'adopted', batch = \(batch), fence = \(lease.fence), due_at = now()
                where id = \(claim.id) and finished_at is null
                """
            )
            // Ended by another holder before this one took the lease back: the batch is a twin.
            guard adopted.affectedRows == 1 else { throw LeaseLost(target: lease.target) }
            _ = try await transaction.query(
                """
                update documents set state = 'posting', sage_batch = \(batch)
                where claim_id = \(claim.id) and state in ('posting', 'inDoubt')
                """
            )
            try await tell(claim.id, stage: "enter", outcome: "batch \(batch)", in: transaction)
            return try await require(claim.id, in: transaction)
        }
    }

    /// The batch is sent right after this: from now on it may be in Sage 300, whatever is heard of it.
    /// - Throws: `LeaseLost` when another worker has taken the company over, or sees the claim through already.
    public func send(_ claim: Claim, under lease: WriterLease) async throws {
        try await client.transaction { transaction in
            try await check(lease, in: transaction)
            let sent = try await transaction.query(
                """
                update claims set is_sent = true, sent_at = now(), fence = \(lease.fence)
                where id = \(claim.id) and state = 'entering' and try = \(claim.tryNumber)
                """
            )
            guard sent.affectedRows == 1 else { throw LeaseLost(target: lease.target) }
        }
    }

    /// Notes a repeatable step on an adopted batch.
    public func advance(_ claim: Claim, to state: Claim.State, under lease: WriterLease) async throws -> Claim
    {
        try await client.transaction { transaction in
            try await check(lease, in: transaction)
            _ = try await transaction.query(
                """
                update claims set state = \(state.rawValue),
                    posting_since = case when \(state == .posting)::boolean then coalesce(posting_since, now()) end
                where id = \(claim.id) and finished_at is null
                """
            )
            return try await require(claim.id, in: transaction)
        }
    }

    /// The answer to the POST never came: left alone until `settle` has passed, then looked for.
    public func doubt(_ claim: Claim, settle: Duration, detail: String, under lease: WriterLease) async throws
    {
        try await client.transaction { transaction in
            try await check(lease, in: transaction)
            try await lock(documentsOf: claim.id, in: transaction)
            _ = try await transaction.query(
                """
                update claims set state = 'inDoubt', was_in_doubt = true, absent_reads = 0,
                    due_at = sent_at + \(settle.secondsText)::interval
                where id = \(claim.id) and state = 'entering'
                """
            )
            let moved = try await transaction.query(
                """
                update documents set state = 'inDoubt', state_since = now()
                where claim_id = \(claim.id) and state = 'posting'
                """
            )
            if moved.affectedRows > 0 {
                try await tell(claim.id, stage: "enter", outcome: "inDoubt", detail: detail, in: transaction)
            }
        }
        DocumentMetrics.doubted()
    }

    /// Looks again later, whatever was tried; never sooner than it was to be looked at.
    public func postpone(_ claim: Claim, by delay: Duration, isAbsent: Bool = false) async throws {
        _ = try await client.query(
            """
            update claims set due_at = greatest(due_at, now() + \(delay.secondsText)::interval),
                absent_reads = absent_reads + \(isAbsent ? 1 : 0)
            where id = \(claim.id) and finished_at is null
            """
        )
    }

    /// Records the next POST before it is sent.
    public func retry(_ claim: Claim, under lease: WriterLease) async throws -> Claim {
        try await client.transaction { transaction in
            try await check(lease, in: transaction)
            try await lock(documentsOf: claim.id, in: transaction)
            _ = try await transaction.query(
                """
                update claims set state = 'entering', try = try + 1, sent_at = now(), due_at = now(),
                    is_sent = false, absent_reads = 0, fence = \(lease.fence)
                where id = \(claim.id) and finished_at is null
                """
            )
            _ = try await transaction.query(
                "update documents set state = 'posting' where claim_id = \(claim.id) and state = 'inDoubt'"
            )
            return try await require(claim.id, in: transaction)
        }
    }

    /// Takes a refused claim apart, to find the document that is to blame.
    /// - Parameter groups: the entries of the new claims; what is in none of them has been concluded.
    public func split(_ claim: Claim, into groups: [[ClaimEntry]], under lease: WriterLease) async throws
        -> [Claim]
    {
        try await client.transaction { transaction in
            try await check(lease, in: transaction)
            try await lock(documentsOf: claim.id, in: transaction)
            _ = try await transaction.query(
                "update claims set state = 'split', finished_at = now() where id = \(claim.id)"
            )
            var parts: [Claim] = []
            for entries in groups where !entries.isEmpty {
                guard
                    let part = try await insertClaim(claim.tenant, claim.isAutomatic, lease, in: transaction)
                else { continue }
                try await insert(entries, of: part, in: transaction)
                _ = try await transaction.query(
                    """
                    update documents d set claim_id = \(part)
                    from jsonb_to_recordset(\(Self.keys(of: entries))::jsonb) as r (tenant text, company text,
                        kind text, source_id bigint)
                    where d.tenant = r.tenant and d.company = r.company and d.kind = r.kind
                        and d.source_id = r.source_id and d.claim_id = \(claim.id)
                    """
                )
                parts.append(try await require(part, in: transaction))
            }
            return parts
        }
    }

    /// Nothing of the claim reached Sage 300: its documents wait again.
    /// - Parameter republish: true when no delivery is in hand that would bring them back.
    /// - Throws: `LeaseLost` when another worker has taken the claim over: it may have entered it meanwhile.
    public func abandon(_ claim: Claim, reason: String, republish: Bool, under lease: WriterLease)
        async throws
    {
        try await client.transaction { transaction in
            try await check(lease, in: transaction)
            try await lock(documentsOf: claim.id, in: transaction)
            let abandoned = try await transaction.query(
                """
                update claims set state = 'abandoned', finished_at = now()
                where id = \(claim.id) and state = 'entering' and try = \(claim.tryNumber)
                """
            )
            guard abandoned.affectedRows == 1 else { throw LeaseLost(target: lease.target) }
            try await tell(claim.id, stage: "enter", outcome: "waiting", detail: reason, in: transaction)
            _ = try await transaction.query(
                """
                update documents set state = 'waiting', claim_id = null, state_since = now(),
                    published_revision = case when \(republish) then 0 else published_revision end
                where claim_id = \(claim.id) and state in ('posting', 'inDoubt')
                """
            )
        }
    }

    /// Step 6: every document of the claim where it belongs, in one transaction. A document that changed in the
    /// store meanwhile is published again, so that its newer revision is looked at. What stands in an Open batch is
    /// watched from now on.
    /// - Returns: the documents that were still the claim's; the others have ended before.
    public func finish(
        _ claim: Claim,
        outcomes: [DocumentKey: ClaimOutcome],
        under lease: WriterLease
    ) async throws -> Set<DocumentKey> {
        let rows = Self.rows(outcomes)
        let ended = try await client.transaction { transaction in
            try await check(lease, in: transaction)
            try await lock(documentsOf: claim.id, in: transaction)
            let moved = try await transaction.query(
                """
                update documents d set \(Self.concluded),
                    sage_customer = e.customer, ledger_hash = sha256(convert_to(e.payload, 'UTF8')),
                    published_revision = case when d.revision > e.revision or r.state = 'waiting' then 0
                                              else d.published_revision end
                from \(Self.outcomeRows(rows))
                join claim_entries e using (tenant, company, kind, source_id)
                where e.claim_id = \(claim.id) and d.claim_id = \(claim.id) and d.tenant = r.tenant
                    and d.company = r.company and d.kind = r.kind and d.source_id = r.source_id
                returning d.tenant, d.company, d.kind, d.source_id
                """
            )
            let keys = Set(try moved.map(DocumentKey.init(row:)))
            try await tell(outcomes.filter { keys.contains($0.key) }, of: claim.target, in: transaction)
            _ = try await transaction.query(
                """
                update claims set state = 'done', finished_at = now() where id = \(claim.id)
                    and not exists (select 1 from documents where claim_id = \(claim.id))
                """
            )
            return keys
        }
        DocumentMetrics.concluded(outcomes, ended)
        return ended
    }

    static func rows(_ outcomes: [DocumentKey: ClaimOutcome]) -> String {
        JSON.array(outcomes.map { $0.key.json($0.value.members) }).text
    }

    /// What an outcome `r` makes of a document `d`.
    static var concluded: PostgresQuery {
        """
        state = r.state, reason = r.reason, state_since = now(), claim_id = null,
        death_id = r.death_id::uuid, death = r.death, death_published = r.death is null,
        sage_batch = coalesce(r.batch, d.sage_batch), sage_entry = coalesce(r.entry, d.sage_entry),
        stuck_batch = r.stuck_batch,
        apply_refused = r.state <> 'dead' and (d.apply_refused or coalesce(r.apply_refused, false)),
        refused_customer = null, posted_at = case when r.state = 'posted' then now() end
        """
    }

    static func outcomeRows(_ rows: String) -> PostgresQuery {
        """
        jsonb_to_recordset(\(rows)::jsonb) as r (tenant text, company text, kind text, source_id bigint, state text,
            reason text, batch bigint, entry integer, death_id text, death text, stuck_batch bigint,
            apply_refused boolean)
        """
    }

    /// Tells each document's outcome, and has batches watched that a person has to do something about.
    func tell(
        _ outcomes: [DocumentKey: ClaimOutcome],
        of target: SageCompany,
        in transaction: PostgresTransaction
    ) async throws {
        _ = try await transaction.query(
            """
            insert into document_events (tenant, company, kind, source_id, stage, outcome, detail, configuration_version)
            select tenant, company, kind, source_id, r.stage, r.state, r.detail, d.configuration_version
            from jsonb_to_recordset(\(Self.rows(outcomes))::jsonb) as r (tenant text, company text, kind text,
                source_id bigint, stage text, state text, detail text)
            left join documents d using (tenant, company, kind, source_id)
            """
        )
        try await watch(outcomes, of: target, in: transaction)
    }

    /// Has the batches watched that these outcomes leave to a person.
    func watch(
        _ outcomes: [DocumentKey: ClaimOutcome],
        of target: SageCompany,
        in transaction: PostgresTransaction
    ) async throws {
        let batches = Set(outcomes.values.compactMap(\.batchToWatch)).sorted()
        guard !batches.isEmpty else { return }
        _ = try await transaction.query(
            """
            insert into watched_batches (sage_address, company, batch)
            select \(target.address), \(target.company.name), unnest(\(batches)::bigint[])
            on conflict do nothing
            """
        )
    }

    private func insertClaim(
        _ tenant: TenantID,
        _ isAutomatic: Bool,
        _ lease: WriterLease,
        in transaction: PostgresTransaction
    ) async throws -> Int64? {
        try await transaction.query(
            """
            insert into claims (tenant, company, sage_address, fence, state, automatic, is_sent)
            values (\(tenant.name), \(lease.target.company.name), \(lease.target.address), \(lease.fence), 'entering',
                    \(isAutomatic), false)
            returning id
            """
        ).first?.get("id")
    }

    private func insert(
        _ entries: [ClaimEntry],
        of claim: Int64,
        in transaction: PostgresTransaction
    ) async throws {
        let rows = JSON.array(entries.enumerated().map { $1.json(position: $0) }).text
        _ = try await transaction.query(
            """
            insert into claim_entries (claim_id, position, tenant, company, kind, source_id, revision, document,
                customer, total, payload)
            select \(claim), position, tenant, company, kind, source_id, revision, document, customer, total, payload
            from jsonb_to_recordset(\(rows)::jsonb) as r (position integer, tenant text, company text, kind text,
                source_id bigint, revision integer, document text, customer text, total numeric, payload text)
            """
        )
    }

    private func load(_ id: Int64, in transaction: PostgresTransaction) async throws -> Claim? {
        guard let row = try await transaction.query("select * from claims where id = \(id)").first else {
            return nil
        }
        let entries = try await transaction.query(
            "select * from claim_entries where claim_id = \(id) order by position"
        ).map(ClaimEntry.init(row:))
        return try Claim(row: row, entries: entries)
    }

    private func require(_ id: Int64, in transaction: PostgresTransaction) async throws -> Claim {
        guard let claim = try await load(id, in: transaction) else {
            throw StorageError("claims: \(id) has vanished")
        }
        return claim
    }

    private func tell(
        _ claim: Int64,
        stage: String,
        outcome: String,
        detail: String = "",
        in transaction: PostgresTransaction
    ) async throws {
        let detail = detail.isEmpty ? "claim \(claim)" : "claim \(claim): \(detail)"
        _ = try await transaction.query(
            """
            insert into document_events (tenant, company, kind, source_id, stage, outcome, detail, configuration_version)
            select e.tenant, e.company, e.kind, e.source_id, \(stage), \(outcome), \(detail), d.configuration_version
            from claim_entries e left join documents d using (tenant, company, kind, source_id)
            where e.claim_id = \(claim)
            """
        )
    }

    private static func keys(of entries: [ClaimEntry]) -> String {
        JSON.array(entries.map { $0.key.json(["revision": .int($0.revision)]) }).text
    }
}

extension ClaimEntry {
    fileprivate func json(position: Int) -> JSON {
        key.json([
            "position": .int(position), "revision": .int(revision), "document": .string(document),
            "customer": .string(customer), "total": .decimal(total), "payload": .string(payload),
        ])
    }
}

extension ClaimOutcome {
    /// The batch that somebody has to look at until it is posted or gone.
    fileprivate var batchToWatch: Int64? {
        switch self {
        case .entered(let batch, _): batch
        case .dead(_, _, let stuckBatch): stuckBatch
        case .posted, .waiting: nil
        }
    }

    fileprivate var members: JSONObject {
        switch self {
        case .entered(let batch, let entry):
            [
                "state": "entered", "batch": .int(Int(batch)), "entry": .int(entry), "stage": "enter",
                "detail": .string("batch \(batch), entry \(entry), Open"),
            ]
        case .posted(let batch, let entry):
            [
                "state": "posted", "batch": .int(Int(batch)), "entry": .int(entry), "stage": "post",
                "detail": .string("batch \(batch), entry \(entry)"),
            ]
        case .dead(let death, let reason, let stuckBatch):
            [
                "state": "dead", "reason": .string(reason), "death_id": .string(death.id.uuidString),
                "death": .string(death.letter), "stage": "die", "detail": .string(reason),
                "stuck_batch": stuckBatch.map { .int(Int($0)) } ?? .null,
            ]
        case .waiting(let reason, let isApplyRefused):
            [
                "state": "waiting", "stage": "enter", "detail": .string(reason),
                "apply_refused": .bool(isApplyRefused),
            ]
        }
    }
}
