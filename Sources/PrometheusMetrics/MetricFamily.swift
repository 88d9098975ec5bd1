/// All samples of one metric at one moment.
public struct MetricFamily: Sendable, Hashable {
    /// Which metric.
    public let description: MetricDescription
    /// Its samples.
    public var samples: [MetricSample]

    /// A family from its parts.
    public init(_ description: MetricDescription, _ samples: [MetricSample]) {
        self.description = description
        self.samples = samples
    }

    /// A family of one sample without labels.
    public init(_ description: MetricDescription, _ value: Double) {
        self.init(description, [MetricSample(value: value)])
    }
}

/// One value of a metric.
public struct MetricSample: Sendable, Hashable {
    /// Behind the metric's name: `_bucket`, `_sum` and `_count` of histograms.
    public var suffix: String
    /// Names and values of its labels, in the order they are printed in.
    public var labels: [MetricLabel]
    /// The value.
    public var value: Double

    /// A sample from its parts.
    public init(suffix: String = "", labels: [MetricLabel] = [], value: Double) {
        self.suffix = suffix
        self.labels = labels
        self.value = value
    }
}

/// A label and its value.
public struct MetricLabel: Sendable, Hashable, Comparable {
    /// What is told apart.
    public let name: String
    /// Which one this is; any text.
    public let value: String

    /// A label.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// By name, then by value.
    public static func < (left: MetricLabel, right: MetricLabel) -> Bool {
        (left.name, left.value) < (right.name, right.value)
    }
}
