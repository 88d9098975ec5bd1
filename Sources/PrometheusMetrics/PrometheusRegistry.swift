public import Metrics
import Synchronization

/// Keeps what the rooms count through swift-metrics, and tells it as Prometheus wants it.
///
/// What is not described beforehand is kept all the same, without help and with buckets for seconds. A metric has at
/// most `seriesLimit` combinations of labels: a label that grows without end costs its own metric, not the memory.
public final class PrometheusRegistry: MetricsFactory {
    private struct Family {
        let description: MetricDescription
        var series: [[MetricLabel]: any Series] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var refusals = 0
    }

    /// For durations that nobody described, in seconds.
    public static let defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
    /// Counts what the limit refused.
    public static let refusals = MetricDescription.counter(
        "mlc_metric_series_refused_total",
        "Times a value was not counted because its metric had too many combinations of labels."
    )

    private let seriesLimit: Int
    private let catalogue: [String: MetricDescription]
    private let state: Mutex<State>

    /// A registry that knows these metrics.
    public init(_ descriptions: [MetricDescription], seriesLimit: Int = 300) {
        self.seriesLimit = seriesLimit
        catalogue = Dictionary(descriptions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var state = State()
        for description in descriptions where description.labels.isEmpty {
            state.families[description.name] = Family(
                description: description,
                series: Self.initial(description).map { [[]: $0] } ?? [:]
            )
        }
        self.state = Mutex(state)
    }

    /// Everything counted so far; samples in the order of their labels.
    public var families: [MetricFamily] {
        let (families, refusals) = state.withLock { (Array($0.families.values), $0.refusals) }
        let told = families.map { family in
            MetricFamily(
                family.description,
                family.series.sorted { $0.key.lexicographicallyPrecedes($1.key) }
                    .flatMap { $0.value.samples($0.key) }
            )
        }
        return told + [MetricFamily(Self.refusals, Double(refusals))]
    }

    /// A series of this kind; nil where there is no room for it, or where the name is that of another kind.
    private func series<Made: Series>(
        _ label: String,
        _ dimensions: [(String, String)],
        as kind: MetricDescription.Kind,
        make: (MetricDescription) -> Made
    ) -> Made? {
        let labels = dimensions.map { MetricLabel(PrometheusText.name($0.0, isLabel: true), $0.1) }.sorted()
        return state.withLock { state in
            if let known = state.families[label]?.series[labels] { return known as? Made }
            let name = PrometheusText.name(label)
            let description =
                catalogue[name]
                ?? MetricDescription(
                    name: name,
                    kind: kind,
                    help: "",
                    labels: [],
                    buckets: Self.defaultBuckets
                )
            var family = state.families[name] ?? Family(description: description)
            if let known = family.series[labels] { return known as? Made }
            guard description.kind == kind, family.series.count < seriesLimit else {
                state.refusals += 1
                return nil
            }
            let made = make(description)
            family.series[labels] = made
            state.families[name] = family
            return made
        }
    }

    /// What a metric without labels begins with; a gauge is unknown until it is set.
    private static func initial(_ description: MetricDescription) -> (any Series)? {
        switch description.kind {
        case .counter: CounterSeries()
        case .gauge: nil
        case .histogram: HistogramSeries(bounds: description.buckets)
        }
    }
}

// MARK: - MetricsFactory

extension PrometheusRegistry {
    /// A counter of whole numbers.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, as: .counter) { _ in CounterSeries() } ?? NOOPMetricsHandler.instance
    }

    /// A counter of fractions.
    public func makeFloatingPointCounter(label: String, dimensions: [(String, String)])
        -> any FloatingPointCounterHandler
    {
        series(label, dimensions, as: .counter) { _ in GaugeSeries() } ?? NOOPMetricsHandler.instance
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, as: .gauge) { _ in GaugeSeries() } ?? NOOPMetricsHandler.instance
    }

    /// A histogram, or a gauge where values are not to be aggregated.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool)
        -> any RecorderHandler
    {
        guard aggregate else {
            return series(label, dimensions, as: .gauge) { _ in GaugeSeries() } ?? NOOPMetricsHandler.instance
        }
        return series(label, dimensions, as: .histogram) { HistogramSeries(bounds: $0.buckets) }
            ?? NOOPMetricsHandler.instance
    }

    /// A histogram of seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, as: .histogram) { HistogramSeries(bounds: $0.buckets) }
            ?? NOOPMetricsHandler.instance
    }

    /// What has been counted stays: Prometheus takes a counter that vanishes for a restart.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Stays, as counters do.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Stays, as counters do.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Stays, as counters do.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Stays, as counters do.
    public func destroyTimer(_ handler: any TimerHandler) {}
}
