import Accounting
public import Foundation
import PostgresClient

/// A person's correction of the kept source document.
public struct DocumentEdit: Sendable {
    /// The revision it made.
    public let revision: Int
    /// When.
    public let at: Date
    /// Who.
    public let actor: String
    /// Why.
    public let reason: String
    /// Which fields; never what they hold.
    public let paths: [String]
}

/// What became of a correction.
public enum EditOutcome: Sendable, Hashable {
    /// It is the document's newest revision, and this replay sends it.
    case replayed(revision: Int, replay: Int64)
    /// The document has moved on: the store changed it, or somebody replayed or discarded it.
    case movedOn
    /// Its entry still stands in an error batch of Sage 300, where it would stand twice.
    case stuck(batch: Int64)
}

extension Database {
    /// Stores a corrected source as the dead document's next revision, the original kept, and asks for its replay. The
    /// content hash stays the store's: read again unchanged it is no news, and a change there takes the edit's place.
    /// - Parameters:
    ///   - document: as it was when it was corrected; whatever came since wins.
    ///   - source: the corrected document as JSON text.
    public func edit(
        _ document: DocumentRecord,
        of failure: FailureRecord,
        source: String,
        paths: [String],
        why: String,
        by actor: String
    ) async throws -> EditOutcome {
        let key = document.key
        return try await client.transaction { transaction in
            let current = try await transaction.query(
                """
                select stuck_batch, revision from documents where death_id = \(failure.deathID) and state = 'dead'
                    and revision = \(document.revision) and source = \(document.source) for no key update
                """
            ).first
            guard let current else { return .movedOn }
            if let batch = try current.get("stuck_batch", as: Int64?.self) { return .stuck(batch: batch) }
            let revision = document.revision + 1
            let edit: Int64? = try await transaction.query(
                """
                insert into document_edits (tenant, company, kind, source_id, revision, actor, reason, paths, original,
                    edited)
                values (\(key.tenant.name), \(key.companyText), \(key.kind.rawValue), \(key.sourceID), \(revision),
                    \(actor), \(why), \(paths)::text[], \(document.source), \(source))
                returning id
                """
            ).first?.get("id")
            let names = paths.joined(separator: ", ")
            // Not to be published before the replay: a dead document's revision is nobody's to work on.
            _ = try await transaction.pipeline([
                """
                update documents set source = \(source), revision = \(revision), published_revision = \(revision),
                    edit_id = \(edit) where death_id = \(failure.deathID)
                """,
                """
                insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
                values (\(key.tenant.name), \(key.companyText), \(key.kind.rawValue), \(key.sourceID), 'edit',
                    \("revision \(revision)"), \(Self.told("\(names): \(why)", by: actor)))
                """,
                Self.action("edit", "\(names): \(why)", by: actor, on: [failure.id]),
            ])
            let replay = try await insertReplay(
                .failures([failure.id]),
                ReplayOrder(by: actor),
                in: transaction
            )
            return .replayed(revision: revision, replay: replay.id)
        }
    }

    /// Corrections of a document by people, newest first; the first is in force unless the store changed it since.
    public func edits(of key: DocumentKey) async throws -> [DocumentEdit] {
        try await client.query(
            """
            select revision, at, actor, reason, paths from document_edits where tenant = \(key.tenant.name)
                and company = \(key.companyText) and kind = \(key.kind.rawValue) and source_id = \(key.sourceID)
            order by id desc limit 100
            """
        ).map { row in
            DocumentEdit(
                revision: try row.get(0),
                at: try row.get(1),
                actor: try row.get(2),
                reason: try row.get(3),
                paths: try row.get(4)
            )
        }
    }
}
