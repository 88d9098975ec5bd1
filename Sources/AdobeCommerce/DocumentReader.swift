import Accounting
import ExactJSON
import Foundation

/// One object of a store's document and where it is. `null`, a missing member and an empty text are the same:
/// nothing (reference Adobe 3.1, null handling).
struct DocumentReader {
    private let object: JSONObject
    let path: String

    init(_ json: JSON, at path: String = "$") throws(AdobeDocumentError) {
        guard let object = json.object else { throw AdobeDocumentError(.notAnObject, at: path) }
        self.object = object
        self.path = path
    }

    /// Text, or a number as it is written.
    func text(_ name: String) throws(AdobeDocumentError) -> String? {
        switch value(name) {
        case nil: nil
        case .string(let text)?: text.withoutNUL
        case .number(let number)?: number.text
        default: throw error(.notText, name)
        }
    }

    /// An amount or a quantity at the 4 decimals the store keeps; PHP prints 0.30000000000000004 for 0.3.
    /// Zero when absent.
    func amount(_ name: String) throws(AdobeDocumentError) -> Amount { try optionalAmount(name) ?? 0 }

    /// An amount, nil when absent.
    func optionalAmount(_ name: String) throws(AdobeDocumentError) -> Amount? {
        let text: String
        switch value(name) {
        case nil: return nil
        case .number(let number)?: text = number.text
        case .string(let string)?: text = string
        default: throw error(.notANumber, name)
        }
        guard let amount = Amount(rounding: text) else { throw error(.notANumber, name) }
        return amount
    }

    /// A whole number; truth values count as 0 and 1.
    func integer(_ name: String) throws(AdobeDocumentError) -> Int? {
        guard let value = value(name) else { return nil }
        guard let integer = value.int else { throw error(.notAnInteger, name) }
        return integer
    }

    /// An id; Adobe's are from 1, zero stands for none.
    func identifier(_ name: String) throws(AdobeDocumentError) -> Int64? {
        guard let integer = try integer(name), integer > 0 else { return nil }
        guard integer < Self.identifierBound else { throw error(.notAnIdentifier, name) }
        return Int64(integer)
    }

    /// An instant.
    func time(_ name: String) throws(AdobeDocumentError) -> Date? {
        guard let text = try text(name) else { return nil }
        guard let date = UTCTime.date(adobe: text) else { throw error(.notATime, name) }
        return date
    }

    /// A nested object. PHP prints an empty one as `[]`.
    func nested(_ name: String) throws(AdobeDocumentError) -> DocumentReader? {
        guard let value = value(name), value != .array([]) else { return nil }
        return try DocumentReader(value, at: "\(path).\(name)")
    }

    /// The objects of an array; nil when absent, `null` elements left out.
    func list(_ name: String) throws(AdobeDocumentError) -> [DocumentReader]? {
        guard let value = value(name) else { return nil }
        guard let elements = value.array else { throw error(.notAnArray, name) }
        var readers: [DocumentReader] = []
        for (position, element) in elements.enumerated() where !element.isNull {
            readers.append(try DocumentReader(element, at: "\(path).\(name)[\(position)]"))
        }
        return readers
    }

    /// Lines of text: an array, or one text with line breaks.
    func lines(_ name: String) throws(AdobeDocumentError) -> [String] {
        guard let array = value(name)?.array else {
            return try text(name)?.split(whereSeparator: \.isNewline).map(String.init) ?? []
        }
        return array.compactMap(\.string).filter { !$0.isEmpty }
    }

    /// What must be there.
    func required<Value>(_ name: String, _ value: Value?) throws(AdobeDocumentError) -> Value {
        guard let value else { throw error(.missing, name) }
        return value
    }

    /// True when the member is an object.
    func isObject(_ name: String) -> Bool { value(name)?.object != nil }

    /// An error about a member.
    func error(_ problem: AdobeDocumentError.Problem, _ name: String) -> AdobeDocumentError {
        AdobeDocumentError(problem, at: "\(path).\(name)")
    }

    private func value(_ name: String) -> JSON? {
        guard let value = object[name], !value.isNull, value != .string("") else { return nil }
        return value
    }

    /// Adobe's ids are `int unsigned`; from here on, what stands between may have rounded them.
    private static let identifierBound = 1 << 53
}
