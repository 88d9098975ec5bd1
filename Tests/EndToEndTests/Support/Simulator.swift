import ExactJSON
import Foundation
import HTTPClient
import Testing

/// A running simulator and the way to steer it.
struct Simulator {
    let program: Program
    /// What it printed that it listens on.
    let url: String
    let http: HTTPClient

    /// Scheme, host and port.
    var origin: String {
        let parts = URLComponents(string: url)
        return "http://127.0.0.1:\(parts?.port ?? 0)"
    }

    /// `GET /_simulator/…`.
    func read(_ path: String) async throws -> JSON {
        try await send(HTTPRequest(url: "\(origin)/_simulator/\(path)"))
    }

    /// `POST /_simulator/…`.
    @discardableResult
    func tell(_ path: String, _ body: JSON, method: HTTPRequest.Method = .post) async throws -> JSON {
        try await send(HTTPRequest(method: method, url: "\(origin)/_simulator/\(path)", body: body.bytes))
    }

    /// Replaces the faults.
    func inject(_ faults: JSON...) async throws { try await tell("faults", .array(faults)) }

    /// Asks a company of Sage 300 as any client does.
    func ask(_ company: String, _ path: String, _ body: JSON? = nil) async throws -> JSON {
        let headers = HTTPHeaders([
            ("Authorization", "Basic " + Data("CONNECTOR:SECRET".utf8).base64EncodedString()),
            ("Content-Type", "application/json"),
        ])
        return try await send(
            HTTPRequest(
                method: body == nil ? .get : .post,
                url: "\(origin)/Sage300WebApi/v1.0/-/\(company)/\(path)",
                headers: headers,
                body: body?.bytes
            )
        )
    }

    func send(_ request: HTTPRequest) async throws -> JSON {
        let response = try await http.send(request)
        let text = String(decoding: response.body, as: UTF8.self)
        try #require([200, 201].contains(response.status), "\(request.url): \(text.prefix(500))")
        return try JSON(parsing: text)
    }
}

extension Stage {
    /// Starts a store of 60 to 150 orders; `scenario` is more lines of its scenario file.
    func startStore(orders: Int = 80, customers: Int = 24, seed: Int = 1, scenario: String = "") async throws
        -> Simulator
    {
        let file = try write(
            """
            seed: \(seed)
            customers: \(customers)
            orders: \(orders)
            from: "2025-01-01 12:00:00"
            to: "2025-02-01"
            \(scenario)
            """,
            to: "store.yaml"
        )
        return try await listening(start("adobe-simulator", ["--port", "0", "--scenario", file]))
    }

    /// Starts a Sage 300; `scenario` is its scenario file.
    /// - Parameters:
    ///   - port: 0 for any.
    ///   - state: keeps its books in the stage's folder.
    func startSage(_ scenario: String = "", port: Int = 0, keepingState: Bool = false) async throws
        -> Simulator
    {
        let file = try write(scenario.isEmpty ? "{}" : scenario, to: "sage.yaml")
        var arguments = ["--port", String(port), "--scenario", file]
        if keepingState { arguments += ["--state", folder.appending(path: "sage.json").path] }
        return try await listening(start("sage-simulator", arguments))
    }

    func listening(_ program: Program) async throws -> Simulator {
        let line = try await eventually("\(program.name) listens", within: .seconds(60)) { () -> String? in
            try #require(program.isRunning, "\(program.messages)")
            return program.output.split(separator: "\n").first { $0.contains(" listening on ") }.map(
                String.init
            )
        }
        let url = try #require(line.split(separator: " ").last.map(String.init))
        return Simulator(program: program, url: url, http: http)
    }
}
