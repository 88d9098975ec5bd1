import Accounting
import ExactJSON
import Foundation
import HTTPClient
import Testing

@testable import AdobeCommerce

@Suite struct AnswerClassificationTests {
    private func error(
        _ status: Int,
        _ body: String,
        _ headers: HTTPHeaders = [:],
        resource: AdobeResource = .orders
    ) throws -> AdobeError {
        try error(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)), resource)
    }

    private func error(_ response: HTTPResponse, _ resource: AdobeResource = .orders) throws -> AdobeError {
        let now = try #require(UTCTime.date(adobe: "2026-01-01 00:00:00"))
        let secrets = [Secret("tttttttttttttttttttttttttttttttt")]
        let reading = AnswerReading(resource: resource, secrets: secrets, now: now)
        return try #require(throws: AdobeError.self) { try reading.json(of: response) }
    }

    /// Status, body, cause and class of what stores answer (reference Adobe 1.4 and 4).
    private static let answers: [(Int, String, AdobeError.Cause, FailureClass)] = [
        (
            401, #"{"message":"Consumer key is not the correct length"}"#, .signIn(.consumerKeyLength),
            .credentials
        ),
        (
            401, #"{"message":"A consumer having the specified key does not exist"}"#,
            .signIn(.consumerKeyUnknown), .credentials
        ),
        (401, #"{"message":"Consumer key has expired"}"#, .signIn(.consumerKeyExpired), .credentials),
        (401, #"{"message":"Specified token does not exist"}"#, .signIn(.tokenUnknown), .credentials),
        (
            401, #"{"message":"Token is not associated with the specified consumer"}"#,
            .signIn(.tokenOfAnotherIntegration), .credentials
        ),
        (401, #"{"message":"Token is not an access token"}"#, .signIn(.notAnAccessToken), .credentials),
        (401, #"{"message":"Access token has been revoked"}"#, .signIn(.tokenRevoked), .credentials),
        (
            400, #"{"message":"The token length is invalid. Check the length and try again."}"#,
            .signIn(.tokenLength), .credentials
        ),
        (
            401, #"{"message":"The signature is invalid. Verify and try again."}"#,
            .signIn(.signatureInvalid), .credentials
        ),
        (
            400, #"{"message":"Signature method %1 is not supported","parameters":["HMAC-SHA256"]}"#,
            .signIn(.signatureMethod), .credentials
        ),
        (
            401,
            #"{"message":"The nonce is already being used by the consumer with ID %1","parameters":[3]}"#,
            .signIn(.nonceUsed), .transient
        ),
        (401, #"{"message":"An error occurred validating the nonce"}"#, .signIn(.nonceOrClock), .transient),
        (
            400,
            #"{"message":"\"%fieldName\" is required. Enter and try again.","parameters":{"fieldName":"oauth_nonce"}}"#,
            .signIn(.parameterMissing), .credentials
        ),
        (
            400,
            #"{"message":"One or more input exceptions have occurred.","errors":[{"message":"x","parameters":{"fieldName":"oauth_token"}}]}"#,
            .signIn(.parameterMissing), .credentials
        ),
        (401, #"{"message":"Die Signatur ist ungültig."}"#, .signIn(.other), .credentials),
        // Values filled in, or in another language.
        (
            401, #"{"message":"Die Nonce ist schon benutzt (%1).","parameters":[7]}"#, .signIn(.nonceUsed),
            .transient
        ),
        (401, #"{"message":"Nonce déjà utilisé","parameters":["12"]}"#, .signIn(.nonceUsed), .transient),
        (401, #"{"message":"Non.","parameters":["x"]}"#, .signIn(.other), .credentials),
        (
            400, #"{"message":"Signature method HMAC-SHA256 is not supported"}"#, .signIn(.signatureMethod),
            .credentials
        ),
        (
            400, #"{"message":"The \"1.0\" Oauth version isn't supported."}"#, .signIn(.signatureMethod),
            .credentials
        ),
        (
            400, #"{"message":"\"oauth_nonce\" is required. Enter and try again."}"#,
            .signIn(.parameterMissing), .credentials
        ),
        (
            401, #"{"message":"The consumer isn't authorized to access Magento_Sales::sales_invoice."}"#,
            .rights(resources: "Magento_Sales::sales_invoice"), .rights
        ),
        (
            401, #"{"message":"The consumer isn't authorized to access %resources."}"#,
            .rights(resources: "Magento_Sales::actions_view"), .rights
        ),
        (
            401,
            #"{"message":"Nein: %resources","parameters":{"resources":["Magento_Sales::a","Magento_Sales::b"]}}"#,
            .rights(resources: "Magento_Sales::a, Magento_Sales::b"), .rights
        ),
        (
            400, #"{"message":"Maximum SearchCriteria pageSize is 20"}"#, .pageSizeRefused(maximum: 20),
            .mapping
        ),
        (408, "", .gateway, .transient), (520, "", .gateway, .transient), (521, "", .gateway, .transient),
        (522, "", .gateway, .transient), (523, "", .gateway, .transient), (524, "", .gateway, .transient),
        (401, "<html>Authorization Required</html>", .forbidden, .rights),
        (
            401,
            #"{"message":"The consumer isn't authorized to access %resources.","parameters":{"resources":"Magento_Sales::actions_view"}}"#,
            .rights(resources: "Magento_Sales::actions_view"), .rights
        ),
        (
            401,
            #"{"message":"Der Verbraucher hat keinen Zugriff auf %resources.","parameters":{"resources":"self"}}"#,
            .rights(resources: "Magento_Sales::actions_view"), .rights
        ),
        (403, "<html>Forbidden</html>", .forbidden, .rights),
        (404, #"{"message":"Request does not match any route."}"#, .noSuchRoute, .mapping),
        (404, "<html>404</html>", .noSuchRoute, .mapping),
        (
            400,
            #"{"message":"\"%fieldName\" is required. Enter and try again.","parameters":{"fieldName":"searchCriteria"}}"#,
            .refused(message: "\"%fieldName\" is required. Enter and try again."), .mapping
        ),
        (
            400, #"{"message":"Maximum SearchCriteria pageSize is %max","parameters":{"max":300}}"#,
            .pageSizeRefused(maximum: 300), .mapping
        ),
        (429, #"{"message":"Too Many Requests","trace":null}"#, .throttled, .transient),
        (
            500,
            #"{"message":"Internal Error. Details are available in Magento log file. Report ID: webapi-65a1b2c3"}"#,
            .serverError(reportID: "webapi-65a1b2c3"), .transient
        ),
        (
            500,
            #"{"messages":{"error":[{"code":500,"message":"Server internal error. See details in report api/123"}]}}"#,
            .serverError(reportID: nil), .transient
        ),
        (500, "", .serverError(reportID: nil), .transient),
        (502, "<html>Bad Gateway</html>", .gateway, .transient),
        (503, "<html><title>Maintenance</title></html>", .maintenance, .transient),
        (504, "", .gateway, .transient),
        (200, "<!DOCTYPE html><html></html>", .damaged(.webPage), .transient),
        (200, "\u{FEFF} \n<?xml version=\"1.0\"?><response/>", .damaged(.webPage), .transient),
        (200, #"{"items":[{"entity_id":1"#, .damaged(.truncated), .transient),
        (200, "", .damaged(.empty), .transient),
        (204, "", .damaged(.empty), .transient),
        (200, "oauth_problem=x", .damaged(.malformed), .transient),
        (206, "[]", .damaged(.unexpectedShape), .transient),
        (302, "", .redirected(to: nil), .mapping),
        (418, #"{"message":"short\u0000 and\nstout"}"#, .refused(message: "short  and stout"), .mapping),
    ]

    @Test("every answer has its own clear error", arguments: answers)
    func classifies(_ status: Int, _ body: String, _ cause: AdobeError.Cause, _ failureClass: FailureClass)
        throws
    {
        let error = try error(status, body)
        #expect(error.cause == cause)
        #expect(error.failureClass == failureClass)
        #expect(error.status == status && error.resource == .orders)
        #expect(
            !error.sentence.isEmpty && !error.nextStep.isEmpty && error.sentence.hasSuffix(".")
                || status == 400 || status == 418
        )
    }

    @Test func tellsAMissingDocumentFromAMissingRoute() throws {
        let gone =
            #"{"message":"The entity that was requested doesn't exist. Verify the entity and try again."}"#
        #expect(try error(404, gone, resource: .order(7)).cause == .noSuchDocument)
        let route = #"{"message":"Request does not match any route."}"#
        #expect(try error(404, route, resource: .order(7)).cause == .noSuchRoute)
        #expect(try error(404, "<html>", resource: .shipment(7)).cause == .noSuchRoute)
    }

    @Test func invalidUTF8IsDamage() throws {
        let bytes: [UInt8] = [0x7B, 0x22, 0x61, 0x22, 0x3A, 0x22, 0xFF, 0xFE, 0x22, 0x7D]
        #expect(try error(HTTPResponse(status: 200, body: bytes)).cause == .damaged(.invalidUTF8))
    }

    @Test(
        "honours Retry-After in both forms",
        arguments: [
            ("7", nil, 7), ("0", nil, 0), ("99999999999999999999999", nil, 86_400), ("-1", nil, nil),
            ("soon", nil, nil),
            ("Thu, 01 Jan 2026 00:01:00 GMT", nil, 60), ("Wed, 31 Dec 2025 00:01:00 GMT", nil, 0),
            ("", nil, nil),
            ("Thu, 01 Jan 2026 00:01:00 GMT", "Thu, 01 Jan 2026 00:00:45 GMT", 15),
            ("Thursday, 01-Jan-26 00:01:00 GMT", "Thu Jan  1 00:00:45 2026", 15),
        ] as [(String, String?, Int?)]
    )
    func retryAfter(_ value: String, _ date: String?, _ seconds: Int?) throws {
        var headers: HTTPHeaders = ["Retry-After": value]
        headers["Date"] = date
        #expect(try error(429, "{}", headers).retryAfter == seconds.map { Duration.seconds($0) })
    }

    @Test func saysWhereARedirectGoesAndNothingMore() throws {
        let location = "https://www.shop.example.com/rest/default/V1/orders?session=abc"
        let error = try error(301, "", ["Location": location])
        #expect(error.cause == .redirected(to: "https://www.shop.example.com"))
        #expect(!error.description.contains("session"))
        #expect(try self.error(301, "", ["Location": "https://u:p@x.example"]).cause == .redirected(to: nil))
    }

    @Test func keepsTwoKilobytesWithoutSecrets() throws {
        let token = "tttttttttttttttttttttttttttttttt"
        let body = "<html>" + String(repeating: "token \(token) é ", count: 3000)
        let error = try error(500, body)
        #expect(error.excerpt.utf8.count <= 2048 && error.excerpt.utf8.count > 1000)
        #expect(!error.excerpt.contains("ttttt") && error.excerpt.contains("[secret]"))
        let refused = try self.error(422, "{\"message\":\"bad token \(token)\"}")
        #expect(!refused.description.contains("ttttt") && !"\(refused.failure)".contains("ttttt"))
    }

    @Test func whatADatabaseRefusesIsNotKept() throws {
        let error = try error(500, "a\u{0}b" + String(repeating: "é", count: 9000))
        #expect(error.excerpt.hasPrefix("abé") && error.excerpt.utf8.count <= 2048)
    }

    /// Which statuses of what stands in front ask for fewer rows, and which may be one row's doing.
    @Test func tellsAGatewayThatWaitedFromOneThatWasHungUpOn() throws {
        for status in [408, 504, 522, 524] { #expect(try error(status, "").meansTooSlow) }
        for status in [502, 520] {
            let error = try error(status, "")
            #expect(!error.meansTooSlow && error.mayBeOneRow && error.mayBeTheWay)
        }
        for status in [521, 523] {
            let error = try error(status, "")
            #expect(!error.meansTooSlow && !error.mayBeOneRow)
        }
        let maintenance = HTTPResponse(status: 503, duration: .seconds(21))
        #expect(try error(maintenance).meansTooSlow)
    }

    @Test func everySignInRefusalNamesItsMendingStep() {
        let errors = SignInRefusal.allCases.map { AdobeError(.signIn($0), resource: .orders, status: 401) }
        #expect(Set(errors.map(\.sentence)).count == errors.count)
        #expect(Set(errors.map(\.code)).count == errors.count)
        #expect(errors.allSatisfy { $0.nextStep.count > 20 && $0.failure.failureClass == $0.failureClass })
    }

    @Test(
        "tells why there was no answer",
        arguments: [
            (HTTPError.Cause.couldNotResolve, FailureClass.unreachable), (.couldNotConnect, .unreachable),
            (.tls("expired"), .unreachable), (.connectTimedOut, .unreachable),
            (.firstByteTimedOut, .transient),
            (.timedOut, .transient), (.connectionLost, .transient), (.bodyTooLarge(limit: 1), .transient),
            (.addressRefused, .mapping), (.badURL, .mapping), (.cancelled, .transient), (.closed, .transient),
        ]
    )
    func transport(_ cause: HTTPError.Cause, _ failureClass: FailureClass) {
        let error = AdobeError(.transport(cause), resource: .customers)
        #expect(error.failureClass == failureClass)
        #expect(error.sentence.contains("customers") && !error.nextStep.isEmpty)
    }
}
