/// Why bytes are not JSON, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was wrong.
    public enum Reason: Sendable, Hashable {
        case unexpectedEnd
        case unexpectedByte(UInt8)
        case invalidNumber
        case invalidEscape
        case invalidUTF8
        case trailingBytes
        case tooDeep(limit: Int)
        case tooLarge(limit: Int)
    }

    /// What was wrong.
    public let reason: Reason
    /// Offset in bytes from the start.
    public let offset: Int

    /// One sentence without any of the content.
    public var description: String { "not valid JSON at byte \(offset): \(reason)" }
}
