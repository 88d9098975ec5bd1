import Tenancy
import Publishing
import AMQPClient
import Accounting
import Foundation
import Logging
public import Messaging
import Sage300
import ServiceLifecycle
import Storage

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

/// The loops of a worker, one a company that is served now.
private actor Roster {
    private struct Post {
        let loop: CompanyLoop
        let task: Task<Void, Never>
    }

    private let context: PostingContext
    private let kind: WorkKind
    private let directory: CompanyDirectory
    private let handler: any WorkHandler
    private var posts: [WorkQueue: Post] = [:]
    private var told: [WorkQueue: String] = [:]
    /// Loops that were stopped and still finish what they have in hand.
    private var finishing: [ObjectIdentifier: Task<Void, Never>] = [:]
    private var hasLooked = false
    private var isStopped = false

    init(context: PostingContext, kind: WorkKind, directory: CompanyDirectory, handler: any WorkHandler) {
        self.context = context
        self.kind = kind
        self.directory = directory
        self.handler = handler
    }

    /// Makes the loops agree with the companies as they are configured and well now.
    func update() async throws {
        let companies = try await directory.companies()
        var wanted: Set<WorkQueue> = []
        var trouble: (any Error)?
        for company in companies {
            let queue = WorkQueue(tenant: company.tenant.tenant, company: company.rules.company, kind: kind)
            tellPause(company.pause, queue)
            guard company.pause == nil else { continue }
            wanted.insert(queue)
            if let post = posts[queue] {
                guard post.loop.company.version != company.version else { continue }
                await end(queue)
            }
            // A queue that cannot be consumed from must not keep the others unserved.
            do { try await begin(company, queue) } catch { trouble = error }
        }
        for queue in posts.keys where !wanted.contains(queue) { await end(queue) }
        if let trouble { throw trouble }
        hasLooked = true
    }

    func stopAll() async {
        isStopped = true
        for post in posts.values { await post.loop.stop() }
        for post in posts.values { await post.task.value }
        for task in finishing.values { await task.value }
        posts = [:]
    }

    func isIdle() async throws -> Bool {
        guard hasLooked else { return false }
        for queue in posts.keys {
            let ready = try await context.broker.connection.inspectQueue(queue.name)?.readyCount ?? 0
            guard ready == 0 else { return false }
        }
        return try await context.database.unfinishedCount(kinds: kind.documentKinds) == 0
    }

    private func begin(_ company: ServedCompany, _ queue: WorkQueue) async throws {
        let loop = try await CompanyLoop(company, kind: kind, context: context, handler: handler)
        guard !isStopped else { return await loop.stop() }
        let task = Task { [weak self] in
            await loop.run()
            await self?.ended(queue, loop)
        }
        posts[queue] = Post(loop: loop, task: task)
    }

    private func end(_ queue: WorkQueue) async {
        guard let post = posts.removeValue(forKey: queue) else { return }
        finishing[ObjectIdentifier(post.loop)] = post.task
        await post.loop.stop()
    }

    /// A loop that ended by itself, its queue deleted, is begun anew at the next look.
    private func ended(_ queue: WorkQueue, _ loop: CompanyLoop) {
        if posts[queue]?.loop === loop { posts[queue] = nil }
        finishing[ObjectIdentifier(loop)] = nil
    }

    private func tellPause(_ pause: String?, _ queue: WorkQueue) {
        guard told[queue] != pause else { return }
        told[queue] = pause
        if let pause {
            context.logger.warning("\(queue.name) is left alone: \(pause)")
        } else {
            context.logger.notice("\(queue.name) is served again")
        }
    }
}
