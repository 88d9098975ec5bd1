import ExactJSON
import Foundation
import HTTPClient
import SageSimulation
import Testing

/// A plain HTTP client of a simulator that is really listening.
struct SageClient: Sendable {
    let address: String
    var company = "SAMINC"
    var user = "CONNECTOR"
    var password = "SECRET"
    private let http = HTTPClient()

    struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let text: String

        var json: JSON { (try? JSON(parsing: text)) ?? .null }
        /// `error.code` of an error in Sage's shape.
        var code: String? { json["error"]?["code"]?.string }
        var message: String? { json["error"]?["message"]?["value"]?.string }
        var values: [JSON] { json["value"]?.array ?? [] }
    }

    init(address: String) { self.address = address }

    /// `get("AR/ARCustomers?$top=1")`
    func get(_ resource: String) async throws -> Answer { try await send("GET", resource, nil) }

    func post(_ resource: String, _ body: JSON) async throws -> Answer {
        try await send("POST", resource, body)
    }

    func patch(_ resource: String, _ body: JSON) async throws -> Answer {
        try await send("PATCH", resource, body)
    }

    func send(
        _ method: String,
        _ resource: String,
        _ body: JSON?,
        headers: [String: String] = ["Content-Type": "application/json"]
    ) async throws -> Answer {
        let path = "\(address)/v1.0/-/\(company)/\(resource)"
        return try await request(method, path, body?.text, headers: headers, signsOn: true)
    }

    func control(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> Answer {
        let root = address.replacingOccurrences(of: "/Sage300WebApi", with: "/_simulator")
        return try await request(method, "\(root)/\(path)", body?.text, headers: [:], signsOn: false)
    }

    func request(
        _ method: String,
        _ address: String,
        _ body: String?,
        headers: [String: String],
        signsOn: Bool
    ) async throws -> Answer {
        let allowed = CharacterSet(charactersIn: " '$|<>\"").inverted
        let url = try #require(address.addingPercentEncoding(withAllowedCharacters: allowed))
        var fields = HTTPHeaders()
        for (name, value) in headers { fields.append(name, value) }
        if signsOn {
            let credentials = Data("\(user):\(password)".utf8).base64EncodedString()
            fields.append("Authorization", "Basic \(credentials)")
        }
        let verb = try #require(HTTPRequest.Method(rawValue: method))
        let request = HTTPRequest(method: verb, url: url, headers: fields, body: body.map { Array($0.utf8) })
        let response = try await http.send(request)
        return Answer(
            status: response.status,
            headers: response.headers,
            text: String(decoding: response.body, as: UTF8.self)
        )
    }

    // MARK: What most tests begin with

    func books() async throws -> JSON {
        let answer = try await control("GET", "books")
        return try #require(answer.json["companies"]?[company])
    }

    func enter(_ invoices: JSON..., description: String = "MLC 1/1") async throws -> Answer {
        try await post(
            "AR/ARInvoiceBatches",
            ["Description": .string(description), "Invoices": .array(invoices)]
        )
    }

    /// Ready to post, process.
    func postInvoices(_ batch: Int) async throws {
        let ready = try await patch("AR/ARInvoiceBatches(\(batch))", ["BatchStatus": "ReadyToPost"])
        #expect(ready.status == 204)
        let run = try await process(batch)
        #expect(run.status == 204)
    }

    func process(_ batch: Int) async throws -> Answer {
        try await post(
            "AR/ARPostInvoices('$process')",
            [
                "PostAllBatches": "Donotpostallbatches", "PostBatchFrom": .int(batch),
                "PostBatchTo": .int(batch),
            ]
        )
    }
}

/// An invoice over one line, with Sage's tax switched off.
func invoice(
    _ number: String,
    customer: String = "WEBGUEST",
    type: String = "Invoice",
    amount: String = "10.00",
    account: String = "4000",
    date: String = "2026-03-15",
    _ more: (String, JSON)...
) throws -> JSON {
    var object = JSONObject([
        ("CustomerNumber", .string(customer)), ("DocumentNumber", .string(number)),
        ("DocumentType", .string(type)), ("InvoiceType", "Summary"), ("DocumentDate", .string(date)),
        ("PostingDate", .string(date)), ("DoNotCalculationTax", "Yes"),
    ])
    for (name, value) in more { object[name] = value }
    object["InvoiceDetails"] = [
        [
            "RevenueAccount": .string(account),
            "ExtendedAmountWithTIP": .number(try #require(JSONNumber(parsing: amount))),
        ]
    ]
    return .object(object)
}

/// Runs a simulator on a free port around the body.
func withSimulator(_ yaml: String = "", _ body: @Sendable (SageClient) async throws -> Void) async throws {
    let simulator = SageSimulator(scenario: try Scenario(yaml: yaml))
    let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
    let server = Task {
        try await simulator.run { continuation.yield($0) }
    }
    defer { server.cancel() }
    var iterator = addresses.makeAsyncIterator()
    let address = try #require(await iterator.next())
    try await body(SageClient(address: address))
    server.cancel()
    _ = await server.result
}
