/// A text that is never printed: not by interpolation, not by `dump`, not in a debugger's summary.
public struct Secret: Sendable, Hashable {
    private let text: String

    /// Keeps a text.
    public init(_ text: String) { self.text = text }

    /// True for the empty text.
    public var isEmpty: Bool { text.isEmpty }

    /// Hands the text to `body`, the only way to it. It must not be kept or logged there.
    public func withText<Result, Failure>(
        _ body: (String) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(text)
    }

    /// The same secret without white space around it: what a file or a paste brings along.
    public var trimmed: Secret {
        let characters = text.drop { $0.isWhitespace }
        let end = characters.lastIndex { !$0.isWhitespace }
        return Secret(end.map { String(characters[...$0]) } ?? "")
    }

    /// `other` with every occurrence of this secret blotted out.
    public func redacted(from other: String) -> String {
        text.utf8.count < 4
            ? other
            : other.split(separator: text, omittingEmptySubsequences: false)
                .joined(separator: Self.mask)
    }

    private static let mask = "[secret]"
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `[secret]`.
    public var description: String { Self.mask }
    /// Always `[secret]`.
    public var debugDescription: String { Self.mask }
    /// Shows nothing inside.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
