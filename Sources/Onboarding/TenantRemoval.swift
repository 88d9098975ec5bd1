import AMQPClient
public import Accounting
import Foundation
public import Messaging
import PostgresClient
public import Storage

/// Removes a tenant: stops its work, takes its queues and messages away, and erases what is remembered of it. Whatever a
/// crash leaves half done is carried to its end by doing it again.
public struct TenantRemoval: Sendable {
    /// What somebody decided about it.
    public struct Options: Sendable {
        /// Also while documents are being written or in doubt.
        public var isForced = false
        /// The audit goes, too.
        public var erasesAudit = false
        /// Where the audit is written to before anything is erased.
        public var export: String?
        /// Who removes it.
        public var operatorName: String

        /// The audit kept, nothing forced.
        public init(operatorName: String) { self.operatorName = operatorName }
    }

    /// What was done.
    public struct Outcome: Sendable {
        /// Queues that were deleted, with the messages that were in them.
        public internal(set) var queues = 0
        /// Messages in those queues, and those taken out of what all tenants share.
        public internal(set) var messages = 0
        /// Rows erased, by what they were.
        public internal(set) var counts = RemovalCounts()
        /// What stays in Sage 300.
        public let standing: TenantStanding
        /// Lines written to the export; nil without one.
        public internal(set) var exported: Int?
        /// What a person should know.
        public internal(set) var remarks: [String] = []
    }

    private let database: Database
    private let broker: Broker
    /// Held by whoever reads the tenant's store.
    private let readingLocks: [Int64]
    private let progress: @Sendable (String) -> Void

    /// - Parameters:
    ///   - readingLocks: keys of the locks under which the tenant's store is read.
    ///   - progress: told what is under way.
    public init(
        database: Database,
        broker: Broker,
        readingLocks: [Int64],
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.database = database
        self.broker = broker
        self.readingLocks = readingLocks
        self.progress = progress
    }

    /// Removes a tenant.
    /// - Throws: `OnboardingError`, with the tenant as it was, where documents are being written or in doubt and it is not
    ///   forced; errors of the database and the broker, after which it is to be done again.
    public func remove(_ tenant: TenantID, _ options: Options) async throws -> Outcome {
        let wasPaused = try await database.beginRemoval(of: tenant)
        do {
            let locks = try await stopReading(tenant)
            defer { for lock in locks { Task { await lock.release() } } }
            try refuseWhatIsUnderWay(try await untilWritten(tenant), tenant, options)
            let exported = try await export(tenant, options)
            var outcome = Outcome(standing: try await beginErasing(tenant, options))
            outcome.exported = exported
            try await erase(tenant, options, &outcome)
            return outcome
        } catch let error as OnboardingError {
            // Nothing has been erased by then.
            if let wasPaused { try await database.abandonRemoval(of: tenant, isPaused: wasPaused) }
            throw error
        }
    }

    /// A worker may have claimed documents at the moment the removal began: they are looked for once more.
    /// - Returns: where the documents stand; nothing of them moves any more.
    private func beginErasing(_ tenant: TenantID, _ options: Options) async throws -> TenantStanding {
        let hasErased = try await database.isErasing(tenant)
        guard try await database.beginErasing(tenant) else {
            throw OnboardingError("Tenant \(tenant) was resumed meanwhile. Nothing was erased.")
        }
        let standing = try await untilWritten(tenant)
        do {
            try refuseWhatIsUnderWay(standing, tenant, options)
        } catch {
            if !hasErased { try await database.takeBackErasing(tenant) }
            throw error
        }
        return standing
    }

    /// A page that is being read is recorded and published first.
    private func stopReading(_ tenant: TenantID) async throws -> [PostgresAdvisoryLock] {
        progress("waiting for the poller to leave the store")
        var locks: [PostgresAdvisoryLock] = []
        let deadline = ContinuousClock.now + .seconds(120)
        for key in readingLocks {
            while true {
                if let lock = try await database.client.tryAdvisoryLock(key) {
                    locks.append(lock)
                    break
                }
                guard ContinuousClock.now < deadline else {
                    for lock in locks { await lock.release() }
                    throw OnboardingError(
                        "A poller reads the store of \(tenant) and does not come to the end of a page. Stop it, or try again."
                    )
                }
                try await Task.sleep(for: .milliseconds(200))
            }
        }
        return locks
    }

