/// Where a loop thread waits when it has no job to run.
///
/// `park()` is called on the loop thread only; `unpark()` from any thread. An `unpark()` that comes before
/// `park()` is remembered: it makes the next `park()` return at once.
public protocol Parking: Sendable {
    /// Blocks the loop thread until there is I/O to handle, a deadline has passed, or `unpark()` is called.
    func park()

    /// Makes the current or the next `park()` return.
    func unpark()
}
