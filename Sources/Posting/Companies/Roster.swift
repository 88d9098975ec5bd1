import AMQPClient
import Accounting
import Logging
import Messaging
import Storage
import Tenancy

/// The loops of a worker, one a company that is served now.
actor Roster {
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
        let quiet = Set(try await directory.companies().filter(\.isQuiet).map(\.tenant.tenant))
        let unfinished = try await context.database.unfinishedCount(
            kinds: kind.documentKinds,
            except: Array(quiet)
        )
        guard unfinished == 0 else { return false }
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
