import EventLoop

/// Drives all transfers of a client on one thread of its own; the only code that touches libcurl handles.
actor TransferLoop {
    private let configuration: HTTPClientConfiguration
    private let parking: MultiParking
    private let executor: LoopExecutor
    private var transfers: [UInt64: Transfer] = [:]
    private var nextID: UInt64 = 0
    private var isClosed = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ configuration: HTTPClientConfiguration) {
        self.configuration = configuration
        parking = MultiParking(maximumConnectionsPerHost: configuration.maximumConnectionsPerHost)
        executor = LoopExecutor(name: "http", parking: parking)
        parking.serve(self)
    }

    deinit { executor.stop() }

    /// One request, one answer; cancelling the task ends the transfer and its connection.
    func run(_ exchange: Exchange) async -> Result<HTTPResponse, HTTPError> {
        nextID += 1
        let id = nextID
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // The handler may have run before there was anything to cancel.
                let refusal: HTTPError.Cause? = Task.isCancelled ? .cancelled : isClosed ? .closed : nil
                if let refusal {
                    let error = exchange.error(refusal, mayHaveBeenSent: false)
                    continuation.resume(returning: .failure(error))
                } else {
                    start(exchange, id, continuation)
                }
            }
        } onCancel: {
            parking.cancel(id)
        }
    }

    /// Ends all transfers with `closed` and closes the connections.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        for transfer in transfers.values { fail(transfer, .closed) }
        parking.closeConnections()
    }

    private func start(
        _ exchange: Exchange,
        _ id: UInt64,
        _ continuation: CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>
    ) {
        let transfer = Transfer(
            id: id,
            exchange: exchange,
            allowsAddress: configuration.allowsAddress,
            continuation: continuation
        )
        do throws(CurlFailure) {
            try transfer.prepare(configuration)
        } catch {
            continuation.resume(returning: .failure(transfer.error(for: error)))
            return
        }
        transfers[id] = transfer
        guard parking.multi.add(transfer.easy) else {
            fail(transfer, .couldNotConnect)
            return
        }
    }

    /// Moves all transfers on as far as they go without waiting.
    /// - Returns: when to be called again at the latest.
    func drive() -> ContinuousClock.Instant? {
        for id in parking.takeCancelled() {
            if let transfer = transfers[id] { fail(transfer, .cancelled) }
        }
        guard !transfers.isEmpty else { return nil }
        if parking.multi.perform() {
            finishEnded()
            failOverdue()
        } else {
            for transfer in transfers.values { fail(transfer, .connectionLost) }
        }
        return transfers.values.map(\.deadline.instant).min()
    }

    private func finishEnded() {
        while let (easy, code) = parking.multi.nextEnded() {
            guard let transfer = transfers.values.first(where: { $0.easy.pointer == easy }) else { continue }
            finish(transfer, transfer.result(CurlFailure(code: code)))
        }
    }

    private func failOverdue() {
        let now = ContinuousClock.now
        for transfer in transfers.values {
            let (instant, cause) = transfer.deadline
            if instant <= now { fail(transfer, cause) }
        }
    }

    private func fail(_ transfer: Transfer, _ cause: HTTPError.Cause) {
        finish(transfer, .failure(transfer.error(cause)))
    }

    /// The one place where a transfer ends: its handle leaves the loop and its caller goes on.
    private func finish(_ transfer: Transfer, _ result: Result<HTTPResponse, HTTPError>) {
        guard transfers.removeValue(forKey: transfer.id) != nil else { return }
        parking.multi.remove(transfer.easy)
        transfer.continuation.resume(returning: result)
        // The resumed caller may be a job of this thread, enqueued from within `park()`: do not sleep on it.
        parking.unpark()
    }
}
