/// One call to another system that went wrong: what was sent and what came back. Never a credential.
public struct CallEvidence: Sendable, Hashable {
    /// How much of an answer is kept.
    public static let keptAnswer = 2048
    /// How much of a request is kept.
    public static let keptRequest = 64 << 10

    /// What was asked, for instance `POST AR/ARInvoiceBatches`.
    public var operation: String
    /// The body that was sent, of a batch only the document's own part; nil for a read.
    public var request: String?
    /// HTTP status; nil when no answer came.
    public var status: Int?
    /// The beginning of the answer, whatever it is: JSON, a page of HTML, half of either, bytes of no text.
    public var answer: [UInt8]

    /// Evidence from its parts; what is too long is cut.
    public init(operation: String, request: String? = nil, status: Int? = nil, answer: [UInt8] = []) {
        self.operation = operation
        self.request = request.map { Self.cut($0) }
        self.status = status
        self.answer = Array(answer.prefix(Self.keptAnswer))
    }

    /// The answer for people: bytes that are no text are shown as such, control characters as blanks.
    public var answerText: String {
        let text = String(decoding: answer, as: UTF8.self)
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isLayout = scalar == "\n" || scalar == "\t"
                    return scalar.properties.generalCategory == .control && !isLayout ? " " : scalar
                }
            )
        )
    }

    /// The same call with another body: what of it was one document's own.
    public func with(request: String) -> CallEvidence {
        CallEvidence(operation: operation, request: request, status: status, answer: answer)
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > keptRequest else { return text }
        return String(decoding: Array(text.utf8.prefix(keptRequest)), as: UTF8.self) + "…"
    }
}
