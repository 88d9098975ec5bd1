import Accounting
import ExactJSON
import Foundation
public import Messaging
public import Storage

extension Envelope {
    /// The envelope a document's newest revision travels in.
    public init(_ record: DocumentRecord) {
        // It was JSON when it was recorded; if not, a worker says so and buries it.
        self.init(record, source: (try? JSON(parsing: record.source)) ?? .object([:]))
    }

    /// The same without the document: what kills whoever reads it is not read once more.
    init(sealing record: DocumentRecord) { self.init(record, source: .object([:])) }

    private init(_ record: DocumentRecord, source: JSON) {
        self.init(
            tenant: record.key.tenant,
            company: record.key.company,
            kind: record.key.kind,
            sourceID: record.key.sourceID,
            number: record.number,
            document: record.document,
            revision: record.revision,
            storeView: record.storeView,
            run: record.runID,
            firstPublishedAt: record.firstPublishedAt ?? Date(),
            source: source
        )
    }

    /// The key of its document.
    public var key: DocumentKey {
        DocumentKey(tenant: tenant, company: company, kind: kind, sourceID: sourceID)
    }
}
