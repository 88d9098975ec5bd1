public import Accounting
import ExactJSON
public import Foundation
import PostgresClient

/// A step in a document's life, for `why`.
public struct DocumentEvent: Sendable {
    /// When.
    public let at: Date
    /// `publish`, `gate`, `map`, `enter`, `post`, `die`, `replay`, …
    public let stage: String
    /// How it ended.
    public let outcome: String
    /// For people; never personal data.
    public let detail: String
    /// The version of the tenant file that decided it; nil where none did, or nobody kept it.
    public let configurationVersion: Int?
}

/// A document's death: recorded with the state, then published to the dead-letter queue.
public struct Death: Sendable {
    /// Its identity: the failure store takes each once.
    public let id: UUID
    /// The dead letter, ready to publish.
    public let letter: String
    /// For metrics; nil for one that was recorded before.
    public let failureClass: FailureClass?

    /// A death from its parts.
    public init(id: UUID, letter: String, failureClass: FailureClass? = nil) {
        self.id = id
        self.letter = letter
        self.failureClass = failureClass
    }
}

/// A change of a document's state that a worker decided.
public struct DocumentTransition: Sendable {
    /// Which document.
    public let key: DocumentKey
    /// The revision that was handled: a newer one is left alone.
    public let revision: Int
    /// The new state.
    public let state: DocumentState
    /// Why, for `held`, `skipped` and `dead`.
    public let reason: String?
    /// The death, for `dead`.
    public let death: Death?
    /// What a `held` document waits for, in the same company: once that is in the ledger, or will never be, it goes on.
    public let waitsFor: DocumentKey?
    /// The customer Sage 300 refused, for a document that is dead of that: others of the customer are held under it.
    public let refusedCustomer: String?
    /// For `why`.
    public let stage: String
    /// For `why`.
    public let detail: String
    /// The version of the tenant file that decided it; nil where none did.
    public var configurationVersion: Int?

    /// A transition from its parts.
    public init(
        _ key: DocumentKey,
        revision: Int,
        to state: DocumentState,
        reason: String? = nil,
        death: Death? = nil,
        waitsFor: DocumentKey? = nil,
        refusedCustomer: String? = nil,
        stage: String,
        detail: String = ""
    ) {
        self.key = key
        self.revision = revision
        self.state = state
        self.reason = reason
        self.death = death
        self.waitsFor = waitsFor
        self.refusedCustomer = refusedCustomer
        self.stage = stage
        self.detail = detail
    }

    /// The same, as a version of the tenant file decided it.
    public func decided(by version: Int?) -> DocumentTransition {
        var transition = self
        transition.configurationVersion = version
        return transition
    }
}

