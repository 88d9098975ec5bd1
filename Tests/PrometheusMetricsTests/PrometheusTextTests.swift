import Metrics
import Testing

@testable import PrometheusMetrics

/// The text exposition format, version 0.0.4.
@Suite(.timeLimit(.minutes(1)))
struct PrometheusTextTests {
    @Test func familiesAreToldByNameWithHelpAndType() {
        let text = PrometheusText.text(of: [
            MetricFamily(.gauge("b_seconds", "Some \\ help\nin two lines."), 1.5),
            MetricFamily(
                .counter("a_total", "Counts."),
                [MetricSample(labels: [MetricLabel("kind", "x")], value: 3)]
            ),
            MetricFamily(.gauge("c", "Nothing to tell."), []),
        ])
        #expect(
            text == #"""
                # HELP a_total Counts.
                # TYPE a_total counter
                a_total{kind="x"} 3
                # HELP b_seconds Some \\ help\nin two lines.
                # TYPE b_seconds gauge
                b_seconds 1.5

                """#
        )
    }

    @Test("what would break a line is escaped in values")
    func valuesAreEscaped() {
        let labels = [
            MetricLabel("a", "back\\slash"), MetricLabel("b", "\"quoted\"\nline"), MetricLabel("c", "é"),
        ]
        let text = PrometheusText.text(of: [
            MetricFamily(.gauge("g", ""), [MetricSample(labels: labels, value: 0)])
        ])
        #expect(text == "# TYPE g gauge\ng{a=\"back\\\\slash\",b=\"\\\"quoted\\\"\\nline\",c=\"é\"} 0\n")
    }

    @Test(arguments: [
        (0.0, "0"), (-3, "-3"), (1_764_490_000, "1764490000"), (0.25, "0.25"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"), (.nan, "NaN"), (1e300, "1e+300"), (0.00001, "1e-05"),
    ])
    func numbersAreAsGoReadsThem(_ value: Double, _ text: String) {
        #expect(PrometheusText.number(value) == text)
    }

    @Test(arguments: [("plain_name", "plain_name"), ("with-dash.é", "with_dash__"), ("0x", "_0x"), ("", "_")])
    func namesAreMadeLegal(_ given: String, _ legal: String) {
        #expect(PrometheusText.name(given) == legal)
    }
}
