import ExactJSON

/// The error body of a store: a template with its values kept apart, `{"message": "… %fieldName …",
/// "parameters": …}`, or the other shape of a fatal error (reference Adobe 4).
struct StoreMessage: Sendable, Hashable {
    /// As sent, placeholders not filled in, so that no value gets into a message of ours.
    let template: String
    private let parameters: JSON?
    private let errors: [JSON]

    /// Nil when the value is neither shape.
    init?(_ json: JSON) {
        let fatal = json["messages"]?["error"]?.array?.first?["message"]?.string
        guard let template = json["message"]?.string ?? fatal else { return nil }
        self.template = template
        parameters = json["parameters"]
        errors = json["errors"]?.array ?? []
    }

    /// What access control says is missing, for instance `Magento_Sales::actions_view`.
    var resources: String? { parameters?["resources"]?.string }

    /// The limit a page size was refused for.
    var maximumPageSize: Int? {
        template.contains("pageSize") ? parameters?["max"]?.int : nil
    }

    /// The number an administrator finds the cause by in the store's log.
    var reportID: String? {
        guard let mark = template.firstRange(of: "Report ID: ") else { return nil }
        return String(
            template[mark.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "-" }.prefix(64)
        )
    }

    /// Whether a missing parameter of that beginning is what it is about.
    func names(parameterBeginning beginning: String) -> Bool {
        let values = [parameters] + errors.map { $0["parameters"] }
        return values.contains { $0?["fieldName"]?.string?.hasPrefix(beginning) == true }
    }
}
