/// What a metric is called, what it counts, and by which labels it is told apart.
public struct MetricDescription: Sendable, Hashable {
    /// How a metric behaves.
    public enum Kind: String, Sendable {
        /// Only ever grows, until the process ends.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts values by size.
        case histogram
    }

    /// By Prometheus' conventions: base units, `_total` for counters.
    public let name: String
    /// How it behaves.
    public let kind: Kind
    /// One sentence for people; empty for a metric nobody described.
    public let help: String
    /// Names of its labels. A counter or histogram without any is there from the start, at zero.
    public let labels: [String]
    /// Upper bounds of a histogram's buckets, rising; the last one, which takes everything, goes without saying.
    public let buckets: [Double]

    /// A counter.
    public static func counter(_ name: String, _ help: String, by labels: [String] = []) -> Self {
        Self(name: name, kind: .counter, help: help, labels: labels, buckets: [])
    }

    /// A gauge.
    public static func gauge(_ name: String, _ help: String, by labels: [String] = []) -> Self {
        Self(name: name, kind: .gauge, help: help, labels: labels, buckets: [])
    }

    /// A histogram.
    public static func histogram(
        _ name: String,
        _ help: String,
        by labels: [String] = [],
        buckets: [Double]
    ) -> Self {
        Self(name: name, kind: .histogram, help: help, labels: labels, buckets: buckets.sorted())
    }
}
