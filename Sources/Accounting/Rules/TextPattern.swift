/// A text in which `*` stands for any characters, none included: `US-CA-*`, `KIT-*`. Capitals count.
public struct TextPattern: Sendable, Hashable, CustomStringConvertible {
    /// As it stands in the tenant file.
    public let text: String
    /// What stands between the stars.
    private let pieces: [[UInt8]]

    /// Any text is a pattern; one without `*` matches itself alone.
    public init(_ text: String) {
        self.text = text
        pieces = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(
            Array.init
        )
    }

    /// The pattern's text.
    public var description: String { text }

    /// Whether a text is one of those it stands for.
    public func matches(_ candidate: String) -> Bool {
        var rest = Substring(candidate).utf8
        guard let first = pieces.first, rest.starts(with: first) else { return false }
        guard pieces.count > 1, let last = pieces.last else { return rest.count == first.count }
        rest = rest.dropFirst(first.count)
        // The earliest place of each piece leaves the most room for those after it.
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            var found = rest.startIndex
            while !rest[found...].starts(with: piece) {
                guard found < rest.endIndex else { return false }
                rest.formIndex(after: &found)
            }
            rest = rest[found...].dropFirst(piece.count)
        }
        return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
    }
}
