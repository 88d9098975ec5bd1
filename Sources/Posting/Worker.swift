import AMQPClient
import Accounting
import Foundation
import Logging
public import Messaging
import Publishing
import Sage300
import ServiceLifecycle
import Storage
import Tenancy

/// A worker program: serves every company's queue of one kind until it is told to drain, or is idle.
public struct Worker: Sendable {
    private let context: PostingContext
    private let kind: WorkKind
    private let untilIdle: Duration?
    private let directory: CompanyDirectory
    private let handler: any WorkHandler
    /// Claims to resolve, and what is to be looked after.
    private let attention = CompanyAttention()
    private let probes = CompanyAttention()

    /// - Parameter untilIdle: end once nothing of the kind has been ready, unacknowledged, in a retry delay or in
    ///   doubt for that long; nil: never.
    public init(_ context: PostingContext, kind: WorkKind, untilIdle: Duration?) {
        self.context = context
        self.kind = kind
        self.untilIdle = untilIdle
        directory = CompanyDirectory(context)
        handler = kind == .customers ? CustomerPosting(context: context) : InvoicePosting(context: context)
    }

    /// Serves until drained or idle; what is in hand by then is finished.
    public func run() async throws {
        try await cancelWhenGracefulShutdown { try await context.broker.prepare() }
        let roster = Roster(context: context, kind: kind, directory: directory, handler: handler)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch(roster) }
            group.addTask { await repeatedly(every: .seconds(1)) { try await resolveClaims() } }
            group.addTask { await repeatedly(every: .seconds(1)) { try await lookAfterEarlierBatches() } }
            group.addTask { await repeatedly(every: .seconds(10)) { try await lookForOrphans() } }
            group.addTask {
                await repeatedly(every: .seconds(1), resting: 20) { try await releaseDependents() }
            }
            group.addTask { await repeatedly(every: .seconds(1)) { try await probe() } }
            group.addTask { await repeatedly(every: .seconds(5)) { try await context.burial.sweep(kind) } }
            group.addTask { try? await gracefulShutdown() }
            group.addTask { await untilIdle(roster) }
            // The first of the last two to end ends all.
            for await _ in group { break }
            group.cancelAll()
        }
        await roster.stopAll()
        await attention.finish()
        await probes.finish()
    }

    private func watch(_ roster: Roster) async {
        await repeatedly(every: .milliseconds(500)) {
            context.beat("companies")
            try await roster.update()
        }
    }

    /// Runs `body` again and again until cancelled; an error is said and does not end it.
    /// - Parameter times: as long as it took it rests at least: what has become slow is done less often.
    private func repeatedly(
        every interval: Duration,
        resting times: Int = 0,
        _ body: @Sendable () async throws -> Void
    ) async {
        while !Task.isCancelled {
            let began = ContinuousClock.now
            do { try await body() } catch is CancellationError { return } catch {
                context.logger.debug("\(kind.rawValue): \(error); tried again")
            }
            try? await Task.sleep(for: max(interval, (ContinuousClock.now - began) * times))
        }
    }

    /// Sees claims through that no delivery brings back: in doubt, or left by a worker that died.
    private func resolveClaims() async throws {
        guard kind == .invoices else { return }
        try await attend(to: try await context.database.companiesWithDueClaims()) { claims in
            try await claims.resolveDueClaims()
        }
    }

    /// Looks for late twins, and at batches that were left to a person.
    private func lookAfterEarlierBatches() async throws {
        guard kind == .invoices else { return }
        try await attend(to: try await context.database.companiesToLookAfter()) { claims in
            await claims.lookAfterEarlierBatches()
        }
    }

    /// Has the Open batches of companies that once had work looked through now and then, whether or not they have any now.
    private func lookForOrphans() async throws {
        guard kind == .invoices else { return }
        try await attend(to: try await context.database.companiesToSweep()) { claims in
            await claims.lookAfterEarlierBatches()
        }
    }

    /// Works on companies that nobody works on now. A company that is busy does the same between its batches.
    private func attend(
        to companies: [SageCompany],
        _ body: @escaping @Sendable (ClaimProtocol) async throws -> Void
    ) async throws {
        guard !companies.isEmpty else { return }
        let served = Dictionary(
            try await directory.companies().filter { $0.pause == nil }.map { ($0.target, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for target in companies {
            guard let company = served[target] else { continue }
            await attention.attend(to: target) { await attend(to: company, body) }
        }
    }

    private func attend(
        to company: ServedCompany,
        _ body: @escaping @Sendable (ClaimProtocol) async throws -> Void
    ) async {
        do {
            _ = try await CompanyLease(context: context).hold(company.target, patience: .zero) { lease in
                try await body(ClaimProtocol(context: context, company: company, lease: lease))
            }
        } catch let error as SageError {
            context.logger.warning("\(company.target): \(error)")
            await context.charge(error, to: company.target)
        } catch {
            context.logger.info("\(company.target): \(error); tried again")
        }
    }

    /// Publishes what waited for another document that is in the ledger by now, or will never be.
    private func releaseDependents() async throws {
        guard kind == .invoices else { return }
        while true {
            let released = try await context.database.releaseDependents()
            guard !released.isEmpty else { return }
            context.logger.info("\(released.count) documents go on: what they waited for is settled")
            try await context.publisher.publish(released)
        }
    }

    /// Asks paused companies, one process at an interval, whether they answer again.
    private func probe() async throws {
        let stopped = try await directory.companies().filter { $0.pause != nil && !$0.isQuiet }
        guard !stopped.isEmpty else { return }
        let due = try await context.database.companiesToProbe()
        let candidates = stopped.filter { due.contains($0.target) }
        for (target, companies) in Dictionary(grouping: candidates, by: \.target) {
            let hasTurn = try await context.database.takeProbe(
                target,
                interval: context.settings.probeInterval
            )
            if hasTurn { await probes.attend(to: target) { await probe(companies) } }
        }
    }

    /// With a refused sign-in nothing is learned: another tenant of the company may have a good one.
    private func probe(_ companies: [ServedCompany]) async {
        for company in companies {
            do {
                try await company.gate.call(company.rules.company) { session throws(SageError) in
                    try await session.probe(company.rules.company)
                }
                try await context.database.recordAnsweredProbe(company.target)
                return context.logger.notice("\(company.target) answers again")
            } catch {
                context.logger.info("\(company.target) still does not answer: \(error)")
                guard (error as? SageError)?.cause == .credentials else { return }
            }
        }
    }

    private func untilIdle(_ roster: Roster) async {
        guard let untilIdle else {
            // Never idle enough: the group ends by the shutdown alone.
            return await repeatedly(every: .seconds(3600)) {}
        }
        var idleSince: ContinuousClock.Instant?
        while !Task.isCancelled {
            // What cannot be asked is not idle.
            let isIdle = (try? await roster.isIdle()) ?? false
            idleSince = isIdle ? idleSince ?? .now : nil
            if let idleSince, ContinuousClock.now - idleSince >= untilIdle { return }
            try? await Task.sleep(for: .milliseconds(250))
        }
    }
}