    /// Batches that are under way come to an end within seconds; what is in doubt does not, while the tenant rests.
    private func untilWritten(_ tenant: TenantID) async throws -> TenantStanding {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let standing = try await database.standing(of: tenant)
            let isWriting = (standing.states[.posting] ?? 0) > 0
            guard isWriting, ContinuousClock.now < deadline else { return standing }
            progress(
                "waiting for \(standing.states[.posting] ?? 0) documents that are being written to Sage 300"
            )
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    private func refuseWhatIsUnderWay(
        _ standing: TenantStanding,
        _ tenant: TenantID,
        _ options: Options
    ) throws {
        guard !options.isForced else { return }
        try refuseWhatIsLeft(standing, tenant)
        guard standing.underWay > 0 else { return }
        let until = standing.doubtUntil.map { " They are looked up from \($0.formatted(.iso8601)) on." } ?? ""
        throw OnboardingError(
            """
            \(standing.underWay) documents of \(tenant) are being written to Sage 300, or were and the answer never came \
            (batches \(standing.doubtfulTokens.joined(separator: ", "))).\(until) Nothing was changed. Try again once `queues` \
            shows none; --force removes the tenant all the same, and leaves it to you to look for these batches.
            """
        )
    }

    /// What would be forgotten of Sage 300, and could then stand there twice.
    private func refuseWhatIsLeft(_ standing: TenantStanding, _ tenant: TenantID) throws {
        if !standing.stuckBatches.isEmpty {
            let batches = standing.stuckBatches.map { "\($0.batch) of \($0.company)" }
            throw OnboardingError(
                """
                Entries of \(tenant) stand in error batches of Sage 300 (\(batches.joined(separator: ", "))). Nothing was \
                changed. Delete or post them there, and try again some minutes later; --force removes the tenant all the same, \
                and leaves these entries to you.
                """
            )
        }
        if !standing.twinTokens.isEmpty {
            let until = standing.twinsUntil.map { " until \($0.formatted(.iso8601))" } ?? ""
            throw OnboardingError(
                """
                Answers of Sage 300 to \(tenant) were lost, and batches may still arrive there a second time\(until) \
                (\(standing.twinTokens.joined(separator: ", "))). Nothing was changed. Try again after that; --force removes the \
                tenant all the same, and leaves it to you to look for these batches.
                """
            )
        }
    }

    private func export(_ tenant: TenantID, _ options: Options) async throws -> Int? {
        guard let path = options.export else { return nil }
        if try await database.isErasing(tenant) {
            guard FileManager.default.fileExists(atPath: path) else {
                throw OnboardingError(
                    "The removal of \(tenant) has begun to erase: an export would lack what is gone. Go on without --export."
                )
            }
            return nil
        }
        progress("exporting the audit")
        return try await AuditExport(database: database, tenant: tenant).write(to: path)
    }

    private func erase(_ tenant: TenantID, _ options: Options, _ outcome: inout Outcome) async throws {
        let companies = try await database.companiesEver(of: tenant)
        let erasure = TenantErasure(database, tenant: tenant, erasesAudit: options.erasesAudit)
        // A worker or the replayer may have had something in hand, which it put down meanwhile: once more until there is
        // nothing.
        for round in 1...4 {
            progress("taking its queues and messages away")
            let found = try await sweep(tenant, companies, &outcome)
            let counts = try await erasure.erase { counts in
                progress("erasing: \(counts["documents"]) documents, \(counts["dead letters"]) dead letters")
            }
            for (name, count) in counts.counts { outcome.counts.add(name, count) }
            if round > 1, found == 0, counts.counts.allSatisfy({ $0.count == 0 }) { break }
            try await Task.sleep(for: .seconds(1))
        }
        outcome.counts = try await erasure.finish(by: options.operatorName, outcome.counts)
    }

    /// - Returns: how many queues and messages it found.
    private func sweep(
        _ tenant: TenantID,
        _ companies: [CompanyID],
        _ outcome: inout Outcome
    ) async throws -> Int {
        var found = 0
        for company in companies {
            for kind in WorkKind.allCases {
                let queue = WorkQueue(tenant: tenant, company: company, kind: kind)
                guard let ready = try await broker.delete(queue) else { continue }
                outcome.queues += 1
                outcome.messages += ready
                found += 1 + ready
            }
        }
        let taken = try await broker.takeOut(messagesOf: tenant)
        outcome.messages += taken.count
        if !taken.isComplete, outcome.remarks.isEmpty {
            outcome.remarks.append(
                "More dead letters lie in the queues than were looked through: start `replayer`, then remove the tenant again."
            )
        }
        return found + taken.count
    }
}
