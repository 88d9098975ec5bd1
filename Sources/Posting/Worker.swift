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
        try await context.broker.prepare()
        let roster = Roster(context: context, kind: kind, directory: directory, handler: handler)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch(roster) }
            group.addTask { await repeatedly(every: .seconds(1)) { try await resolveClaims() } }
            group.addTask { await repeatedly(every: .seconds(10)) { try await watchForTwins() } }
            group.addTask { await repeatedly(every: .seconds(1)) { try await releaseDependents() } }
            group.addTask { await repeatedly(every: .seconds(1)) { try await probe() } }
            group.addTask { await repeatedly(every: .seconds(5)) { try await context.burial.sweep(kind) } }
            group.addTask { try? await gracefulShutdown() }
            group.addTask { await untilIdle(roster) }
            // The first of the last two to end ends all.
            for await _ in group { break }
            group.cancelAll()
        }
        await roster.stopAll()
    }

    private func watch(_ roster: Roster) async {
        await repeatedly(every: .milliseconds(500)) { try await roster.update() }
    }

    /// Runs `body` again and again until cancelled; an error is said and does not end it.
    private func repeatedly(every interval: Duration, _ body: @Sendable () async throws -> Void) async {
        while !Task.isCancelled {
            do { try await body() } catch is CancellationError { return } catch {
                context.logger.debug("\(kind.rawValue): \(error); tried again")
            }
            try? await Task.sleep(for: interval)
        }
    }

    /// Sees claims through that no delivery brings back: in doubt, or left by a worker that died.
    private func resolveClaims() async throws {
        guard kind == .invoices else { return }
        let due = try await context.database.companiesWithDueClaims()
        guard !due.isEmpty else { return }
        let served = try await directory.companies().filter { $0.pause == nil }
        // At once: a server that does not answer must not keep the others' claims waiting.
        await withTaskGroup(of: Void.self) { group in
            for (position, target) in due.enumerated() {
                guard let company = served.first(where: { $0.target == target }) else { continue }
                if position >= 8 { await group.next() }
                group.addTask { await resolveClaims(of: company) }
            }
        }
    }

    private func resolveClaims(of company: ServedCompany) async {
        do {
            _ = try await CompanyLease(context: context).hold(company.target, patience: .zero) { lease in
                try await ClaimProtocol(context: context, company: company, lease: lease).resolveDueClaims()
            }
        } catch let error as SageError where error.cause != .credentials {
            _ = try? await context.database.recordFailure(
                company.target,
                reason: error.failure.reason,
                probeAfter: context.settings.probeInterval
            )
        } catch {
            context.logger.info("\(company.target): \(error); tried again")
        }
    }

    /// Publishes what waited for another document that is in the ledger by now, or will never be.
    private func releaseDependents() async throws {
        guard kind == .invoices else { return }
        let released = try await context.database.releaseDependents()
        guard !released.isEmpty else { return }
        context.logger.info("\(released.count) documents go on: what they waited for is settled")
        try await context.publisher.publish(released)
    }

    /// Looks for what arrived late of claims that have ended.
    private func watchForTwins() async throws {
        guard kind == .invoices else { return }
        let claims = try await context.database.claimsToWatch()
        guard !claims.isEmpty else { return }
        let served = try await directory.companies().filter { $0.pause == nil }
        for claim in claims {
            guard let company = served.first(where: { $0.target == claim.target }) else { continue }
            do {
                _ = try await CompanyLease(context: context).hold(claim.target, patience: .seconds(5)) {
                    try await ClaimProtocol(context: context, company: company, lease: $0)
                        .emptyLateTwins(of: claim)
                }
            } catch {
                context.logger.info("\(company.target): \(error); looked for again")
            }
        }
    }

    /// Asks paused companies, one process at an interval, whether they answer again.
    private func probe() async throws {
        let paused = try await context.database.pausedCompanies()
        guard !paused.isEmpty else { return }
        var taken: Set<SageCompany> = []
        for company in try await directory.companies() where paused[company.target] != nil {
            let target = company.target
            var hasTurn = taken.contains(target)
            if !hasTurn {
                hasTurn = try await context.database.takeProbe(
                    target,
                    interval: context.settings.probeInterval
                )
            }
            guard hasTurn else { continue }
            do {
                try await company.gate.call(company.rules.company) { session throws(SageError) in
                    try await session.probe(company.rules.company)
                }
                try await context.database.recordSuccess(target)
                taken.remove(target)
                context.logger.notice("\(target) answers again")
            } catch let error as SageError {
                // With a refused sign-in nothing is learned: another tenant of the company may have a good one.
                if error.cause == .credentials { taken.insert(target) }
                context.logger.info("\(target) still does not answer: \(error)")
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
