public import Accounting
import ExactJSON
import PostgresClient

/// How a person's word about a match was taken.
public enum MatchVerdict: Sendable, Hashable {
    /// As it was meant.
    case done
    /// It is decided already.
    case decided(MatchRecord.Decision)
    /// Nothing is linked there, or it has moved on since: its state now.
    case movedOn(DocumentState)
    /// What was typed by hand is linked to another document.
    case taken(by: String)
    /// A document of ours takes it back already: its number.
    case credited(by: String)
    /// There is no such document any more.
    case gone
}

/// What a person says to a match.
extension Database {
    /// The store's document is the one that was typed by hand: it is posted from now on, or entered while that stands in a
    /// batch nobody has posted, and nothing is entered. Compared and set: a worker that claims it at the same moment wins or
    /// loses, and never enters it as well. A death is over with it.
    /// - Parameter ledger: how it stands in Sage 300 now; of the document that was found.
    public func link(
        _ match: MatchRecord,
        as ledger: StandingDocument,
        of target: SageCompany,
        by actor: String
    )
        async throws -> MatchVerdict
    {
        do {
            return try await client.transaction { transaction in
                let others = try await rivals(of: match, ledger, in: transaction)
                let state = try await lock(match, and: others, in: transaction)
                guard case .success(let document) = state else { return state.verdict }
                if let other = try await holder(of: ledger, match.found.key, in: transaction) {
                    return .taken(by: other)
                }
                let told = Self.linkDetail(match, ledger, actor)
                guard try await move(match.found, ledger, told, in: transaction) else {
                    return .movedOn(document)
                }
                try await decide([match.id], .linked, why: match.found.reason, by: actor, in: transaction)
                try await forgetRivals(of: match, ledger, in: transaction)
                if !ledger.isPosted, let batch = ledger.batch {
                    try await watch(batch, of: target, in: transaction)
                }
                return .done
            }
        } catch let error as PostgresError where error.sqlState == "23505" {
            // Somebody linked it to another document at this very moment.
            return .taken(by: "another document")
        }
    }

    /// They are not the same. A document that was held for that alone goes on.
    public func reject(_ match: MatchRecord, why: String, by actor: String) async throws -> MatchVerdict {
        try await client.transaction { transaction in
            let state = try await lock(match, in: transaction)
            guard case .success = state else { return state.verdict }
            try await decide([match.id], .rejected, why: why, by: actor, in: transaction)
            try await note(
                match,
                "rejected",
                "not \(match.found.ledger.document): \(why)",
                actor,
                in: transaction
            )
            let key = JSON.array([match.found.key.json()]).text
            try await release(key, told: "nothing in Sage 300 is taken for it any more", in: transaction)
            return .done
        }
    }

    /// A link was a mistake: the document waits to be entered, and is not taken for that one again.
    public func unlink(_ match: MatchRecord, why: String, by actor: String) async throws -> MatchVerdict {
        let key = match.found.key
        return try await client.transaction { transaction in
            let state = try await lock(match, in: transaction)
            guard state.verdict == .decided(.linked) else { return state.verdict }
            if let note = try await creditNote(of: key, in: transaction) { return .credited(by: note) }
            let moved = try await transaction.query(
                """
                update documents set state = 'waiting', reason = null, state_since = now(), published_revision = 0,
                    sage_document = null, sage_customer = null, sage_batch = null, sage_entry = null,
                    ledger_hash = null, posted_at = null
                where tenant = \(key.tenant.name) and company = \(key.companyText) and kind = \(key.kind.rawValue)
                    and source_id = \(key.sourceID) and state in ('entered', 'posted')
                    and sage_document = \(match.found.ledger.document)
                """
            )
            guard moved.affectedRows == 1 else {
                return .movedOn(try await Self.state(of: key, in: transaction) ?? .waiting)
            }
            try await decide([match.id], .rejected, why: why, by: actor, in: transaction)
            try await note(
                match,
                "waiting",
                "the link to \(match.found.ledger.document) is undone: \(why)",
                actor,
                stage: "unlink",
                in: transaction
            )
            return .done
        }
    }

