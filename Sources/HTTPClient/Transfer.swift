import CCurl

/// One exchange in flight: its libcurl handle, what has come so far, and who waits for it.
///
/// Belongs to the `TransferLoop` and its thread. libcurl holds an unretained reference from `prepare` until the
/// handle is removed; the loop's table keeps the object alive for that long.
final class Transfer {
    /// Why one of the callbacks made libcurl stop.
    enum Refusal {
        case cause(HTTPError.Cause)
        /// libcurl was about to send the request a second time.
        case resend
    }

    let id: UInt64
    let exchange: Exchange
    var easy = EasyHandle()
    let continuation: CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>

    var head = ResponseHead()
    var body: [UInt8] = []
    var refusal: Refusal?
    let allowsAddress: (@Sendable (String) -> Bool)?
    var hasRefusedAddress = false
    var hasOpenedSocket = false

    /// When the request was first handed to a connection. From then on the server may have it.
    private(set) var issuedAt: ContinuousClock.Instant?

    init(
        id: UInt64,
        exchange: Exchange,
        allowsAddress: (@Sendable (String) -> Bool)?,
        continuation: CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>
    ) {
        self.id = id
        self.exchange = exchange
        self.allowsAddress = allowsAddress
        self.continuation = continuation
    }

    /// When this transfer has to be looked at again, and what has happened to it if nothing else has by then.
    var deadline: (instant: ContinuousClock.Instant, cause: HTTPError.Cause) {
        let total = (instant: exchange.deadline, cause: HTTPError.Cause.timedOut)
        guard let issuedAt, !head.hasFinalStatus else { return total }
        let firstByte = issuedAt + exchange.request.timeouts.firstByte
        return firstByte < total.instant ? (firstByte, .firstByteTimedOut) : total
    }

    /// Asked by libcurl each time a connection is ready and before the first byte of the request.
    ///
    /// When a reused connection dies before any answer, libcurl sends the request again by itself. The server
    /// may have acted on the first one, so only GET and HEAD may go twice.
    func mayIssue() -> Bool {
        if issuedAt == nil {
            issuedAt = .now
            return true
        }
        guard exchange.request.method.isSafe else {
            refusal = .resend
            return false
        }
        return true
    }

    func takeHeaderLine(_ line: UnsafeRawBufferPointer) -> Bool {
        guard let reason = head.take(line) else { return true }
        refusal = .cause(.protocolViolation(reason))
        return false
    }

    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let limit = exchange.request.maximumBodyBytes
        guard bytes.count <= limit - body.count else {
            refusal = .cause(.bodyTooLarge(limit: limit))
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    func response() -> HTTPResponse {
        HTTPResponse(
            status: head.status,
            headers: head.headers,
            body: body,
            isReusedConnection: easy.usedExistingConnection,
            duration: .now - exchange.start
        )
    }

    func error(_ cause: HTTPError.Cause, _ explanation: String? = nil) -> HTTPError {
        exchange.error(cause, mayHaveBeenSent: issuedAt != nil, explanation)
    }
}

extension HTTPRequest.Method {
    /// Defined not to change anything at the server (RFC 9110 §9.2.1).
    var isSafe: Bool { self == .get || self == .head }
}
