import Testing

@testable import Sage300

/// What an answer means, by status and body, for a read and for a write.
struct AnswerTests {
    private static func body(_ code: String, _ text: String = "No.") -> String {
        #"{"error":{"code":"\#(code)","message":{"lang":"en-US","value":"\#(text)"}}}"#
    }

    private static let page = "<html><body>Service Unavailable</body></html>"

    @Test(arguments: [
        (401, body("Unauthorized"), SageError.Cause.credentials, SageError.Cause.credentials),
        (401, page, .credentials, .credentials), (401, "", .credentials, .credentials),
        (403, body("Forbidden"), .forbidden, .forbidden), (403, page, .forbidden, .forbidden),
        (404, body("RecordNotFound"), .notFound, .notFound),
        (
            404, body("ResourceNotFound"), .refused(code: "ResourceNotFound"),
            .refused(code: "ResourceNotFound")
        ),
        (404, page, .unreadable, .unreadable),
        (400, body("InvalidPayload"), .refused(code: "InvalidPayload"), .refused(code: "InvalidPayload")),
        (400, page, .unreadable, .unreadable), (413, page, .unreadable, .unreadable),
        (409, body("FieldInvalid"), .refused(code: "FieldInvalid"), .refused(code: "FieldInvalid")),
        (409, body("General"), .refused(code: "General"), .refused(code: "General")),
        (409, body("General", "Processing conflict."), .busy, .busy),
        (409, body("General", "Post in Progress"), .busy, .busy),
        (409, body("General", "Record has been modified by another program."), .busy, .busy),
        (409, body("General", "it is locked by another user."), .busy, .busy),
        (429, body("TooManyRequests"), .busy, .busy), (429, page, .busy, .busy),
        (408, page, .unreadable, .noAnswer), (499, page, .unreadable, .noAnswer),
        (500, body("InternalServerError"), .unreadable, .noAnswer), (500, page, .unreadable, .noAnswer),
        (502, page, .unreadable, .noAnswer), (504, "", .unreadable, .noAnswer),
        (503, page, .busy, .noAnswer), (302, "", .unreadable, .noAnswer),
    ])
    func meaning(_ status: Int, _ body: String, _ read: SageError.Cause, _ write: SageError.Cause) {
        let answer = SageAnswer(Array(body.utf8))
        #expect(answer.cause(status: status, isWrite: false) == read)
        #expect(answer.cause(status: status, isWrite: true) == write)
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
