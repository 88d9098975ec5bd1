/// Collects the header lines of an answer, within bounds.
struct ResponseHead {
    /// Far above what the two commerce and accounting systems send; a peer cannot make us hold more.
    static let maximumBytes = 64 << 10
    static let maximumCount = 200

    private enum Phase { case statusLine, fields, complete }

    private(set) var status = 0
    private(set) var headers = HTTPHeaders()
    private var byteCount = 0
    private var phase = Phase.statusLine

    /// Whether the status line of the final answer, not an interim one, has come.
    var hasFinalStatus: Bool { phase != .statusLine && status >= 200 }

    var isComplete: Bool { phase == .complete }

    /// Takes one line with its line break.
    /// - Returns: why the answer has to be given up, or `nil`.
    mutating func take(_ line: some Collection<UInt8>) -> String? {
        if phase == .complete { return nil }  // trailers
        byteCount += line.count
        guard byteCount <= Self.maximumBytes else { return "headers larger than \(Self.maximumBytes) bytes" }
        let text = String(decoding: line, as: UTF8.self).trimmingHeaderSpace()
        switch phase {
        case .statusLine: return takeStatus(text)
        case .fields where text.isEmpty:
            endFields()
            return nil
        case .fields, .complete: return takeField(text, isContinuation: line.first?.isHeaderSpace ?? false)
        }
    }

    private mutating func takeStatus(_ text: Substring) -> String? {
        let words = text.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), let code = Int(words[1]),
            (100...599).contains(code)
        else { return "no status line" }
        status = code
        phase = .fields
        return nil
    }

    private mutating func takeField(_ text: Substring, isContinuation: Bool) -> String? {
        // Obsolete line folding (RFC 9112 §5.2): a user agent may refuse it.
        guard !isContinuation, let colon = text.firstIndex(of: ":") else { return "malformed header line" }
        guard headers.fields.count < Self.maximumCount else {
            return "more than \(Self.maximumCount) headers"
        }
        headers.append(
            String(text[..<colon]),
            String(text[text.index(after: colon)...].trimmingHeaderSpace())
        )
        return nil
    }

    /// After an interim answer (1xx) another one follows, and its bytes still count.
    private mutating func endFields() {
        if status >= 200 {
            phase = .complete
        } else {
            headers = HTTPHeaders()
            phase = .statusLine
        }
    }
}

extension BidirectionalCollection where Element == Character {
    fileprivate func trimmingHeaderSpace() -> SubSequence {
        let isSpace: (Character) -> Bool = {
            $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n" || $0 == "\r\n"
        }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) })
        else { return self[endIndex...] }
        return self[first...last]
    }
}

extension UInt8 {
    fileprivate var isHeaderSpace: Bool { self == 0x20 || self == 0x09 }
}
