import AMQPClient

/// Gathers a company's deliveries into batches. The consumer's prefetch bounds it.
actor DeliveryBuffer {
    private var deliveries: [AMQPDelivery] = []
    private var isFinished = false
    private var waiter: CheckedContinuation<Void, Never>?

    func append(_ delivery: AMQPDelivery) {
        deliveries.append(delivery)
        wake()
    }

    /// No more will come.
    func finish() {
        isFinished = true
        wake()
    }

    /// What was never taken.
    func remainder() -> [AMQPDelivery] {
        defer { deliveries = [] }
        return deliveries
    }

    /// Bodies of a batch, unless one alone is larger: read, they take many times as much.
    private static let batchBytes = 16 << 20

    /// The next batch: up to `maximum` deliveries, waiting at most `wait` for more once there is one.
    /// - Returns: nil when no more will come.
    func next(_ maximum: Int, wait: Duration) async -> [AMQPDelivery]? {
        while deliveries.isEmpty {
            if isFinished { return nil }
            await withCheckedContinuation { waiter = $0 }
        }
        let deadline = ContinuousClock.now + wait
        while !isFinished, deliveries.count < maximum, ContinuousClock.now < deadline {
            // A cancelled wait is a short one.
            try? await Task.sleep(for: min(.milliseconds(20), deadline - .now))
        }
        if isFinished { return nil }
        var bytes = 0
        let light = deliveries.prefix(maximum).prefix { delivery in
            bytes += delivery.body.count
            return bytes <= Self.batchBytes
        }
        let count = max(light.count, 1)
        defer { deliveries.removeFirst(count) }
        return Array(deliveries.prefix(count))
    }

    private func wake() {
        waiter?.resume()
        waiter = nil
    }
}
