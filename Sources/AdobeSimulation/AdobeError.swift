import ExactJSON

/// A refusal in Adobe's own words: the raw template, its values beside it (reference 4).
struct AdobeError: Error, Sendable {
    var status: Int
    var message: String
    var parameters: JSON?
    var errors: [JSON] = []

    init(_ status: Int, _ message: String, parameters: JSON? = nil, errors: [JSON] = []) {
        self.status = status
        self.message = message
        self.parameters = parameters
        self.errors = errors
    }

    var response: StoreResponse {
        var body = JSONObject()
        body["message"] = .string(message)
        if !errors.isEmpty { body["errors"] = .array(errors) }
        if let parameters { body["parameters"] = parameters }
        return StoreResponse(status: status, body: AdobeJSON.bytes(.object(body)))
    }

    // MARK: the usual ones

    static let noRoute = AdobeError(404, "Request does not match any route.")
    static let invalidSignature = AdobeError(401, "The signature is invalid. Verify and try again.")
    static let unknownToken = AdobeError(401, "Specified token does not exist")
    static let unknownConsumer = AdobeError(401, "A consumer having the specified key does not exist")
    static let badNonce = AdobeError(401, "An error occurred validating the nonce")
    static let usedNonce = AdobeError(
        401,
        "The nonce is already being used by the consumer with ID %1",
        parameters: [1]
    )
    static let noSuchEntity = AdobeError(
        404,
        "The entity that was requested doesn't exist. Verify the entity and try again."
    )

    static func noSuchEntity(field: String, value: Int) -> AdobeError {
        AdobeError(
            404,
            "No such entity with %fieldName = %fieldValue",
            parameters: ["fieldName": .string(field), "fieldValue": .int(value)]
        )
    }

    static func required(_ field: String) -> AdobeError {
        AdobeError(
            400,
            "\"%fieldName\" is required. Enter and try again.",
            parameters: ["fieldName": .string(field)]
        )
    }

    static func wrongType(_ value: String, _ type: String) -> AdobeError {
        AdobeError(
            400,
            "The \"%value\" value's type is invalid. The \"%type\" type was expected. Verify and try again.",
            parameters: ["value": .string(value), "type": .string(type)]
        )
    }

    static func notAuthorized(_ resource: String) -> AdobeError {
        AdobeError(
            401,
            "The consumer isn't authorized to access %resources.",
            parameters: ["resources": .string(resource)]
        )
    }

    static func methodNotSupported(_ method: String) -> AdobeError {
        AdobeError(405, "The %1 HTTP method is not supported.", parameters: [.string(method)])
    }

    /// What production mode shows of an exception: an unknown column, for instance.
    static func masked(_ report: Int) -> AdobeError {
        let hex = String(report, radix: 16)
        let padded = String(repeating: "0", count: max(13 - hex.count, 0)) + hex
        return AdobeError(
            500,
            "Internal Error. Details are available in Magento log file. Report ID: webapi-\(padded)"
        )
    }
}
