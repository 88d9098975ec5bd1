public import Accounting
public import ExactJSON
public import Foundation

/// A message nobody can handle, with why: what the dead-letter queues hold.
public struct DeadLetter: Sendable, Hashable {
    /// What died.
    public enum Content: Sendable, Hashable {
        /// A document of ours.
        case document(Envelope)
        /// A message that is none: its first 2 kB, and the queue it was found in.
        case stray(beginning: [UInt8], queue: String)
    }

    /// The schema this program writes.
    public static let schema = 1
    /// How much of a stray message is kept.
    public static let keptBytes = 2048
    /// A larger one is none of ours.
    public static let largestBytes = 40 << 20
    /// How much of a trace is kept.
    public static let keptTraceBytes = 16_000

    /// Identity of the death.
    public var id: UUID
    /// What died.
    public var content: Content
    /// Why.
    public var failure: Failure
    /// When.
    public var failedAt: Date
    /// How often the document was tried.
    public var attempts: Int
    /// Total including tax.
    public var amount: Decimal?
    /// ISO code of `amount`.
    public var currency: String?
    /// How processes died that handled it, for who mends that; at most `keptTraceBytes`.
    public var trace: String?

    /// A dead letter from its parts.
    public init(
        id: UUID = UUID(),
        content: Content,
        failure: Failure,
        failedAt: Date = Date(),
        attempts: Int,
        amount: Decimal? = nil,
        currency: String? = nil,
        trace: String? = nil
    ) {
        self.id = id
        self.content = content
        self.failure = failure
        self.failedAt = failedAt
        self.attempts = attempts
        self.amount = amount
        self.currency = currency
        self.trace = trace.map { String(decoding: $0.utf8.prefix(Self.keptTraceBytes), as: UTF8.self) }
    }

    /// The dead letter as JSON.
    public var json: JSON {
        var object: JSONObject = [
            "schema": .int(Self.schema), "death": .string(id.uuidString.lowercased()),
            "failedAt": .string(Envelope.text(of: failedAt)), "attempts": .int(attempts),
            "class": .string(failure.failureClass.rawValue), "code": .string(failure.code),
            "subject": .string(failure.subject), "reason": .string(failure.reason),
            "nextStep": .string(failure.nextStep), "moneyAtRisk": .bool(failure.moneyAtRisk),
            "amount": amount.map { .string($0.description) } ?? .null,
            "currency": currency.map(JSON.string) ?? .null,
        ]
        // Only where there is something: letters of earlier releases have none of these.
        if !failure.words.isEmpty { object["words"] = .string(failure.words) }
        if let evidence = failure.evidence { evidence.write(into: &object) }
        if let trace { object["trace"] = .string(trace) }
        switch content {
        case .document(let envelope): object["envelope"] = envelope.json
        case .stray(let beginning, let queue):
            object["queue"] = .string(queue)
            object["beginning"] = .string(Data(beginning.prefix(Self.keptBytes)).base64EncodedString())
        }
        return .object(object)
    }

    /// Reads a dead letter; nil for anything that is none, which the reader then treats as stray.
    public init?(parsing body: [UInt8]) {
        guard let json = try? JSON(parsing: body, limits: .init(depth: 52, bytes: Self.largestBytes)),
            json["schema"]?.int == Self.schema,
            let id = json["death"]?.string.flatMap(UUID.init(uuidString:)),
            let failureClass = json["class"]?.string.flatMap(FailureClass.init(rawValue:)),
            let code = json["code"]?.string, let reason = json["reason"]?.string,
            let failedAt = json["failedAt"]?.string.flatMap({ try? Date($0, strategy: Envelope.timeFormat) })
        else { return nil }
        let content: Content
        if let envelope = json["envelope"] {
            guard let envelope = try? Envelope(json: envelope) else { return nil }
            content = .document(envelope)
        } else {
            guard let beginning = json["beginning"]?.string.flatMap({ Data(base64Encoded: $0) }),
                let queue = json["queue"]?.string
            else { return nil }
            content = .stray(beginning: [UInt8](beginning), queue: queue)
        }
        self.init(
            id: id,
            content: content,
            failure: Failure(
                failureClass,
                code: code,
                reason: reason,
                subject: json["subject"]?.string ?? "",
                words: json["words"]?.string ?? "",
                moneyAtRisk: json["moneyAtRisk"]?.bool ?? false,
                nextStep: json["nextStep"]?.string ?? "",
                evidence: CallEvidence(letter: json)
            ),
            failedAt: failedAt,
            attempts: json["attempts"]?.int ?? 1,
            amount: json["amount"]?.decimal,
            currency: json["currency"]?.string,
            trace: json["trace"]?.string
        )
    }
}
