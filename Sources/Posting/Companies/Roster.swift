import AMQPClient
import Accounting
import Logging
import Messaging
import Storage
import Tenancy

/// The loops of a worker, one a company that it serves now.
actor Roster {
    /// Queues that are begun beside one another: a thousand one after the other would take the broker's answer a thousand
    /// times.
    private static let beginnings = 16
    /// How long the broker may take to let a queue be consumed from.
    private static let patience = Duration.seconds(15)

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
    private var toldSpread: Spread?
    /// Queues that cannot be consumed from: why, and when that is tried again.
    private var troubled: [WorkQueue: (reason: String, until: ContinuousClock.Instant)] = [:]
    /// Loops that were stopped and still finish what they have in hand.
    private var finishing: [ObjectIdentifier: Task<Void, Never>] = [:]
    private var hasLooked = false
    private var hasBeenListed = false
    private var isStopped = false

    init(context: PostingContext, kind: WorkKind, directory: CompanyDirectory, handler: any WorkHandler) {
        self.context = context
        self.kind = kind
        self.directory = directory
        self.handler = handler
    }

    /// Makes the loops agree with the companies as they are configured and well now, and with the workers there are.
    func update() async throws {
        // Without the broker there is nothing to begin, and this worker is on nobody's list.
        guard await context.broker.connection.isConnected else { return }
        let companies = try await directory.companies()
        let members = try await context.database.liveCopies(of: context.instance)
        // It was on the list: back from an outage, the copies find one another again within seconds.
        guard !members.isEmpty || !hasBeenListed else { return }
        hasBeenListed = hasBeenListed || !members.isEmpty
        let spread = Spread(members: members, own: context.instance)
        var wanted: Set<WorkQueue> = []
        var missing: [(ServedCompany, WorkQueue)] = []
        for company in companies {
            let queue = queue(of: company)
            guard spread.serves(company.target) else { continue }
            tellPause(company.pause, queue)
            guard company.pause == nil else { continue }
            wanted.insert(queue)
            if let post = posts[queue] {
                guard post.loop.company.version != company.version else { continue }
                await end(queue)
            }
            if let trouble = troubled[queue], .now < trouble.until { continue }
            missing.append((company, queue))
        }
        for queue in posts.keys where !wanted.contains(queue) { await end(queue) }
        try await begin(missing)
        tellShare(wanted.count, spread)
        hasLooked = true
    }

    private func queue(of company: ServedCompany) -> WorkQueue {
        WorkQueue(tenant: company.tenant.tenant, company: company.rules.company, kind: kind)
    }

    /// A queue that cannot be consumed from must not keep the others unserved.
    private func begin(_ companies: [(ServedCompany, WorkQueue)]) async throws {
        var trouble: (any Error)?
        await withTaskGroup(of: (any Error)?.self) { group in
            for (position, (company, queue)) in companies.enumerated() {
                if position >= Self.beginnings, let error = await group.next() { trouble = trouble ?? error }
                group.addTask { await self.tryToBegin(company, queue) }
            }
            for await error in group { trouble = trouble ?? error }
        }
        if let trouble { throw trouble }
    }

    /// - Returns: why it could not be begun; it is said once.
    private func tryToBegin(_ company: ServedCompany, _ queue: WorkQueue) async -> (any Error)? {
        do {
            try await withLimit { try await self.begin(company, queue) }
            if troubled.removeValue(forKey: queue) != nil {
                context.logger.notice("\(queue.name) is consumed again")
            }
            return nil
        } catch {
            tellTrouble("\(error)", queue)
            return error
        }
    }

    /// A queue that has no leader answers to nothing, for as long as that lasts.
    private func withLimit(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                throw QueueUnanswered(patience: Self.patience)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    func stopAll() async {
        isStopped = true
        for post in posts.values { await post.loop.stop() }
        for post in posts.values { await post.task.value }
        for task in finishing.values { await task.value }
        posts = [:]
    }

    /// Nothing of the kind is left to do for any company that is served, be it by another worker.
    func isIdle() async throws -> Bool {
        guard hasLooked else { return false }
        let companies = try await directory.companies()
        let unfinished = try await context.database.unfinishedCount(
            kinds: kind.documentKinds,
            except: Array(Set(companies.filter(\.isQuiet).map(\.tenant.tenant)))
        )
        guard unfinished == 0 else { return false }
        for company in companies where company.pause == nil {
            let state = try await context.broker.connection.inspectQueue(queue(of: company).name)
            guard (state?.readyCount ?? 0) == 0 else { return false }
        }
        // What was entered a second time is in doubt until the first POST can hardly arrive any more.
        guard kind == .invoices else { return true }
        return try await !context.database.freshTwinsPossible(within: context.settings.settle * 2)
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

    private func tellShare(_ count: Int, _ spread: Spread) {
        guard spread != toldSpread else { return }
        toldSpread = spread
        context.logger.info("serving \(count) queues of \(kind.rawValue); \(spread) share the companies")
    }

    private func tellTrouble(_ reason: String, _ queue: WorkQueue) {
        if troubled[queue]?.reason != reason {
            context.logger.warning(
                "\(queue.name) cannot be consumed, tried again every few seconds: \(reason)"
            )
        }
        troubled[queue] = (reason, .now + .seconds(3))
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

/// The broker did not say that a queue is consumed from.
private struct QueueUnanswered: Error, CustomStringConvertible {
    let patience: Duration
    var description: String {
        "the broker did not answer within \(patience.components.seconds) s; the queue may have no leader"
    }
}
