import Accounting
import ExactJSON
import Foundation
public import Messaging
public import Storage

extension Envelope {
    /// The envelope a document's newest revision travels in.
    public init(_ record: DocumentRecord) {
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
            // It was JSON when it was recorded; if not, a worker says so and buries it.
            source: (try? JSON(parsing: record.source)) ?? .object([:])
        )
    }

    /// The key of its document.
    public var key: DocumentKey {
        DocumentKey(tenant: tenant, company: company, kind: kind, sourceID: sourceID)
    }
}
