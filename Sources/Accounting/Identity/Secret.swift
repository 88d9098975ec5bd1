import Foundation

/// A text that is never printed: not by interpolation, not by `dump`, not in a debugger's summary.
///
/// Its bytes lie in memory that core files leave out and that is overwritten when the last copy is let go of. What is
/// made of it, a header or a `String` handed to `withText`, is not: make it late, keep it short.
public struct Secret: Sendable {
    // Written once, in `init`, and only read from then on.
    private final class Storage: @unchecked Sendable {
        let memory: SecretMemory

        init(_ bytes: UnsafeRawBufferPointer) {
            memory = SecretMemory(count: bytes.count)
            memory.bytes.copyMemory(from: bytes)
        }
    }

    private let storage: Storage

    /// Keeps a text.
    public init(_ text: String) {
        var text = text
        storage = text.withUTF8 { Storage(UnsafeRawBufferPointer($0)) }
    }

    /// Keeps a text given as UTF-8; bytes that are no text are replaced as `String(decoding:as:)` does.
    public init(utf8 bytes: UnsafeRawBufferPointer) { storage = Storage(bytes) }

    /// True for the empty text.
    public var isEmpty: Bool { storage.memory.bytes.isEmpty }

    /// Hands the text to `body`. It must not be kept or logged there.
    public func withText<Result, Failure>(
        _ body: (String) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // The memory is wiped with the last reference, which the compiler may let go before its last use.
        try withBytes { bytes throws(Failure) in try body(String(decoding: bytes, as: UTF8.self)) }
    }

    /// Hands the text's UTF-8 to `body`, without a copy. It must not be kept there.
    public func withBytes<Result, Failure>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeRawBufferPointer(storage.memory.bytes))
    }

    /// The same secret without white space around it: what a file or a paste brings along.
    public var trimmed: Secret {
        withText { text in
            let characters = text.drop { $0.isWhitespace }
            let end = characters.lastIndex { !$0.isWhitespace }
            return Secret(end.map { String(characters[...$0]) } ?? "")
        }
    }

    /// `other` with every occurrence of this secret blotted out.
    public func redacted(from other: String) -> String {
        guard storage.memory.bytes.count >= Self.shortestRedacted else { return other }
        return withText { text in
            other.split(separator: text, omittingEmptySubsequences: false).joined(separator: Self.mask)
        }
    }

    /// A shorter one would blot out what is none.
    private static let shortestRedacted = 4
    static let mask = "[secret]"
}

extension Secret: Hashable {
    /// Takes as long whether the first or the last byte differs.
    public static func == (one: Secret, other: Secret) -> Bool {
        one.withBytes { one in
            other.withBytes { other in
                guard one.count == other.count else { return false }
                return zip(one, other).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
            }
        }
    }

    /// Of the text.
    public func hash(into hasher: inout Hasher) { withBytes { hasher.combine(bytes: $0) } }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `[secret]`.
    public var description: String { Self.mask }
    /// Always `[secret]`.
    public var debugDescription: String { Self.mask }
    /// Shows nothing inside.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
