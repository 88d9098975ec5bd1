import Synchronization

/// How many reads of one company are under way at once: fewer while Sage 300 is strained, more again once it is not.
/// First come, first served.
///
/// Nothing is documented of what a Web API bears; four at once is what clients of it settled on (reference Sage 10).
final class ReadPace: Sendable {
    /// What a read says of the server's state.
    enum Outcome: Sendable {
        /// It was answered.
        case good
        /// A conflict, a limit or a time-out: the server has too much to do.
        case strained
        /// Neither: the read failed in another way.
        case other
    }

    static let most = 4
    static let goodReadsForOneMore = 16

    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var limit = ReadPace.most
        var underWay = 0
        var goodInARow = 0
        var nextWaiter: UInt64 = 0
        var waiting: [Waiter] = []

        mutating func learn(_ outcome: Outcome) {
            switch outcome {
            case .good:
                goodInARow += 1
                guard goodInARow >= ReadPace.goodReadsForOneMore else { return }
                goodInARow = 0
                limit = min(limit + 1, ReadPace.most)
            case .strained:
                goodInARow = 0
                limit = max(limit / 2, 1)
            case .other: goodInARow = 0
            }
        }

        mutating func admitted() -> [Waiter] {
            let free = max(limit - underWay, 0)
            let admitted = Array(waiting.prefix(free))
            waiting.removeFirst(admitted.count)
            underWay += admitted.count
            return admitted
        }
    }

    private let state = Mutex(State())

    /// How many may be under way now.
    var limit: Int { state.withLock(\.limit) }
    /// How many are, and how many wait.
    var load: (underWay: Int, waiting: Int) { state.withLock { ($0.underWay, $0.waiting.count) } }

    /// Waits for a turn, which `leave` ends.
    /// - Returns: false when the task was cancelled; it has no turn then.
    func enter() async -> Bool {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAdmitted = state.withLock { state -> Bool? in
                    // The handler may have run before there was anything to cancel.
                    if Task.isCancelled { return false }
                    if state.waiting.isEmpty, state.underWay < state.limit {
                        state.underWay += 1
                        return true
                    }
                    state.waiting.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let isAdmitted { continuation.resume(returning: isAdmitted) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: false)
        }
    }

    /// Ends a turn, and hands what is free to those who wait.
    func leave(_ outcome: Outcome) {
        let admitted = state.withLock { state in
            state.underWay -= 1
            state.learn(outcome)
            return state.admitted()
        }
        for waiter in admitted { waiter.continuation.resume(returning: true) }
    }
}

extension SageError {
    /// What a read that failed so says of the server; one that its own task gave up says nothing.
    var readOutcome: ReadPace.Outcome {
        switch cause {
        case .busy: .strained
        case .noAnswer: Task.isCancelled ? .other : .strained
        case .unreadable: [408, 503, 504].contains(status) ? .strained : .other
        case .unreachable: .other
        case .credentials, .forbidden, .unavailable, .notFound, .locked, .refused: .good
        }
    }
}
