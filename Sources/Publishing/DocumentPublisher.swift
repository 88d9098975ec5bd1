public import Accounting
import AMQPClient
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

    /// Publishes recorded documents. One whose store view belongs to no company has no queue: it dies for want of
    /// that mapping.
    /// - Parameters:
    ///   - run: counts them.
    ///   - cursor: moves in the transaction that marks them.
    public func publish(
        _ documents: [DocumentRecord],
        run: Int64? = nil,
        cursor: (tenant: TenantID, resource: String, position: PollCursor)? = nil
    ) async throws {
        let routed = documents.filter { $0.key.company != nil }
        // The connection bounds how many are in flight.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for document in routed {
                guard let company = document.key.company else { continue }
                let queue = WorkQueue(
                    tenant: document.key.tenant,
                    company: company,
                    kind: WorkKind(document.key.kind)
                )
                group.addTask { try await broker.publish(Envelope(document), to: queue) }
            }
            try await group.waitForAll()
        }
        try await buryHomeless(documents.filter { $0.key.company == nil })
        try await database.markPublished(documents, run: run, cursor: cursor)
    }

    /// Publishes what a publisher that died left behind, and what waits although its queue is empty.
    public func sweep() async throws {
        let left = try await database.unpublished(olderThan: .seconds(10), limit: 500)
        guard !left.isEmpty else { return }
        logger.info("publishing \(left.count) documents that were recorded but not published")
        try await publish(left)
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

    private func buryHomeless(_ documents: [DocumentRecord]) async throws {
        let waiting = documents.filter { $0.state == .waiting }
        let transitions = waiting.map { document in
            DocumentTransition.death(of: document, Self.noCompany(document), stage: "route")
        }
        let moved = try await database.transition(transitions)
        let deaths = transitions.filter { moved.contains($0.key) }.compactMap { transition in
            transition.death.map { (death: $0, kind: transition.key.kind) }
        }
        try await Burial(database: database, broker: broker).publish(deaths)
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
