import Synchronization

/// The bytes of a mail on their way to libcurl, and whether anybody still wants them sent.
final class MailUpload: Sendable {
    private struct State {
        var position = 0
        var isCancelled = false
    }

    private let bytes: [UInt8]
    private let state = Mutex(State())

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func cancel() { state.withLock { $0.isCancelled = true } }

    /// Copies the next bytes; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        state.withLock { state in
            let piece = bytes[state.position...].prefix(buffer.count)
            piece.withUnsafeBytes { buffer.copyMemory(from: $0) }
            state.position += piece.count
            return piece.count
        }
    }
}
