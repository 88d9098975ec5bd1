import ExactJSON

/// A process of Sage 300 that runs over a range of batches.
///
/// The names of its properties are documented for some processes only and may vary between releases; `$template`
/// tells them (reference Sage 1, 7).
struct SageProcess: Sendable {
    let path: String
    /// Nil where none are documented.
    let documented: Names?

    /// What the properties are called.
    struct Names: Sendable, Hashable {
        var from: String
        var to: String
        /// Says that the range counts, not everything that is ready; nil where there is no such property.
        var onlyRange: OnlyRange?
    }

    /// The property that could also say "all", with the value that does not.
    struct OnlyRange: Sendable, Hashable {
        var name: String
        var value: JSON
    }

    static let postInvoices = SageProcess(
        path: "AR/ARPostInvoices",
        documented: Names(
            from: "PostBatchFrom",
            to: "PostBatchTo",
            onlyRange: OnlyRange(name: "PostAllBatches", value: "Donotpostallbatches")
        )
    )

    static let postJournal = SageProcess(path: "GL/GLPostJournal", documented: nil)

    /// The request for one batch.
    static func body(_ names: Names, batch: JSON) -> JSON {
        var body = JSONObject()
        if let onlyRange = names.onlyRange { body[onlyRange.name] = onlyRange.value }
        body[names.from] = batch
        body[names.to] = batch
        return .object(body)
    }
}

extension SageProcess.Names {
    /// Chooses by what the names mean. Nil unless beginning and end are told beyond doubt.
    init?(template: JSON) {
        let properties = (template.object ?? JSONObject()).map { (name: $0.name, value: $0.value) }
        let from = properties.filter { Self.meaning($0.name) == "from" }
        let to = properties.filter { ["to", "through", "thru"].contains(Self.meaning($0.name)) }
        guard from.count == 1, to.count == 1 else { return nil }
        self.from = from[0].name
        self.to = to[0].name
        let all = properties.filter { Self.meaning($0.name).hasPrefix("all") }
        guard all.count <= 1 else { return nil }
        if let all = all.first {
            guard let value = Self.onlyRange(all.value) else { return nil }
            onlyRange = SageProcess.OnlyRange(name: all.name, value: value)
        }
    }

    /// What is left of a name without the words that all of them have: `from` of `PostBatchFrom`, `FromBatchNumber`
    /// and `BATCHIDFROM`.
    private static func meaning(_ name: String) -> String {
        ["posting", "post", "batches", "batch", "number", "range", "id", "_"].reduce(name.lowercased()) {
            rest,
            word in
            rest.replacing(word, with: "")
        }
    }

    /// The value that does not say "all"; nil when it cannot be told.
    private static func onlyRange(_ value: JSON) -> JSON? {
        if value.bool != nil { return false }
        guard let text = value.string?.lowercased() else { return nil }
        if text == "yes" || text == "no" { return "No" }
        if text.hasPrefix("donot"), let given = value.string { return .string(given) }
        return text.contains("all") ? "Donotpostallbatches" : nil
    }
}
