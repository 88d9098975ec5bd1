import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

extension TestStore {
    func key(_ id: Int64, _ kind: DocumentKind = .order, isHomeless: Bool = false) -> DocumentKey {
        DocumentKey(tenant: tenant, company: isHomeless ? nil : company, kind: kind, sourceID: id)
    }

    /// A document as a page shows it.
    func observed(
        _ id: Int64,
        _ kind: DocumentKind = .order,
        content: String = "first",
        isHomeless: Bool = false
    ) -> ObservedDocument {
        ObservedDocument(
            key: key(id, kind, isHomeless: isHomeless),
            number: "\(100_000_000 + id)",
            document: "US\(100_000_000 + id)",
            storeView: "default",
            createdAt: Date(timeIntervalSince1970: 1_767_225_600),
            updatedAt: Date(timeIntervalSince1970: 1_767_225_600 + TimeInterval(id)),
            observedAt: Date(timeIntervalSince1970: 1_767_225_600 + TimeInterval(id)),
            source: #"{"content":"\#(content)"}"#,
            contentHash: Array(content.utf8),
            amount: kind == .customer ? nil : Decimal(string: "93.60"),
            currency: kind == .customer ? nil : "USD"
        )
    }

    /// Records documents, as one page.
    @discardableResult
    func record(_ documents: ObservedDocument...) async throws -> [DocumentRecord] {
        try await database.record(documents, run: 1)
    }

    /// Records and publishes documents.
    @discardableResult
    func publish(_ ids: [Int64], _ kind: DocumentKind = .order, content: String = "first") async throws
        -> [DocumentRecord]
    {
        let records = try await database.record(ids.map { observed($0, kind, content: content) }, run: 1)
        try await database.markPublished(records)
        return try await documents(ids, kind)
    }

    func document(_ id: Int64, _ kind: DocumentKind = .order, isHomeless: Bool = false) async throws
        -> DocumentRecord
    {
        let key = key(id, kind, isHomeless: isHomeless)
        return try #require(try await database.documents([key])[key])
    }

    func documents(_ ids: [Int64], _ kind: DocumentKind = .order) async throws -> [DocumentRecord] {
        let found = try await database.documents(ids.map { key($0, kind) })
        return try ids.map { try #require(found[key($0, kind)]) }
    }

    func state(_ id: Int64) async throws -> DocumentState { try await document(id).state }

    /// Moves a document without anybody's leave, to set a scene.
    func set(_ id: Int64, _ state: DocumentState, _ kind: DocumentKind = .order) async throws {
        _ = try await client.query(
            """
            update documents set state = \(state.rawValue)
            where kind = \(kind.rawValue) and source_id = \(id)
            """
        )
    }

    /// The steps of a document's life, `stage outcome`.
    func life(_ id: Int64, _ kind: DocumentKind = .order) async throws -> [String] {
        try await database.events(of: key(id, kind)).map { "\($0.stage) \($0.outcome)" }
    }
}
