import Metrics
import Testing

@testable import PrometheusMetrics

/// What is counted through swift-metrics, and how much of it is kept.
@Suite(.timeLimit(.minutes(1)))
struct PrometheusRegistryTests {
    private func lines(_ registry: PrometheusRegistry, _ prefix: String) -> [String] {
        PrometheusText.text(of: registry.families).split(separator: "\n").map(String.init).filter {
            $0.hasPrefix(prefix)
        }
    }

    @Test func countersCount() {
        let registry = PrometheusRegistry([
            .counter("a_total", "A.", by: ["kind"]), .counter("b_total", "B."),
        ])
        for kind in ["x", "y", "x"] {
            Counter(label: "a_total", dimensions: [("kind", kind)], factory: registry).increment()
        }
        Counter(label: "a_total", dimensions: [("kind", "y")], factory: registry).increment(by: 5)
        #expect(lines(registry, "a_total") == [#"a_total{kind="x"} 2"#, #"a_total{kind="y"} 6"#])
        // Without labels it is there before anything is counted: a rate needs a zero to begin with.
        #expect(lines(registry, "b_total") == ["b_total 0"])
    }

    @Test func labelsAreTheSameInAnyOrder() {
        let registry = PrometheusRegistry([])
        Counter(label: "a", dimensions: [("x", "1"), ("y", "2")], factory: registry).increment()
        Counter(label: "a", dimensions: [("y", "2"), ("x", "1")], factory: registry).increment()
        #expect(lines(registry, "a{") == [#"a{x="1",y="2"} 2"#])
    }

    @Test func durationsAreToldInSecondsByBuckets() {
        let registry = PrometheusRegistry([.histogram("t_seconds", "T.", buckets: [1, 0.1])])
        let timer = Metrics.Timer(label: "t_seconds", dimensions: [], factory: registry)
        for milliseconds in [50, 100, 700, 2500] as [Int64] {
            timer.recordNanoseconds(milliseconds * 1_000_000)
        }
        #expect(
            lines(registry, "t_seconds") == [
                #"t_seconds_bucket{le="0.1"} 2"#, #"t_seconds_bucket{le="1"} 3"#,
                #"t_seconds_bucket{le="+Inf"} 4"#, "t_seconds_sum 3.35", "t_seconds_count 4",
            ]
        )
    }

    @Test func gaugesGoUpAndDown() {
        let registry = PrometheusRegistry([.gauge("g", "G.")])
        #expect(lines(registry, "g") == [])
        let meter = Meter(label: "g", dimensions: [], factory: registry)
        meter.set(5)
        meter.decrement(by: 1.5)
        #expect(lines(registry, "g") == ["g 3.5"])
        Recorder(label: "g", dimensions: [], aggregate: false, factory: registry).record(7)
        #expect(lines(registry, "g") == ["g 7"])
    }

    @Test("a label without end costs its own metric, and that is told")
    func seriesAreBounded() {
        let registry = PrometheusRegistry([], seriesLimit: 10)
        for number in 0..<1000 {
            Counter(label: "a_total", dimensions: [("id", "\(number)")], factory: registry).increment()
        }
        Counter(label: "b_total", factory: registry).increment()
        #expect(lines(registry, "a_total{").count == 10)
        #expect(lines(registry, "b_total") == ["b_total 1"])
        #expect(lines(registry, "mlc_metric_series_refused_total") == ["mlc_metric_series_refused_total 990"])
        // What is known goes on counting.
        Counter(label: "a_total", dimensions: [("id", "0")], factory: registry).increment()
        #expect(lines(registry, #"a_total{id="0"}"#) == [#"a_total{id="0"} 2"#])
    }

    @Test func aNameOfAnotherKindIsRefused() {
        let registry = PrometheusRegistry([.counter("a_total", "A.")])
        Meter(label: "a_total", dimensions: [("x", "y")], factory: registry).set(3)
        Metrics.Timer(label: "a_total", dimensions: [], factory: registry).recordNanoseconds(1)
        #expect(lines(registry, "a_total") == ["a_total 0"])
    }

    @Test func manyThreadsCountRight() async {
        let registry = PrometheusRegistry([.histogram("h", "H.", buckets: [1, 2])])
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<16 {
                group.addTask {
                    for _ in 0..<1000 {
                        Counter(label: "c_total", dimensions: [("t", "\(task % 4)")], factory: registry)
                            .increment()
                        Recorder(label: "h", dimensions: [], aggregate: true, factory: registry).record(2)
                    }
                }
            }
        }
        #expect(lines(registry, "c_total{") == (0..<4).map { #"c_total{t="\#($0)"} 4000"# })
        #expect(lines(registry, "h_count") == ["h_count 16000"])
        #expect(lines(registry, "h_sum") == ["h_sum 32000"])
    }

    @Test func theSameCountsMakeTheSameText() {
        let registry = PrometheusRegistry([])
        for name in ["z", "a", "m"] {
            Counter(label: name, dimensions: [("k", name)], factory: registry).increment()
        }
        #expect(
            PrometheusText.text(of: registry.families)
                == PrometheusText.text(of: registry.families.reversed())
        )
    }
}
