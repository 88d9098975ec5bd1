import Testing

@testable import Sage300

/// What an answer means, by status and body, for a read and for a write.
struct AnswerTests {
    private static func body(_ code: String, _ text: String = "No.") -> String {
        #"{"error":{"code":"\#(code)","message":{"lang":"en-US","value":"\#(text)"}}}"#
    }

    private static let page = "<html><body>Service Unavailable</body></html>"

    private static let timeLimit = "Your request could not be completed within the time limit."
    private static let detailed = "<h3>HTTP Error 404.13 - Not Found</h3>"
    private static let longQuery = "<h3>HTTP Error 404.15 - Not Found</h3>"
    private static let badPath =
        "A potentially dangerous Request.Path value was detected from the client (*)."
    private static let timedOut = "<title>Request timed out.</title>"
    private static let yellow = "<title>Server Error in '/Sage300WebApi' Application.</title>"
    private static let readOnly =
        "Batch 7 is set to Ready To Post. You may view but cannot modify its contents."
    private static let dayEnd = "Day End Processing is being run by another user."

    /// What both a read and a write come to.
    private static let alike: [(Int, String, SageError.Cause)] = [
        (401, body("Unauthorized"), .credentials), (401, page, .credentials), (401, "", .credentials),
        (403, body("Forbidden"), .forbidden), (403, page, .forbidden), (400, body("Forbidden"), .forbidden),
        (403, body("NotAuthorized"), .forbidden), (404, body("RecordNotFound"), .notFound),
        (400, body("RecordNotFound"), .notFound),
        (500, body("DBLinkError"), .unavailable(code: "DBLinkError")),
        (503, body("DBLinkError"), .unavailable(code: "DBLinkError")),
        (409, body("DBLinkError"), .unavailable(code: "DBLinkError")),
        (500, body("SessionError"), .unavailable(code: "SessionError")),
        (403, body("SessionError"), .unavailable(code: "SessionError")),
        (404, body("ResourceNotFound"), .unavailable(code: "ResourceNotFound")),
        (400, body("InvalidParameters"), .refused(code: "InvalidParameters")),
        (400, body("InvalidEntityKey"), .refused(code: "InvalidEntityKey")),
        (400, body("InvalidPayload"), .refused(code: "InvalidPayload")),
        (500, body("InvalidPayload"), .refused(code: "InvalidPayload")),
        (400, body("InvalidAction"), .refused(code: "InvalidAction")),
        (405, body("MethodNotAllowed"), .refused(code: "MethodNotAllowed")), (405, page, .unreadable),
        (409, body("RecordDuplicate"), .refused(code: "RecordDuplicate")),
        (409, body("RecordDuplicate", dayEnd), .refused(code: "RecordDuplicate")),
        (409, body("RecordInvalid"), .refused(code: "RecordInvalid")),
        (422, body("RecordInvalid"), .refused(code: "RecordInvalid")),
        (409, body("FieldInvalid"), .refused(code: "FieldInvalid")),
        (409, body("General"), .refused(code: "General")),
        (409, body("General", readOnly), .refused(code: "General")),
        (409, body("General", "Processing conflict."), .busy),
        (409, body("General", "Post in Progress"), .busy),
        (409, body("General", "Record has been modified by another program."), .locked),
        (
            409, body("General", "The record could not be updated because another user has modified it."),
            .locked
        ),
        (409, body("General", "Batch 7 cannot be edited because it is locked by another user."), .locked),
        (423, body("FieldInvalid", "Processing conflict"), .busy), (429, body("TooManyRequests"), .busy),
        (503, body("TooManyRequests"), .busy), (429, page, .busy), (429, body("General"), .busy),
        (404, page, .unreadable), (404, detailed, .refused(code: "BodyTooLarge")),
        (413, page, .refused(code: "BodyTooLarge")), (404, longQuery, .refused(code: "QueryTooLong")),
        (414, "", .refused(code: "QueryTooLong")), (400, page, .unreadable),
        (400, badPath, .refused(code: "BadPath")),
        (400, "<h2>Bad Request - Invalid URL</h2>", .refused(code: "BadPath")),
    ]

    /// What a read comes to; the write may have been done.
    private static let doubtful: [(Int, String, SageError.Cause)] = [
        (408, page, .unreadable), (499, page, .unreadable), (302, "", .unreadable), (200, page, .unreadable),
        (500, body("InternalServerError"), .unreadable), (400, body("InternalServerError"), .unreadable),
        (500, body("General"), .unreadable), (500, body("FieldInvalid"), .unreadable),
        (500, body("General", "Processing conflict"), .busy), (503, body("General"), .busy),
        (409, body("General", timeLimit), .busy), (500, body("General", timeLimit), .busy),
        (500, page, .unreadable), (500, "", .unreadable), (500, yellow, .unreadable), (500, timedOut, .busy),
        (502, page, .unreadable), (503, page, .busy), (504, "", .unreadable),
        (500, #"{"error":{"code":"","message":"?"}}"#, .unreadable),
    ]

    @Test func whatIsCertain() {
        for (status, body, cause) in Self.alike {
            let answer = SageAnswer(Array(body.utf8))
            #expect(answer.cause(status: status, isWrite: false) == cause, "\(status) \(body)")
            #expect(answer.cause(status: status, isWrite: true) == cause, "\(status) \(body)")
        }
    }

    @Test func whatLeavesAWriteInDoubt() {
        for (status, body, cause) in Self.doubtful {
            let answer = SageAnswer(Array(body.utf8))
            #expect(answer.cause(status: status, isWrite: false) == cause, "\(status) \(body)")
            #expect(answer.cause(status: status, isWrite: true) == .noAnswer, "\(status) \(body)")
        }
    }

    @Test func wordsAreOneLineWithoutControlCharacters() {
        let answer = SageAnswer(Array(Self.body("General", #"First.\n\n\u0000Second\t\u202ethird."#).utf8))
        #expect(answer.message == "First. Second third.")
    }

    @Test func wordsAreAtMostTwoKilobytes() throws {
        let answer = SageAnswer(Array(Self.body("General", String(repeating: "ü", count: 100_000)).utf8))
        #expect(try #require(answer.message).utf8.count <= 2048)
    }

    @Test func aPlainMessageIsTaken() {
        #expect(SageAnswer(Array(#"{"error":{"code":"X","message":"Plain."}}"#.utf8)).message == "Plain.")
        #expect(SageAnswer(Array(#"{"error":{"code":"X","message":{"value":""}}}"#.utf8)).message == nil)
    }

    @Test func theBeginningOfAnythingIsPrintable() {
        let invalid: [UInt8] = [0xFF, 0xFE, 0x00, 0x41, 0x0A, 0x42] + [UInt8](repeating: 0x43, count: 5000)
        let beginning = SageAnswer.beginning(of: invalid)
        #expect(beginning.hasPrefix("\u{FFFD}\u{FFFD} A BCCC"))
        #expect(beginning.count <= 300)
        #expect(SageAnswer.beginning(of: []) == "an empty body")
        #expect(SageAnswer.beginning(of: [32, 10]) == "an empty body")
    }
}