    /// The document, others with it, and its match, locked in that order, as whoever claims documents does.
    private func lock(
        _ match: MatchRecord,
        and rivals: [DocumentKey] = [],
        in transaction: PostgresTransaction
    ) async throws -> Result<DocumentState, Refusal> {
        let keys = Set(rivals + [match.found.key])
        try await lock(documents: JSON.array(keys.map { $0.json() }).text, in: transaction)
        let rows = try await transaction.query(
            "select * from document_matches where id = \(match.id) for update"
        )
        guard let row = rows.first, let state = try await Self.state(of: match.found.key, in: transaction)
        else {
            return .failure(Refusal(.gone))
        }
        if let decision = try MatchRecord(row: row).decision { return .failure(Refusal(.decided(decision))) }
        return .success(state)
    }

    private static func state(of key: DocumentKey, in transaction: PostgresTransaction) async throws
        -> DocumentState?
    {
        try await transaction.query(
            """
            select state from documents where tenant = \(key.tenant.name) and company = \(key.companyText)
                and kind = \(key.kind.rawValue) and source_id = \(key.sourceID)
            """
        ).first.flatMap { DocumentState(rawValue: try $0.get("state")) }
    }

    /// The document of ours that is this one already.
    private func holder(
        of ledger: StandingDocument,
        _ key: DocumentKey,
        in transaction: PostgresTransaction
    ) async throws -> String? {
        try await transaction.query(
            """
            select document from documents where tenant = \(key.tenant.name) and company = \(key.companyText)
                and coalesce(sage_document, document) = \(ledger.document) and sage_customer = \(ledger.customer)
                and state in ('posting', 'inDoubt', 'entered', 'posted')
                and (kind, source_id) <> (\(key.kind.rawValue), \(key.sourceID)) limit 1
            """
        ).first?.get("document")
    }

    /// - Returns: false when a worker has it, or the store has changed it since it was compared.
    private func move(
        _ found: FoundMatch,
        _ ledger: StandingDocument,
        _ told: String,
        in transaction: PostgresTransaction
    ) async throws -> Bool {
        let key = found.key
        // First the failures: a document that leaves a death whose failure is open overtakes it.
        _ = try await transaction.query(
            """
            update failures f set resolution = 'overtaken', resolved_at = now(), resolved_why = \(told)
            from documents d where d.tenant = \(key.tenant.name) and d.company = \(key.companyText)
                and d.kind = \(key.kind.rawValue) and d.source_id = \(key.sourceID) and d.state = 'dead'
                and d.revision = \(found.revision) and d.stuck_batch is null
                and f.death_id = d.death_id and f.resolution is null
            """
        )
        let state = ledger.isPosted ? DocumentState.posted : .entered
        return try await transaction.query(
            """
            with linked as (
                update documents set state = \(state.rawValue), reason = null, state_since = now(),
                    sage_document = \(ledger.document), sage_customer = \(ledger.customer),
                    sage_batch = \(ledger.batch), sage_entry = \(ledger.entry), ledger_hash = \(found.ledgerHash),
                    posted_at = case when \(ledger.isPosted) then now() end, waits_for_kind = null,
                    waits_for_id = null, death_id = null, death = null, death_published = true,
                    refused_customer = null, conflicts = 0, retry_at = null
                where tenant = \(key.tenant.name) and company = \(key.companyText) and kind = \(key.kind.rawValue)
                    and source_id = \(key.sourceID) and revision = \(found.revision)
                    and state in ('waiting', 'held', 'dead') and stuck_batch is null
                returning tenant, company, kind, source_id
            )
            insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
            select tenant, company, kind, source_id, 'link', \(state.rawValue), \(told) from linked
            """
        ).affectedRows == 1
    }

