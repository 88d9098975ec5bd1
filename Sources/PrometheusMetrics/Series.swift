import Metrics
import Synchronization

/// One combination of a metric's labels: what the rooms count into.
protocol Series: AnyObject, Sendable {
    /// Its value now, as samples without labels of its own.
    func samples(_ labels: [MetricLabel]) -> [MetricSample]
}

/// A number that only grows.
final class CounterSeries: Series, CounterHandler {
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        value.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() { value.store(0, ordering: .relaxed) }

    func samples(_ labels: [MetricLabel]) -> [MetricSample] {
        [MetricSample(labels: labels, value: Double(value.load(ordering: .relaxed)))]
    }
}

/// A number that goes up and down, or that grows by fractions.
final class GaugeSeries: Series, MeterHandler, RecorderHandler, FloatingPointCounterHandler {
    private let value = Mutex<Double>(0)

    func set(_ new: Int64) { set(Double(new)) }
    func set(_ new: Double) { value.withLock { $0 = new } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ new: Int64) { set(Double(new)) }
    func record(_ new: Double) { set(new) }
    func reset() { set(0.0) }

    func samples(_ labels: [MetricLabel]) -> [MetricSample] {
        [MetricSample(labels: labels, value: value.withLock { $0 })]
    }
}

/// Values counted by size. Durations come in nanoseconds and are told in seconds.
final class HistogramSeries: Series, RecorderHandler, TimerHandler {
    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Double) {
        guard !value.isNaN else { return }
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[index] += 1
            state.sum += value
        }
    }

    func samples(_ labels: [MetricLabel]) -> [MetricSample] {
        let state = state.withLock { $0 }
        var samples: [MetricSample] = []
        var total: UInt64 = 0
        for (bound, count) in zip(bounds + [.infinity], state.counts) {
            total += count
            samples.append(
                MetricSample(
                    suffix: "_bucket",
                    labels: labels + [MetricLabel("le", PrometheusText.number(bound))],
                    value: Double(total)
                )
            )
        }
        samples.append(MetricSample(suffix: "_sum", labels: labels, value: state.sum))
        samples.append(MetricSample(suffix: "_count", labels: labels, value: Double(total)))
        return samples
    }
}
