public import Accounting
public import ExactJSON

/// A person's correction of a kept source document: names, addresses and mail, and nothing that money, identity or the
/// period depends on.
public struct SourceCorrection: Sendable {
    /// One field that was set.
    public struct Change: Sendable, Hashable {
        /// Where, for instance `billing_address.street[0]`.
        public let path: String
        /// What stood there; nil for nothing.
        public let before: String?
        /// What stands there now.
        public let after: String
    }

    /// What changed; a field that held the value already is not among it.
    public private(set) var changes: [Change] = []
    /// The corrected document.
    public private(set) var source: JSON

    /// Sets fields of a document, each a text.
    /// - Throws: `SourceCorrectionError` for a field that may not be set, is not there, or cannot hold the value.
    public init(
        _ source: JSON,
        of kind: DocumentKind,
        setting fields: [(path: String, value: String)]
    ) throws(SourceCorrectionError) {
        self.source = source
        let allowed = Self.allowed(kind, source)
        for (text, value) in fields {
            guard let path = SourcePath(text) else { throw .badPath(text) }
            guard allowed.contains(path.pattern) else { throw .notAllowed(path.text) }
            guard Self.isFit(value) else { throw .badValue(path.text) }
            let before = try Self.text(at: path, in: self.source)
            guard before != value else { continue }
            guard let changed = self.source.setting(path.parts[...], to: .string(value)) else {
                throw .noSuchField(path.text)
            }
            self.source = changed
            changes.append(Change(path: path.text, before: before, after: value))
        }
    }

    /// The fields that may be set in a document of a kind; `[]` stands for any position of a list.
    public static func allowed(_ kind: DocumentKind, _ source: JSON) -> [String] {
        switch kind {
        case .customer: customer
        case .order: order
        case .invoice: within("order", order) + within("invoice", lines)
        case .creditmemo: within("order", order) + within("creditmemo", lines)
        case .shipment: within("order", order)
        case .cancellation:
            source["invoice"] == nil ? order : within("order", order) + within("invoice", lines)
        }
    }

    private static let address = [
        "firstname", "lastname", "company", "street[]", "city", "region", "region_code", "postcode",
        "country_id", "telephone",
    ]
    private static let lines = ["items[].name"]
    private static let order =
        ["customer_email", "customer_firstname", "customer_lastname"] + lines
        + within("billing_address", address) + within(SourcePath.shippingAddress, address)
    private static let customer =
        ["email", "firstname", "lastname"]
        + within(
            "addresses[]",
            address.filter { !$0.hasPrefix("region") } + ["region.region", "region.region_code"]
        )

    private static func within(_ place: String, _ fields: [String]) -> [String] {
        fields.map { "\(place).\($0)" }
    }

    /// One line of at most 255 characters, as Adobe's own columns hold.
    private static func isFit(_ value: String) -> Bool {
        value.count <= 255
            && value.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    private static func text(at path: SourcePath, in source: JSON) throws(SourceCorrectionError) -> String? {
        guard let value = source.value(at: path.parts[...]), !value.isNull else { return nil }
        guard let text = value.string else { throw .noSuchField(path.text) }
        return text
    }
}

/// Why a correction is refused.
public enum SourceCorrectionError: Error, Sendable, Hashable, CustomStringConvertible {
    case badPath(String)
    case notAllowed(String)
    case noSuchField(String)
    case badValue(String)

    /// What is wrong and what may be set instead.
    public var description: String {
        switch self {
        case .badPath(let path):
            "\(path) is no path of a field; one looks like billing_address.street[0]."
        case .notAllowed(let path):
            "\(path) may not be edited: only names, addresses and e-mail may, never what money, numbers or the period "
                + "depend on. `connectorctl dead edit ID` lists the fields."
        case .noSuchField(let path): "There is no text \(path) in this document."
        case .badValue(let path): "\(path) takes one line of at most 255 characters."
        }
    }
}

/// A place in a source document: `billing_address.street[0]`.
private struct SourcePath {
    /// Where Adobe keeps where goods go; `shipping_address` for short.
    static let shippingAddress = "extension_attributes.shipping_assignments[].shipping.address"

    let parts: [JSONPlace]

    /// Nil for what is no path.
    init?(_ text: String) {
        var parts: [JSONPlace] = []
        let text =
            Self.spelledOut(text, "shipping_address.") ?? Self.spelledOut(text, "order.shipping_address.")
            ?? text
        for piece in text.split(separator: ".", omittingEmptySubsequences: false) {
            let bracket = piece.firstIndex(of: "[") ?? piece.endIndex
            guard bracket > piece.startIndex else { return nil }
            parts.append(.member(String(piece[..<bracket])))
            guard bracket < piece.endIndex else { continue }
            guard piece.last == "]", let index = Int(piece[piece.index(after: bracket)...].dropLast()),
                (0..<10_000).contains(index)
            else { return nil }
            parts.append(.element(index))
        }
        self.parts = parts
    }

    var text: String { written { "[\($0)]" } }

    /// With `[]` for every position.
    var pattern: String { written { _ in "[]" } }

    private func written(_ position: (Int) -> String) -> String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .member(let name): text += text.isEmpty ? name : ".\(name)"
            case .element(let index): text += position(index)
            }
        }
    }

    private static func spelledOut(_ text: String, _ short: String) -> String? {
        guard text.hasPrefix(short) else { return nil }
        let place = shippingAddress.replacing("[]", with: "[0]")
        return (short.hasPrefix("order.") ? "order." : "") + place + "." + text.dropFirst(short.count)
    }
}

private enum JSONPlace: Hashable {
    case member(String)
    case element(Int)
}

extension JSON {
    fileprivate func value(at parts: ArraySlice<JSONPlace>) -> JSON? {
        switch parts.first {
        case nil: return self
        case .member(let name)?: return self[name]?.value(at: parts.dropFirst())
        case .element(let index)?:
            guard let array, array.indices.contains(index) else { return nil }
            return array[index].value(at: parts.dropFirst())
        }
    }

    /// The value with one place of it replaced. A last member may be new, and so may the line after the last of a list.
    fileprivate func setting(_ parts: ArraySlice<JSONPlace>, to value: JSON) -> JSON? {
        switch parts.first {
        case nil: return value
        case .member(let name)?:
            guard var object else { return nil }
            let isLast = parts.count == 1
            guard let inner = object[name] ?? (isLast ? .null : nil),
                let changed = inner.setting(parts.dropFirst(), to: value)
            else { return nil }
            object[name] = changed
            return .object(object)
        case .element(let index)?:
            guard var array, index <= array.count else { return nil }
            let isNew = index == array.count
            guard !isNew || parts.count == 1 else { return nil }
            guard let changed = (isNew ? JSON.null : array[index]).setting(parts.dropFirst(), to: value)
            else {
                return nil
            }
            if isNew { array.append(changed) } else { array[index] = changed }
            return .array(array)
        }
    }
}
