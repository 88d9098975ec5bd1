/// Text that must never be printed: passwords, tokens, keys. Every way of showing it shows `•••`.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    /// Wraps the text.
    public init(_ text: String) { self.text = text }

    /// Hands the text to `body`, the only way to read it.
    public func expose<Result, Failure: Error>(
        _ body: (String) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(text)
    }

    /// True for the empty text, which Sage 300 uses as password when its security is off.
    public var isEmpty: Bool { text.isEmpty }

    /// `•••`.
    public var description: String { "•••" }
    /// `•••`.
    public var debugDescription: String { "•••" }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
