import AMQPClient
public import Accounting
import Foundation
public import Logging
public import Messaging
public import Storage

/// Steps 2 and 3 of publishing: documents recorded before are published, every confirm is awaited, and they are
/// marked so. Whatever a crash leaves between is found again as unpublished.
public struct DocumentPublisher: Sendable {
    let database: Database
    private let broker: Broker
    private let logger: Logger

    /// A publisher over a database and a broker.
    public init(database: Database, broker: Broker, logger: Logger) {
        self.database = database
        self.broker = broker
        self.logger = logger
    }

    /// Publishes recorded documents. One whose store view belongs to no company has no queue: an order dies for want
    /// of that mapping, a customer is skipped, because one nobody sells to is nobody's problem.
    /// - Parameters:
    ///   - run: counts them.
    ///   - cursor: moves in the transaction that marks them, once the broker has confirmed all.
    /// - Throws: the broker's first refusal; what it has confirmed is marked then all the same.
    public func publish(
        _ documents: [DocumentRecord],
        run: Int64? = nil,
        cursor: (tenant: TenantID, resource: String, position: PollCursor)? = nil
    ) async throws {
        let (confirmed, refusal) = await route(documents)
        if let refusal {
            try await database.markPublished(confirmed, run: run)
            throw refusal
        }
        try await settleHomeless(documents.filter { $0.key.company == nil })
        try await database.markPublished(documents, run: run, cursor: cursor)
    }

    /// Publishes what a publisher that died left behind, what a replay sent back, and what a new tenant file takes up.
    public func sweep() async throws {
        let left = try await database.unpublished(olderThan: .seconds(10), limit: 500)
        guard !left.isEmpty else { return }
        logger.info("publishing \(left.count) documents that were recorded but not published")
        try await publish(try await rehomed(left))
    }

    /// Publishes documents again whose messages are lost: waiting for a minute while their queue is empty.
    public func sweepStranded(tenant: TenantID, company: CompanyID) async throws {
        for kind in WorkKind.allCases {
            let queue = WorkQueue(tenant: tenant, company: company, kind: kind)
            let state = try await broker.readyCount(queue.name)
            guard (state?.readyCount ?? 0) == 0 else { continue }
            let stranded = try await database.stranded(
                tenant: tenant,
                company: company,
                kinds: kind.documentKinds,
                olderThan: .seconds(90),
                limit: 500
            )
            guard !stranded.isEmpty else { continue }
            logger.info("\(queue.name) is empty, but \(stranded.count) documents wait: published again")
            try await publish(stranded)
        }
    }

    /// Publishes the documents that have a queue, each to its own: one queue that is full stops no other.
    private func route(_ documents: [DocumentRecord]) async -> (
        confirmed: [DocumentRecord], refusal: AMQPError?
    ) {
        // The connection bounds how many are in flight.
        await withTaskGroup(of: (DocumentRecord, AMQPError?).self) { group in
            for document in documents {
                guard let queue = WorkQueue(document) else { continue }
                group.addTask {
                    do throws(AMQPError) {
                        try await broker.publish(Envelope(document), to: queue)
                        return (document, nil)
                    } catch {
                        return (document, error)
                    }
                }
            }
            var confirmed: [DocumentRecord] = []
            var refusal: AMQPError?
            for await (document, error) in group {
                if error == nil { confirmed.append(document) }
                refusal = refusal ?? error
            }
            return (confirmed, refusal)
        }
    }

    private func settleHomeless(_ documents: [DocumentRecord]) async throws {
        let waiting = documents.filter { $0.state == .waiting }
        let transitions = waiting.map { document in
            document.key.kind == .customer
                ? Self.skip(document)
                : DocumentTransition.death(of: document, Self.noCompany(document), stage: "route")
        }
        let moved = try await database.transition(transitions)
        let deaths = transitions.filter { moved.contains($0.key) }.compactMap { transition in
            transition.death.map { (death: $0, kind: transition.key.kind) }
        }
        try await Burial(database: database, broker: broker).publish(deaths)
    }

    /// Applying a tenant file that names the store view takes a skipped customer up again.
    private static func skip(_ document: DocumentRecord) -> DocumentTransition {
        let reason = noCompany(document).reason
        return DocumentTransition(
            document.key,
            revision: document.revision,
            to: .skipped,
            reason: reason,
            stage: "route",
            detail: reason
        )
    }

    private static func noCompany(_ document: DocumentRecord) -> Failure {
        Failure(
            .mapping,
            code: "store-view-unmapped",
            reason: document.storeView.isEmpty
                ? "The store view of this document no longer exists in the store."
                : "Store view \"\(document.storeView)\" belongs to no company of the tenant file.",
            subject: document.storeView,
            nextStep:
                "Add it to a company's storeViews in the tenant file, run `connectorctl tenant apply`, then replay."
        )
    }
}

extension WorkQueue {
    /// Where a document's messages go; nil while it has no company.
    fileprivate init?(_ document: DocumentRecord) {
        guard let company = document.key.company else { return nil }
        self.init(tenant: document.key.tenant, company: company, kind: WorkKind(document.key.kind))
    }
}
