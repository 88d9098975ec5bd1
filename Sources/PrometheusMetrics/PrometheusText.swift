/// Prometheus' text exposition format, version 0.0.4.
public enum PrometheusText {
    /// What it is served as.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Families by name, each with its help and type before its samples. The same families make the same text.
    public static func text(of families: [MetricFamily]) -> String {
        var text = ""
        for family in families.sorted(by: { $0.description.name < $1.description.name })
        where !family.samples.isEmpty {
            let description = family.description
            if !description.help.isEmpty {
                text += "# HELP \(description.name) \(escapedHelp(description.help))\n"
            }
            text += "# TYPE \(description.name) \(description.kind.rawValue)\n"
            for sample in family.samples { text += line(sample, of: description.name) }
        }
        return text
    }

    private static func line(_ sample: MetricSample, of name: String) -> String {
        let labels = sample.labels.map { "\($0.name)=\"\(escapedValue($0.value))\"" }.joined(separator: ",")
        return "\(name)\(sample.suffix)\(labels.isEmpty ? "" : "{\(labels)}") \(number(sample.value))\n"
    }

    /// As Go's `ParseFloat` reads it, whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if value == value.rounded(), value.magnitude < 1e15 { return String(Int64(value)) }
        return "\(value)"
    }

    private static func escapedValue(_ text: String) -> String {
        guard text.utf8.contains(where: { [0x5C, 0x22, 0x0A].contains($0) }) else { return text }
        return text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func escapedHelp(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    /// What a metric or, without colons, a label may be called: whatever else is in it becomes `_`.
    static func name(_ text: String, isLabel: Bool = false) -> String {
        var name = String(
            text.unicodeScalars.map { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "_": Character(scalar)
                case ":" where !isLabel: Character(scalar)
                default: "_"
                }
            }
        )
        if name.first.map({ ("0"..."9").contains($0) }) ?? true { name = "_" + name }
        return name
    }
}
