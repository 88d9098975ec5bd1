import AMQPClient
public import Accounting
import Foundation
public import Logging
public import Messaging
import PostgresClient
public import Storage
import Tenancy

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
    /// of that mapping; a customer is skipped, because one nobody sells to is nobody's problem, and so is what
    /// belongs to an order, whose death says it all. Of a kind that the company's rules leave out, or that waits
    /// whatever is in it, no message is made either. What may stand in Sage 300 since its tenant was removed dies, for a person
    /// to look for it there.
    /// - Parameters:
    ///   - run: counts them.
    ///   - cursor: moves in the transaction that marks them, once the broker has confirmed all.
    /// - Throws: the broker's first refusal; what it has confirmed, and what gets no message, is marked then all the
    ///   same.
    public func publish(
        _ documents: [DocumentRecord],
        run: Int64? = nil,
        cursor: (tenant: TenantID, resource: String, position: PollCursor)? = nil
    ) async throws {
        // The tenant's file may have been applied since they were recorded.
        let documents = try await rehomed(documents)
        let settlements = try await settlements(of: documents)
        let settled = Set(settlements.keys)
        try await settle(Array(settlements.values))
        let (confirmed, refusal) = await route(documents.filter { !settled.contains($0.key) })
        guard let refusal else {
            return try await database.markPublished(documents, settled: settled, run: run, cursor: cursor)
        }
        let done = confirmed + documents.filter { settled.contains($0.key) }
        try await database.markPublished(done, settled: settled, run: run)
        throw refusal
    }

    /// Publishes what a publisher that died left behind, what a replay sent back, and what a new tenant file takes up.
    public func sweep() async throws {
        // One at a time, of all pollers and replayers: two would send everything twice.
        guard let lock = try await database.client.tryAdvisoryLock(Self.sweepLock) else { return }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await sweepLocked()) } catch { outcome = .failure(error) }
        await lock.release()
        try outcome.get()
    }

    private func sweepLocked() async throws {
        var refusal: (any Error)?
        while !Task.isCancelled {
            let left = try await database.unpublished(olderThan: .seconds(10), limit: Self.sweepLimit)
            guard !left.isEmpty else { break }
            logger.info("publishing \(left.count) documents that were recorded but not published")
            // A queue that takes no more stops no other tenant's.
            for some in Dictionary(grouping: left, by: \.key.tenant).values {
                do { try await publish(some) } catch let error as AMQPError { refusal = refusal ?? error }
            }
            if let refusal { throw refusal }
        }
    }

    private static let sweepLimit = 500
    /// Its name in every process: "mlcsweep".
    private static let sweepLock: Int64 = 0x6D6C_6373_7765_6570

    /// Publishes documents again whose messages are lost: a minute and a half old while their queue is empty. A queue that
    /// cannot be asked or takes nothing stops no other.
    public func sweepStranded() async throws {
        var refusal: AMQPError?
        for owner in try await database.companiesWithStranded(olderThan: Self.lossAge) {
            do { try await sweepStranded(tenant: owner.tenant, company: owner.company) } catch let error
                as AMQPError
            {
                refusal = refusal ?? error
            }
        }
        if let refusal { throw refusal }
    }

    /// Publishes one company's documents again whose messages are lost.
    public func sweepStranded(tenant: TenantID, company: CompanyID) async throws {
        for kind in WorkKind.allCases {
            let queue = WorkQueue(tenant: tenant, company: company, kind: kind)
            let state = try await broker.readyCount(queue.name)
            guard (state?.readyCount ?? 0) == 0 else { continue }
            let stranded = try await database.stranded(
                tenant: tenant,
                company: company,
                kinds: kind.documentKinds,
                olderThan: Self.lossAge,
                limit: 500
            )
            guard !stranded.isEmpty else { continue }
            logger.info("\(queue.name) is empty, but \(stranded.count) documents wait: published again")
            try await publish(stranded)
        }
    }

    private static let lossAge = Duration.seconds(90)

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

    /// What becomes of the documents that get no message.
    private func settlements(of documents: [DocumentRecord]) async throws -> [DocumentKey: DocumentTransition]
    {
        let unsure = documents.filter { $0.key.company == nil || !$0.key.kind.isAlwaysPublished }
        let configurations = try await configurations(of: unsure)
        var settlements: [DocumentKey: DocumentTransition] = [:]
        for document in documents {
            guard let company = document.key.company else {
                let settlement =
                    document.key.kind == .order
                    ? DocumentTransition.death(of: document, Self.noCompany(document), stage: "route")
                    : Self.move(document, to: .skipped, stage: "route", Self.noCompany(document).reason)
                settlements[document.key] = settlement.decided(
                    by: configurations[document.key.tenant]?.version
                )
                continue
            }
            if document.isLeftOver {
                settlements[document.key] = DocumentTransition.death(
                    of: document,
                    Self.leftOver(document),
                    stage: "gate"
                )
                continue
            }
            let configuration = configurations[document.key.tenant]
            guard let rules = configuration?.rules(of: company) else { continue }
            switch Disposition(document.key.kind, under: rules) {
            case .publish: continue
            case .skip(let reason):
                settlements[document.key] = Self.move(document, to: .skipped, stage: "gate", reason)
                    .decided(by: configuration?.version)
            case .hold(let reason):
                settlements[document.key] = Self.move(document, to: .held, stage: "gate", reason)
                    .decided(by: configuration?.version)
            }
        }
        return settlements
    }

    /// Settles documents without a message. Applying a tenant file that decides otherwise takes a skipped or held
    /// one up again.
    private func settle(_ transitions: [DocumentTransition]) async throws {
        let moved = try await database.transition(transitions)
        let deaths = transitions.filter { moved.contains($0.key) }.compactMap { transition in
            transition.death.map { (death: $0, kind: transition.key.kind) }
        }
        try await Burial(database: database, broker: broker).publish(deaths)
    }

    private static func move(
        _ document: DocumentRecord,
        to state: DocumentState,
        stage: String,
        _ reason: String
    ) -> DocumentTransition {
        DocumentTransition(
            document.key,
            revision: document.revision,
            to: state,
            reason: reason,
            stage: stage,
            detail: reason
        )
    }

    private static func leftOver(_ document: DocumentRecord) -> Failure {
        Failure(
            .ledger,
            code: "left-at-removal",
            // As it is recorded: a change in the store keeps it.
            reason: document.reason ?? "",
            moneyAtRisk: true,
            nextStep:
                "Look for it there. If it stands in Sage 300, discard this letter; if not, replay it."
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
