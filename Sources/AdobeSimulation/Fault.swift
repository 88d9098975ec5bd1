public import StoreGenerator

/// Something that goes wrong on purpose.
public struct Fault: Sendable, Hashable {
    /// What happens.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The answer comes late.
        case latency
        /// Maintenance mode: an HTML page, no Retry-After.
        case status503html
        /// Too many requests, with `retryAfter` if given.
        case status429
        /// The masked internal error.
        case status500
        /// The other shape of a 500, of a fatal error.
        case fatal500
        /// Half the body, then the connection closes.
        case truncate
        /// 200 with a page of a firewall or maintenance module.
        case html200
        /// The connection is reset without an answer.
        case reset
        /// No answer until the client gives up.
        case stall
        /// A byte that is not UTF-8 in the middle of the answer.
        case invalidUTF8
        /// Refused although the request is right, for the `reason`; the nonce is not spent.
        case oauthRefuse
        /// A good answer with so many `megabytes` of white space behind it.
        case oversize
    }

    /// What an `oauthRefuse` says (reference 1.4).
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The signature is invalid.
        case signature
        /// The nonce was used before.
        case nonceUsed
        /// The timestamp or a race for the nonce.
        case timestamp
        /// The token is gone, as after a re-authorisation.
        case unknownToken
        /// The token is another integration's.
        case foreignToken
        /// The token was revoked.
        case revoked
        /// The consumer key is unknown.
        case unknownConsumer
        /// The consumer key has expired.
        case expiredConsumer
        /// The integration is inactive or lacks the right.
        case rights
    }

    /// When it strikes, of the requests that match.
    public enum Occurrence: Sendable, Hashable {
        /// Each time.
        case always
        /// The first few times.
        case first(Int)
        /// Every n-th time.
        case every(Int)
        /// By chance, drawn from the scenario's seed.
        case probability(Share)
    }

    /// Method and path after `/V1/`, `*` for anything: `GET orders*`.
    public var on: String
    /// What happens.
    public var kind: Kind
    /// When.
    public var occurrence: Occurrence
    /// Matching requests let through before any of this counts.
    public var after: Int
    /// Seconds, for `status429` and `status503html`.
    public var retryAfter: Int?
    /// `Retry-After` as an HTTP date by the store's clock instead of seconds.
    public var retryAfterIsDate = false
    /// For `latency`.
    public var milliseconds: Int
    /// For `latency`: as much again for every row of the answer, so that large pages time out.
    public var millisecondsPerRow = 0
    /// For `oauthRefuse`.
    public var reason = Reason.signature
    /// For `oversize`; at most 1024.
    public var megabytes = 64

    /// A fault that strikes every time, unless told otherwise.
    public init(
        on: String,
        kind: Kind,
        occurrence: Occurrence = .always,
        after: Int = 0,
        retryAfter: Int? = nil,
        milliseconds: Int = 1000
    ) {
        self.on = on
        self.kind = kind
        self.occurrence = occurrence
        self.after = after
        self.retryAfter = retryAfter
        self.milliseconds = milliseconds
    }
}

/// Counts what matched and decides what strikes.
struct FaultPlan: Sendable {
    struct Verdict: Sendable {
        var delayMilliseconds = 0
        var delayMillisecondsPerRow = 0
        var fault: Fault?
    }

    private var faults: [(fault: Fault, matched: Int)]
    private var random: UInt64

    init(_ faults: [Fault], seed: UInt64) {
        self.faults = faults.map { ($0, 0) }
        random = seed
    }

    /// Delays add up; of the others the first that strikes counts.
    mutating func strike(method: String, resource: String) -> Verdict {
        var verdict = Verdict()
        for position in faults.indices where Self.matches(faults[position].fault.on, method, resource) {
            faults[position].matched += 1
            let fault = faults[position].fault
            guard strikes(fault.occurrence, time: faults[position].matched - fault.after) else { continue }
            if fault.kind == .latency {
                verdict.delayMilliseconds += fault.milliseconds
                verdict.delayMillisecondsPerRow += fault.millisecondsPerRow
            } else if verdict.fault == nil {
                verdict.fault = fault
            }
        }
        return verdict
    }

    private mutating func strikes(_ occurrence: Fault.Occurrence, time: Int) -> Bool {
        guard time > 0 else { return false }
        switch occurrence {
        case .always: return true
        case .first(let count): return time <= count
        case .every(let count): return time.isMultiple(of: max(count, 1))
        case .probability(let share):
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((random >> 33) % 1_000_000) < share.partsPerMillion
        }
    }

    static func matches(_ pattern: String, _ method: String, _ resource: String) -> Bool {
        let words = pattern.split(separator: " ", maxSplits: 1)
        guard let last = words.last else { return false }
        if words.count == 2, words[0] != "*", words[0] != method { return false }
        return glob(Array(last.utf8)[...], Array(resource.utf8)[...])
    }

    private static func glob(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == UInt8(ascii: "*") {
            if pattern.count == 1 { return true }
            return text.indices.contains { glob(pattern.dropFirst(), text[$0...]) }
                || glob(pattern.dropFirst(), [])
        }
        return text.first == first && glob(pattern.dropFirst(), text.dropFirst())
    }
}
