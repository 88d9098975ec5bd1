import Synchronization

/// Counts the calls that a piece of work makes: seconds each, they are what posting costs.
///
/// Bind it as `current` around the work; every call made in its task, and in tasks it starts, counts.
public final class SageCallTally: Sendable {
    /// The tally of this task's work; nil where nobody counts.
    @TaskLocal public static var current: SageCallTally?

    private let counter = Atomic(0)

    /// A tally of nothing yet.
    public init() {}

    /// Calls made so far.
    public var calls: Int { counter.load(ordering: .relaxed) }

    func count() { counter.wrappingAdd(1, ordering: .relaxed) }
}
