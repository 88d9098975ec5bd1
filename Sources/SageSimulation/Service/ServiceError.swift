import ExactJSON

/// An answer in Sage 300's error shape.
///
/// Codes and shape: Sage 300 Web API developer reference §12; statuses: 404 documented, 409 seen in the field,
/// the others inferred (reference §5).
struct ServiceError: Error, Sendable {
    enum Code: String, Sendable {
        case unauthorized = "Unauthorized"
        case forbidden = "Forbidden"
        case tooManyRequests = "TooManyRequests"
        case invalidParameters = "InvalidParameters"
        case resourceNotFound = "ResourceNotFound"
        case invalidEntityKey = "InvalidEntityKey"
        case recordNotFound = "RecordNotFound"
        case methodNotAllowed = "MethodNotAllowed"
        case invalidPayload = "InvalidPayload"
        case invalidAction = "InvalidAction"
        case databaseLink = "DBLinkError"
        case internalError = "InternalServerError"
        case recordDuplicate = "RecordDuplicate"
        case recordInvalid = "RecordInvalid"
        case general = "General"
        case fieldInvalid = "FieldInvalid"

        var status: Int {
            switch self {
            case .unauthorized: 401
            case .forbidden: 403
            case .tooManyRequests: 429
            case .invalidParameters, .invalidEntityKey, .invalidPayload, .invalidAction: 400
            case .resourceNotFound, .recordNotFound: 404
            case .methodNotAllowed: 405
            case .databaseLink, .internalError: 500
            case .recordDuplicate, .recordInvalid, .general, .fieldInvalid: 409
            }
        }
    }

    let code: Code
    let message: String
    /// Where the case is unconfirmed and the scenario says otherwise.
    var status: Int?

    init(_ code: Code, _ message: String, status: Int? = nil) {
        self.code = code
        self.message = message
        self.status = status
    }

    var body: JSON {
        [
            "error": [
                "code": .string(code.rawValue),
                "message": ["lang": "en-US", "value": .string(message)],
            ]
        ]
    }
}

extension ServiceError {
    static func doesNotExist(_ what: String, _ value: String) -> ServiceError {
        ServiceError(.fieldInvalid, "\(what) \"\(value)\" does not exist.")
    }

    static let notFound = ServiceError(.recordNotFound, "Record does not exist.")
}
