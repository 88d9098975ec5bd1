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
        /// 401: wrong password, locked user, perhaps an unknown company; Sage does not tell.
        case credentials
        /// 403: signed in, but not allowed.
        case forbidden
        /// 404 `RecordNotFound`.
        case notFound
        /// The business layer refuses, with its code, for instance `FieldInvalid`.
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
    /// Sage 300's own words or the transport's; at most 2 kB, one line.
    public let message: String

    init(_ cause: Cause, status: Int? = nil, operation: String, message: String) {
        self.cause = cause
        self.status = status
        self.operation = operation
        self.message = message
    }

    /// A call that was not made, because the sign-in is known to be refused.
    public static func refusedSignIn(_ detail: String) -> SageError {
        SageError(.credentials, operation: "sign-in", message: detail)
    }

    /// What was asked and what came of it.
    public var description: String {
        let status = status.map { " (\($0))" } ?? ""
        return "\(operation)\(status): \(message)"
    }

    /// The failure a document or a company gets from it.
    public var failure: Failure {
        switch cause {
        case .unreachable:
            Failure(
                .unreachable,
                code: "sage-unreachable",
                reason: "Sage 300 cannot be reached: \(message).",
                nextStep: "It is tried again by itself; check the server and the network if it lasts."
            )
        case .noAnswer:
            Failure(
                .inDoubt,
                code: "sage-no-answer",
                reason: "Sage 300 did not answer \(operation): \(message).",
                nextStep: "It is looked up before anything is sent again."
            )
        case .busy:
            Failure(
                .transient,
                code: "sage-busy",
                reason: "Sage 300 is busy: \(message)",
                nextStep: "It is tried again by itself."
            )
        case .credentials:
            Failure(
                .credentials,
                code: "sage-sign-in-refused",
                reason:
                    "Sage 300 refused the sign-in (401): the user or password may be wrong, the user locked or "
                    + "its password expired, or the company unknown; Sage 300 answers all of them alike.",
                nextStep:
                    "Check the user in Sage 300's Administrative Services. If sage.username or sage.password "
                    + "is wrong, correct the tenant file and run `connectorctl tenant apply`; if the user was only "
                    + "locked, unlock it there and run `connectorctl tenant resume`."
            )
        case .forbidden:
            Failure(
                .rights,
                code: "sage-forbidden",
                reason: "Sage 300 does not allow \(operation): \(message)",
                nextStep:
                    "Give the user the right \"Sage 300 Web API\" and the right for the record in the module's "
                    + "security group, then replay."
            )
        case .notFound:
            Failure(
                .ledger,
                code: "sage-not-found",
                reason: "Sage 300 does not know what \(operation) names: \(message)",
                nextStep: "Create it in Sage 300 or correct the tenant file, then replay."
            )
        case .refused(let code):
            Failure(
                .ledger,
                code: "sage-refused",
                reason: "Sage 300 refused it: \(message)",
                subject: code,
                nextStep: "Correct it in Sage 300 or in the tenant file as the message says, then replay."
            )
        case .unreadable:
            Failure(
                .transient,
                code: "sage-unreadable-answer",
                reason: "Sage 300 answered \(operation) with something that is not its own: \(message)",
                nextStep:
                    "It is tried again by itself; a proxy or maintenance page may stand before Sage 300."
            )
        }
    }
}
