import ExactJSON

/// The error body of a store: a template with its values kept apart, `{"message": "… %fieldName …",
/// "parameters": …}`, or the other shape of a fatal error (reference Adobe 4). Some versions and extensions fill the
/// values in.
struct StoreMessage: Sendable, Hashable {
    /// As sent.
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

    /// What access control says is missing, for instance `Magento_Sales::actions_view`; empty where it says that
    /// something is missing, and not what. Nil when it is no such message.
    var resources: [String]? {
        switch parameters?["resources"] {
        case .string(let resource)?: return [resource]
        case .array(let list)?: return list.compactMap(\.string)
        default: break
        }
        for beginning in Self.refusedAccess where template.hasPrefix(beginning) {
            return Self.resources(in: template.dropFirst(beginning.count))
        }
        return nil
    }

    private static let refusedAccess = [
        "The consumer isn't authorized to access ", "The consumer isn\u{2019}t authorized to access ",
        "Consumer is not authorized to access ",
    ]

    /// The names in `Magento_Sales::sales_invoice, Magento_Sales::shipment.`; a placeholder is none.
    private static func resources(in text: Substring) -> [String] {
        text.split { $0 == "," || $0 == " " }.map { name in
            String(name.last == "." ? name.dropLast() : name)
        }.filter { !$0.isEmpty && !$0.hasPrefix("%") }
    }

    /// The limit a page size was refused for.
    var maximumPageSize: Int? {
        guard template.contains("pageSize") else { return nil }
        if let maximum = parameters?["max"]?.int ?? parameters?.array?.first?.int { return maximum }
        guard template.hasPrefix("Maximum ") else { return nil }
        return template.split { !$0.isASCII || !$0.isNumber }.last.flatMap { Int($0) }
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
        if template.hasPrefix("\"\(beginning)") { return true }
        let messages = errors.compactMap { $0["message"]?.string }
        if messages.contains(where: { $0.hasPrefix("\"\(beginning)") }) { return true }
        let values = [parameters] + errors.map { $0["parameters"] }
        return values.contains { $0?["fieldName"]?.string?.hasPrefix(beginning) == true }
    }

    /// Whether its values are a list of one number, as only those of a used nonce are among the refusals of a
    /// sign-in: the id of the integration.
    var hasOnlyANumber: Bool { parameters?.array?.count == 1 && parameters?.array?.first?.int != nil }
}
