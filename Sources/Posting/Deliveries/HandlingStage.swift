import Synchronization

/// What is being done with the message in hand, for who asks in the meantime.
final class HandlingStage: Sendable {
    private let text = Mutex("read")

    /// Now.
    var current: String { text.withLock { $0 } }

    func enter(_ stage: String) { text.withLock { $0 = stage } }
}
