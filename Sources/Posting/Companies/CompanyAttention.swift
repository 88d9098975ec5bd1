import Storage

/// Attends to companies beside one another, each by one task at a time: one whose server does not answer delays no other,
/// and is not attended to a second time meanwhile.
actor CompanyAttention {
    /// Servers that hang must not gather tasks without end.
    private static let limit = 64

    private var tasks: [SageCompany: Task<Void, Never>] = [:]
    private var isFinished = false

    /// Returns at once; does nothing for a company that is attended to already.
    func attend(to target: SageCompany, _ body: @escaping @Sendable () async -> Void) {
        guard !isFinished, tasks[target] == nil, tasks.count < Self.limit else { return }
        tasks[target] = Task {
            await body()
            tasks[target] = nil
        }
    }

    /// Begins nothing any more, and waits for what was begun, which is told to end.
    func finish() async {
        isFinished = true
        let open = Array(tasks.values)
        for task in open { task.cancel() }
        for task in open { await task.value }
    }
}
