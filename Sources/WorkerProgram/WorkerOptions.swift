public import ArgumentParser

/// Options every worker and the replayer take.
public struct WorkerOptions: ParsableArguments {
    @Option(
        name: .customLong("until-idle"),
        help: "End with 0 once nothing of this kind has been under way for that many seconds."
    )
    var idleSeconds: Int?

    /// Read by ArgumentParser.
    public init() {}

    /// Refuses negative numbers.
    public func validate() throws {
        if let idleSeconds, !(0...86_400).contains(idleSeconds) {
            throw ValidationError("--until-idle takes a number of seconds from 0 to 86400.")
        }
    }

    /// How long it must have been idle; nil: never ends by itself.
    public var untilIdle: Duration? { idleSeconds.map { .seconds($0) } }
}
