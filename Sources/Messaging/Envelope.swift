public import Accounting
public import ExactJSON
public import Foundation

/// A document revision on its way to a worker: everything the worker needs, in one JSON text.
///
/// Schema 1. A reader refuses schemas it does not know; fields it does not know are ignored.
public struct Envelope: Sendable, Hashable {
    /// The schema this program writes.
    public static let schema = 1
    /// A larger one is none of ours.
    public static let largestBytes = 32 << 20

    /// Whose.
    public var tenant: TenantID
    /// Which company's; nil for a document whose store view belongs to no company.
    public var company: CompanyID?
    /// What kind.
    public var kind: DocumentKind
    /// Adobe's `entity_id`.
    public var sourceID: Int64
    /// The store's number.
    public var number: String
    /// The number in Sage 300.
    public var document: String
    /// Counts the document's changes.
    public var revision: Int
    /// Store view, by code.
    public var storeView: String
    /// The run that published it.
    public var run: Int64?
    /// When the document was first published.
    public var firstPublishedAt: Date
    /// The store's document, trimmed.
    public var source: JSON

    /// An envelope from its parts.
    public init(
        tenant: TenantID,
        company: CompanyID?,
        kind: DocumentKind,
        sourceID: Int64,
        number: String,
        document: String,
        revision: Int,
        storeView: String,
        run: Int64?,
        firstPublishedAt: Date,
        source: JSON
    ) {
        self.tenant = tenant
        self.company = company
        self.kind = kind
        self.sourceID = sourceID
        self.number = number
        self.document = document
        self.revision = revision
        self.storeView = storeView
        self.run = run
        self.firstPublishedAt = firstPublishedAt
        self.source = source
    }

    /// Tenant, kind, id and revision: the same document revision always has the same.
    public var messageID: String { "\(tenant)/\(kind.rawValue)/\(sourceID)/\(revision)" }

    /// The envelope as JSON.
    public var json: JSON {
        [
            "schema": .int(Self.schema), "tenant": .string(tenant.name),
            "company": company.map { .string($0.name) } ?? .null, "kind": .string(kind.rawValue),
            "id": .int(Int(sourceID)), "number": .string(number), "document": .string(document),
            "revision": .int(revision), "storeView": .string(storeView),
            "run": run.map { .int(Int($0)) } ?? .null,
            "firstPublishedAt": .string(Self.text(of: firstPublishedAt)), "source": source,
        ]
    }

    /// Reads an envelope.
    /// - Throws: `EnvelopeError` for anything that is not one of ours.
    public init(parsing body: [UInt8]) throws(EnvelopeError) {
        guard body.count <= Self.largestBytes else { throw .tooLarge(body.count) }
        let json: JSON
        do { json = try JSON(parsing: body, limits: .init(depth: 48, bytes: Self.largestBytes)) } catch {
            throw EnvelopeError(what: "it is \(error)")
        }
        try self.init(json: json)
    }

    /// Reads an envelope from JSON.
    public init(json: JSON) throws(EnvelopeError) {
        guard let schema = json["schema"]?.int else { throw EnvelopeError(what: "it names no schema") }
        guard schema == Self.schema else {
            throw EnvelopeError(
                what: schema > Self.schema
                    ? "its schema \(schema) is of a later release than this one, which reads schema \(Self.schema)"
                    : "its schema \(schema) is none",
                isOfLaterRelease: schema > Self.schema
            )
        }
        guard let tenant = json["tenant"]?.string.flatMap({ TenantID($0) }) else {
            throw EnvelopeError(what: "it names no tenant")
        }
        let company = json["company"]?.string.flatMap { CompanyID($0) }
        guard company != nil || json["company"]?.isNull ?? true else {
            throw EnvelopeError(what: "its company is none")
        }
        guard let kind = json["kind"]?.string.flatMap(DocumentKind.init(rawValue:)) else {
            throw EnvelopeError(what: "it names no kind of document")
        }
        guard let id = json["id"]?.int, let revision = json["revision"]?.int, revision > 0,
            let number = json["number"]?.string, let document = json["document"]?.string,
            let source = json["source"], source.object != nil,
            let text = json["firstPublishedAt"]?.string,
            let firstPublishedAt = try? Date(text, strategy: Self.timeFormat)
        else { throw EnvelopeError(what: "it lacks a field") }
        self.init(
            tenant: tenant,
            company: company,
            kind: kind,
            sourceID: Int64(id),
            number: number,
            document: document,
            revision: revision,
            storeView: json["storeView"]?.string ?? "",
            run: json["run"]?.int.map(Int64.init),
            firstPublishedAt: firstPublishedAt,
            source: source
        )
    }
}

/// Why a message is not an envelope.
public struct EnvelopeError: Error, Sendable, Hashable, CustomStringConvertible {
    let what: String
    /// A later release wrote it.
    public private(set) var isOfLaterRelease = false

    static func tooLarge(_ size: Int) -> EnvelopeError {
        EnvelopeError(what: "it has \(size) bytes, at most \(Envelope.largestBytes) are read")
    }

    /// One sentence without any of the content.
    public var description: String { "This message is not a document of this connector: \(what)." }
}
