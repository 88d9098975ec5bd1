/// Plans what a pipeline sends and matches the results, which come in the same order (libpq manual, 34.5).
struct PipelineProgress {
    enum Step {
        case deallocate(name: String)
        case prepare(sql: String, name: String)
        /// A statement by its position, by its prepared name if it has one.
        case run(index: Int, name: String?)
        case sync
    }

    let steps: [Step]
    private var position = 0
    private var hasResult = false
    private var emptyReads = 0
    private var sets: [ResultSet?]
    private var failure: PostgresError?
    /// The position of the statement whose prepared plan the server no longer accepts.
    private(set) var stalePlan: Int?

    init(_ statements: [Statement], _ cache: inout StatementCache, mayDeallocate: Bool) {
        sets = Array(repeating: nil, count: statements.count)
        var steps: [Step] = []
        if mayDeallocate {
            // With a sync of their own, so that a failure stays without consequence.
            steps += cache.takeDiscarded().flatMap { [Step.deallocate(name: $0), .sync] }
        }
        var names: [String: String] = [:]
        for (index, statement) in statements.enumerated() {
            guard statement.isPreparable else {
                steps.append(.run(index: index, name: nil))
                continue
            }
            var name = names[statement.sql] ?? cache.name(for: statement.sql)
            if name == nil {
                let made = cache.makeName()
                steps.append(.prepare(sql: statement.sql, name: made))
                name = made
            }
            names[statement.sql] = name
            steps.append(.run(index: index, name: name))
        }
        self.steps = steps + [.sync]
    }

    /// Takes a result, or `nil` where a step's results end; true when all steps have theirs.
    mutating func take(_ result: ResultSet?, cache: inout StatementCache) throws(PostgresError) -> Bool {
        guard position < steps.count else { return true }
        guard let result else {
            if hasResult { advance() } else { emptyReads += 1 }
            guard emptyReads < 3 else { throw PostgresError(.connectionLost, "the server skipped a result") }
            return position == steps.count
        }
        hasResult = true
        emptyReads = 0
        switch (steps[position], result.status) {
        case (.sync, .synced): advance()
        case (.prepare(let sql, let name), .done): cache.insert(name, for: sql)
        case (.run(let index, _), .rows), (.run(let index, _), .done): sets[index] = result
        case (.deallocate, _), (_, .skipped): break
        case (let step, .failed): fail(step, result)
        default: throw PostgresError(.connectionLost, "the server's results are out of order")
        }
        return position == steps.count
    }

    /// The statements' results.
    /// - Throws: the first failure.
    func results() throws(PostgresError) -> [PostgresResult] {
        if let failure { throw failure }
        let results = sets.compactMap { $0.map { PostgresResult(resultSet: $0) } }
        guard results.count == sets.count else {
            throw PostgresError(.connectionLost, "\(results.count) results for \(sets.count) statements")
        }
        return results
    }

    private mutating func advance() {
        position += 1
        hasResult = false
    }

    private mutating func fail(_ step: Step, _ result: ResultSet) {
        guard failure == nil else { return }
        failure = result.error
        if case .run(let index, .some) = step, result.isStalePlan { stalePlan = index }
    }
}

extension ResultSet {
    /// The prepared statement is gone, or DDL changed the columns it returns.
    fileprivate var isStalePlan: Bool {
        sqlState == "26000" || (sqlState == "0A000" && sourceFunction == "RevalidateCachedQuery")
    }
}
