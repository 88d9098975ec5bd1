/// Lets one redelivered message at a time be read and mapped in this process: whatever kills it then, at most one message is
/// marked.
actor DeliveryWindow {
    private var isTaken = false
    private var line: [CheckedContinuation<Void, Never>] = []

    /// Waits for its turn.
    func enter() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { line.append($0) }
    }

    /// The next one's turn.
    func leave() {
        if line.isEmpty { isTaken = false } else { line.removeFirst().resume() }
    }
}