    /// The documents that might have been what is linked now.
    private func rivals(
        of match: MatchRecord,
        _ ledger: StandingDocument,
        in transaction: PostgresTransaction
    ) async throws -> [DocumentKey] {
        let key = match.found.key
        return try await transaction.query(
            """
            select tenant, company, kind, source_id from document_matches
            where tenant = \(key.tenant.name) and company = \(key.companyText) and decision is null
                and ledger_document = \(ledger.document) and ledger_customer = \(ledger.customer)
            """
        ).map(DocumentKey.init(row:))
    }

    /// What else might have been either of the two is settled: a document that was held for what is linked now goes on.
    private func forgetRivals(
        of match: MatchRecord,
        _ ledger: StandingDocument,
        in transaction: PostgresTransaction
    ) async throws {
        let key = match.found.key
        let forgotten = try await transaction.query(
            """
            delete from document_matches where tenant = \(key.tenant.name) and company = \(key.companyText)
                and decision is null
                and (kind = \(key.kind.rawValue) and source_id = \(key.sourceID)
                     or ledger_document = \(ledger.document) and ledger_customer = \(ledger.customer))
            returning tenant, company, kind, source_id
            """
        ).map(DocumentKey.init(row:))
        try await release(
            JSON.array(Set(forgotten).map { $0.json() }).text,
            told: "\(ledger.document) is another document's, and nothing else is taken for it",
            in: transaction
        )
    }

    private func decide(
        _ ids: [Int64],
        _ decision: MatchRecord.Decision,
        why: String,
        by actor: String,
        in transaction: PostgresTransaction
    ) async throws {
        _ = try await transaction.query(
            """
            update document_matches set decision = \(decision.rawValue), decided_at = now(), decided_by = \(actor),
                decided_why = \(why) where id = any(\(ids)::bigint[])
            """
        )
    }

    /// What of its order has been taken back in the ledger, or is about to be: it stands on the link.
    private func creditNote(of key: DocumentKey, in transaction: PostgresTransaction) async throws -> String?
    {
        try await transaction.query(
            """
            select n.document from documents n join documents d on d.tenant = n.tenant and d.company = n.company
                and d.order_id = n.order_id
            where d.tenant = \(key.tenant.name) and d.company = \(key.companyText) and d.kind = \(key.kind.rawValue)
                and d.source_id = \(key.sourceID) and d.kind in ('order', 'invoice')
                and n.kind in ('creditmemo', 'cancellation')
                and n.state in ('posting', 'inDoubt', 'entered', 'posted') and n.sage_document is null limit 1
            """
        ).first?.get("document")
    }

    private func watch(_ batch: Int64, of target: SageCompany, in transaction: PostgresTransaction)
        async throws
    {
        _ = try await transaction.query(
            """
            insert into watched_batches (sage_address, company, batch)
            values (\(target.address), \(target.company.name), \(batch)) on conflict do nothing
            """
        )
    }

    private func note(
        _ match: MatchRecord,
        _ outcome: String,
        _ detail: String,
        _ actor: String,
        stage: String = "existing",
        in transaction: PostgresTransaction
    ) async throws {
        let key = match.found.key
        _ = try await transaction.query(
            """
            insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
            values (\(key.tenant.name), \(key.companyText), \(key.kind.rawValue), \(key.sourceID), \(stage),
                \(outcome), \(Self.told(detail, by: actor)))
            """
        )
    }

    private static func linkDetail(_ match: MatchRecord, _ ledger: StandingDocument, _ actor: String)
        -> String
    {
        let place = ledger.batch.map { batch in
            ledger.isPosted ? "posted from batch \(batch)" : "in batch \(batch), not posted yet"
        }
        return "linked to \(ledger.document) of customer \(ledger.customer), typed by hand and "
            + "\(place ?? "posted"), by \(actor.isEmpty ? "somebody" : actor): \(match.found.reason)"
    }
}

/// Why nothing was decided.
private struct Refusal: Error {
    let verdict: MatchVerdict

    init(_ verdict: MatchVerdict) { self.verdict = verdict }
}

extension Result where Success == DocumentState, Failure == Refusal {
    fileprivate var verdict: MatchVerdict {
        switch self {
        case .success(let state): .movedOn(state)
        case .failure(let refusal): refusal.verdict
        }
    }
}
