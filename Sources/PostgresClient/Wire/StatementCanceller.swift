import CLibPQ
import Dispatch

/// Owns one `PGcancel`: what it takes to ask the server, by a connection of its own, to cancel a statement.
///
/// Sendable because a `PGcancel` is read-only and libpq allows `PQcancel` from any thread (manual, 34.7).
final class StatementCanceller: @unchecked Sendable {
    private let cancel: OpaquePointer

    /// Takes the object over.
    init(_ cancel: OpaquePointer) { self.cancel = cancel }

    deinit { PQfreeCancel(cancel) }

    /// Sends the request. `PQcancel` blocks until the server has signalled its process, so it runs on a
    /// dispatch thread.
    ///
    /// A failure needs no report: the statement then ends by itself or its connection is given up.
    func send() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var message = [CChar](repeating: 0, count: 256)
                _ = PQcancel(self.cancel, &message, Int32(message.count))
                continuation.resume()
            }
        }
    }
}