extension Database {
    /// The documents of these keys, in no order; keys without a row are left out.
    public func documents(_ keys: [DocumentKey]) async throws -> [DocumentKey: DocumentRecord] {
        guard !keys.isEmpty else { return [:] }
        let rows = try await client.query(
            """
            select d.* from documents d
            join jsonb_to_recordset(\(JSON.array(keys.map { $0.json() }).text)::jsonb)
                as r (tenant text, company text, kind text, source_id bigint)
                using (tenant, company, kind, source_id)
            """
        )
        let records = try rows.map(DocumentRecord.init(row:))
        return Dictionary(records.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Which of these claim a number that another document of the company has in the ledger or on its way there.
    public func documentsWithTakenNumbers(_ entries: [ClaimEntry]) async throws -> Set<DocumentKey> {
        guard !entries.isEmpty else { return [] }
        let rows = JSON.array(entries.map { $0.key.json(["document": .string($0.document)]) }).text
        let taken = try await client.query(
            """
            select distinct r.tenant, r.company, r.kind, r.source_id
            from jsonb_to_recordset(\(rows)::jsonb) as r (tenant text, company text, kind text, source_id bigint,
                document text)
            join documents d on d.tenant = r.tenant and d.company = r.company and d.document = r.document
                and (d.kind, d.source_id) <> (r.kind, r.source_id) and d.kind <> 'customer'
            where d.state in ('posting', 'inDoubt', 'entered', 'posted')
            """
        )
        return Set(try taken.map(DocumentKey.init(row:)))
    }

    /// Moves waiting documents on, each only if it is still `waiting` with the revision that was handled.
    /// - Returns: the keys that moved.
    public func transition(_ transitions: [DocumentTransition]) async throws -> Set<DocumentKey> {
        guard !transitions.isEmpty else { return [] }
        let rows = JSON.array(transitions.map(\.json)).text
        let moved = try await client.transaction { transaction in
            try await lock(documents: rows, in: transaction)
            return try await transaction.query(
                """
                with moved as (
                    update documents d set state = r.state, reason = r.reason, death_id = r.death_id::uuid,
                        death = r.death, death_published = r.death is null, state_since = now(), attempts = d.attempts + 1,
                        waits_for_kind = r.waits_for_kind, waits_for_id = r.waits_for_id,
                        refused_customer = r.refused_customer, conflicts = 0, retry_at = null,
                        configuration_version = coalesce(r.configuration_version, d.configuration_version)
                    from jsonb_to_recordset(\(rows)::jsonb) as r (tenant text, company text, kind text,
                        source_id bigint, revision integer, state text, reason text, death_id text, death text,
                        waits_for_kind text, waits_for_id bigint, refused_customer text, configuration_version integer)
                    where d.tenant = r.tenant and d.company = r.company and d.kind = r.kind
                        and d.source_id = r.source_id and d.revision = r.revision and d.state = 'waiting'
                    returning d.tenant, d.company, d.kind, d.source_id
                ), told as (
                    insert into document_events (tenant, company, kind, source_id, stage, outcome, detail,
                        configuration_version)
                    select tenant, company, kind, source_id, r.stage, r.state, r.detail, r.configuration_version
                    from moved join jsonb_to_recordset(\(rows)::jsonb) as r (tenant text, company text, kind text,
                        source_id bigint, stage text, state text, detail text, configuration_version integer)
                        using (tenant, company, kind, source_id)
                )
                select * from moved
                """
            )
        }
        let keys = Set(try moved.map(DocumentKey.init(row:)))
        DocumentMetrics.moved(transitions, keys)
        return keys
    }

    /// Deaths of these kinds recorded at least `age` ago that the broker has not confirmed: what a worker that
    /// died between the two left behind.
    public func unpublishedDeaths(kinds: [DocumentKind], olderThan age: Duration) async throws
        -> [DocumentRecord]
    {
        try await client.query(
            """
            select * from documents where not death_published and state = 'dead'
                and kind = any(\(kinds.map(\.rawValue))::text[])
                and state_since < now() - \(age.secondsText)::interval
            order by state_since limit 500
            """
        ).map(DocumentRecord.init(row:))
    }

    /// The broker has confirmed these dead letters.
    public func markDeathsPublished(_ ids: [UUID]) async throws {
        guard !ids.isEmpty else { return }
        // Locked in the order of their keys: the replayer takes their letters in just then.
        _ = try await client.query(
            """
            with locked as materialized (
                select death_id from documents where death_id = any(\(ids)::uuid[])
                order by tenant, company, kind, source_id for no key update
            )
            update documents d set death_published = true from locked where d.death_id = locked.death_id
            """
        )
    }

    /// Adds a line to a document's life without moving it.
    public func note(_ key: DocumentKey, stage: String, outcome: String, detail: String) async throws {
        _ = try await client.query(
            """
            insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
            values (\(key.tenant.name), \(key.companyText), \(key.kind.rawValue), \(key.sourceID), \(stage),
                    \(outcome), \(detail))
            """
        )
    }

    /// A document's life, oldest first, at most 500 steps; what it went through before it had a company included.
    public func events(of key: DocumentKey) async throws -> [DocumentEvent] {
        try await client.query(
            """
            select at, stage, outcome, detail, configuration_version from document_events
            where tenant = \(key.tenant.name) and company in (\(key.companyText), '')
                and kind = \(key.kind.rawValue) and source_id = \(key.sourceID) order by id limit 500
            """
        ).map { row in
            DocumentEvent(
                at: try row.get("at"),
                stage: try row.get("stage"),
                outcome: try row.get("outcome"),
                detail: try row.get("detail"),
                configurationVersion: try row.get("configuration_version")
            )
        }
    }

    /// Documents known by a number: the store's, Sage 300's, the one somebody typed by hand, or a Sage 300 customer's own.
    public func documents(of tenant: TenantID, numbered number: String) async throws -> [DocumentRecord] {
        try await client.query(
            """
            select * from documents where tenant = \(tenant.name) and (number = \(number) or document = \(number)
                or sage_document = \(number))
            order by array_position(array['order', 'invoice', 'creditmemo', 'cancellation', 'shipment', 'customer'], kind),
                company, source_id limit 20
            """
        ).map(DocumentRecord.init(row:))
    }

    /// Per company and kind: how many documents are in each state.
    public func counts(of tenant: TenantID?) async throws
        -> [(tenant: String, company: String, kind: DocumentKind, state: DocumentState, count: Int)]
    {
        try await client.query(
            """
            select tenant, company, kind, state, count(*) as count from documents
            where \(tenant?.name)::text is null or tenant = \(tenant?.name)
            group by tenant, company, kind, state
            """
        ).compactMap { row in
            guard let kind = DocumentKind(rawValue: try row.get("kind")),
                let state = DocumentState(rawValue: try row.get("state"))
            else { return nil }
            return (try row.get("tenant"), try row.get("company"), kind, state, try row.get("count"))
        }
    }

    /// How many published documents of these kinds a worker still has to see through: waiting, being written, or
    /// in doubt. Held documents, paused tenants, paused companies, companies that are in no tenant file any more and
    /// refused sign-ins do not count.
    /// - Parameter except: tenants in whose quiet hours nothing is done.
    public func unfinishedCount(kinds: [DocumentKind], except: [TenantID] = []) async throws -> Int {
        let rows = try await client.query(
            """
            select count(*) as count from documents d
            join tenants t using (tenant) join companies c using (tenant, company)
            left join company_health h on h.sage_address = t.sage_address and h.company = c.company
            left join sign_ins s on s.sage_address = t.sage_address and s.sage_user = t.sage_user
            where d.kind = any(\(kinds.map(\.rawValue))::text[])
                and not d.tenant = any(\(except.map(\.name))::text[])
                and (d.state in ('posting', 'inDoubt')
                     or d.state = 'waiting' and d.published_revision = d.revision
                     -- A customer's update that is put off; a delay is up to a third longer than it says.
                     or d.kind = 'customer' and d.state = 'posted' and d.retry_at > now() - interval '1 minute')
                and not t.paused and h.paused_at is null and s.state is distinct from 'refused'
            """
        )
        return try rows.first?.get("count", as: Int.self) ?? 0
    }
}

extension DocumentTransition {
    fileprivate var json: JSON {
        key.json([
            "revision": .int(revision), "state": .string(state.rawValue),
            "reason": reason.map(JSON.string) ?? .null,
            "death_id": death.map { .string($0.id.uuidString) } ?? .null,
            "death": death.map { .string($0.letter) } ?? .null,
            "waits_for_kind": waitsFor.map { .string($0.kind.rawValue) } ?? .null,
            "waits_for_id": waitsFor.map { .int(Int($0.sourceID)) } ?? .null,
            "refused_customer": refusedCustomer.map(JSON.string) ?? .null,
            "stage": .string(stage), "detail": .string(detail),
            "configuration_version": configurationVersion.map(JSON.int) ?? .null,
        ])
    }
}

extension DocumentKey {
    init(row: PostgresRow) throws {
        let company: String = try row.get("company")
        guard let tenant = TenantID(try row.get("tenant")),
            let kind = DocumentKind(rawValue: try row.get("kind"))
        else { throw StorageError("documents: unknown tenant or kind") }
        self.init(tenant: tenant, company: CompanyID(company), kind: kind, sourceID: try row.get("source_id"))
    }
}

extension Database {
    /// Records that a customer stands in Sage 300 with the revision that was handled.
    public func settle(
        _ record: DocumentRecord,
        as state: DocumentState,
        customer: CustomerNumber,
        detail: String,
        configurationVersion: Int? = nil
    ) async throws {
        let key = record.key
        let told = try await client.query(
            """
            with moved as (
                update documents set state = \(state.rawValue), reason = null, state_since = now(),
                    attempts = attempts + 1, sage_customer = \(customer.text), posted_at = now(),
                    conflicts = 0, retry_at = null,
                    configuration_version = coalesce(\(configurationVersion), configuration_version)
                where tenant = \(key.tenant.name) and company = \(key.companyText) and kind = \(key.kind.rawValue)
                    and source_id = \(key.sourceID) and revision = \(record.revision)
                    and state in ('waiting', 'posted', 'entered')
                returning 1
            )
            insert into document_events (tenant, company, kind, source_id, stage, outcome, detail, configuration_version)
            select \(key.tenant.name), \(key.companyText), \(key.kind.rawValue), \(key.sourceID), 'customer',
                \(state.rawValue), \(detail), \(configurationVersion)::integer from moved
            """
        )
        DocumentMetrics.attempted(repeatElement(key, count: told.affectedRows))
        DocumentMetrics.settled(key.kind, state.rawValue, told.affectedRows)
    }
}
