public import Accounting

/// Why a call to Sage 300 did not do what was asked (reference Sage 2, 5).
public struct SageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What happened, told apart by what may be done about it.
    public enum Cause: Sendable, Hashable {
        /// The request never left: no name, no connection, no TLS.
        case unreachable
        /// The request may have arrived, and its answer did not, or is none of Sage 300's: what was asked may
        /// have been done.
        case noAnswer
        /// 429, or a conflict with other work: nothing was done, and it can be tried again later.
        case busy
        /// Somebody else is at work on this very record; nothing was done, and the company is well.
        case locked
        /// 401: wrong password, locked user, perhaps an unknown company; Sage does not tell.
        case credentials
        /// 403: signed in, but not allowed.
        case forbidden
        /// Sage 300 itself cannot open the company or the module: `DBLinkError`, `SessionError`,
        /// `ResourceNotFound`. Nothing was done, and nothing of that company and module will be.
        case unavailable(code: String)
        /// 404 `RecordNotFound`.
        case notFound
        /// It refuses the request, with its code, for instance `FieldInvalid`; nothing was done. What IIS refuses
        /// before Sage 300 sees it has a code of ours: `BodyTooLarge`, `QueryTooLong`, `BadPath`.
        case refused(code: String)
        /// Answered with something that cannot be read where an answer was needed.
        case unreadable
    }

    /// What happened.
    public let cause: Cause
    /// HTTP status; nil without an answer.
    public let status: Int?
    /// What was asked, for instance `POST AR/ARInvoiceBatches`.
    public let operation: String
    /// Of which company; nil when no call was made.
    public let company: CompanyID?
    /// Sage 300's own words or the transport's; at most 2 kB, one line.
    public let message: String
    /// What was sent and what came back; nil when no call was made.
    public let evidence: CallEvidence?

    init(
        _ cause: Cause,
        status: Int? = nil,
        operation: String,
        company: CompanyID? = nil,
        message: String,
        evidence: CallEvidence? = nil
    ) {
        self.cause = cause
        self.status = status
        self.operation = operation
        self.company = company
        self.message = message
        self.evidence = evidence
    }

    /// A call that was not made, because the sign-in is known to be refused.
    public static func refusedSignIn(_ detail: String) -> SageError {
        SageError(.credentials, operation: "sign-in", message: detail)
    }

    /// A read that was answered with 200 and something else than was asked for.
    static func unreadable(_ path: String, _ company: CompanyID, _ message: String) -> SageError {
        SageError(.unreadable, status: 200, operation: "GET \(path)", company: company, message: message)
    }

    /// What was asked and what came of it.
    public var description: String {
        let status = status.map { " (\($0))" } ?? ""
        return "\(operation)\(status): \(message)"
    }

    /// The module that was asked, for instance `AR`; nil when no call was made.
    public var module: String? {
        guard let path = operation.split(separator: " ").last, path.contains("/") else { return nil }
        return path.split(separator: "/").first.map(String.init)
    }
}
