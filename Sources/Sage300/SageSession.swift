public import Accounting
public import ExactJSON
import Foundation
public import HTTPClient
import Synchronization

/// Speaks to one Sage 300 server as one user: Basic authentication in upper case, the session cookie kept.
///
/// Retries nothing: what may be tried again depends on what was asked. Safe to use from any task.
public final class SageSession: Sendable {
    /// Where.
    public let address: SageAddress
    /// As whom, upper case.
    public let user: String
    private let authorization: Secret
    private let http: HTTPClient
    private let cookies = Mutex<[String: String]>([:])
    let habits = Mutex(SageHabits())

    /// The longest a creating call may take (reference Sage 9: ≥ 120 s for create, ≥ 300 s for post).
    static let writeTimeouts = HTTPTimeouts(firstByte: .seconds(300), total: .seconds(330))
    static let readTimeouts = HTTPTimeouts(firstByte: .seconds(90), total: .seconds(120))

    /// A session that has not signed in yet; it does with its first call.
    public init(address: SageAddress, user: String, password: Secret, http: HTTPClient) {
        self.address = address
        self.user = user.uppercased()
        self.http = http
        authorization = password.withText { password in
            let pair = "\(user.uppercased()):\(password.uppercased())"
            return Secret("Basic " + Data(pair.utf8).base64EncodedString())
        }
    }

    /// Reads an entity or a feed.
    public func get(_ company: CompanyID, _ path: String, _ query: ODataQuery = .init())
        async throws(SageError)
        -> JSON
    {
        guard let filter = query.filter, filter.namesDay else {
            return try await read(company, path, query.text())
        }
        let known = habits.withLock(\.dates)
        do throws(SageError) {
            let answer = try await read(company, path, query.text(in: known ?? .v4))
            habits.withLock { $0.dates = known ?? .v4 }
            return answer
        } catch {
            // The manual's dates are older than the service's (reference Sage 3).
            guard known == nil, error.status == 400 else { throw error }
            let answer = try await read(company, path, query.text(in: .v3))
            habits.withLock { $0.dates = .v3 }
            return answer
        }
    }

    private func read(_ company: CompanyID, _ path: String, _ query: String) async throws(SageError) -> JSON {
        let operation = "GET \(Self.resource(path))"
        let response = try await send(.get, company, path + query, nil, operation, Self.readTimeouts)
        guard (200...299).contains(response.status) else {
            throw refusal(response, operation, company, isWrite: false)
        }
        return try parse(response, operation, company)
    }

    /// Reads every page of a feed, at most `limit` rows.
    public func feed(_ company: CompanyID, _ path: String, _ query: ODataQuery, limit: Int = 10_000)
        async throws(SageError) -> [JSON]
    {
        var rows: [JSON] = []
        var skip = 0
        while rows.count < limit {
            var page = query
            if skip > 0 { page.skip = skip }
            let answer = try await get(company, path, page)
            let values = try Self.rows(of: answer, path, company)
            rows += values
            skip += values.count
            // The link's host may be an internal one: only its being there is believed.
            guard answer["@odata.nextLink"] != nil || answer["odata.nextLink"] != nil, !values.isEmpty else {
                break
            }
        }
        return rows
    }

    /// The rows of a page.
    /// - Throws: `.unreadable` for whatever is no page: taken for an empty one, it would say that nothing is there.
    static func rows(of answer: JSON, _ path: String, _ company: CompanyID) throws(SageError) -> [JSON] {
        guard let rows = answer["value"]?.array else {
            throw .unreadable(path, company, "the answer holds no rows")
        }
        return rows
    }

    /// Creates an entity and returns it as Sage 300 made it.
    public func create(_ company: CompanyID, _ path: String, _ body: JSON) async throws(SageError) -> JSON {
        let operation = "POST \(Self.resource(path))"
        let response = try await send(.post, company, path, body, operation, Self.writeTimeouts)
        guard (200...299).contains(response.status) else {
            throw refusal(response, operation, company, isWrite: true)
        }
        do { return try parse(response, operation, company) } catch {
            // It said yes; what it made has to be looked up.
            throw SageError(
                .noAnswer,
                status: response.status,
                operation: operation,
                company: company,
                message: error.message
            )
        }
    }

    /// Changes an entity; only what is listed changes.
    public func change(_ company: CompanyID, _ path: String, _ body: JSON) async throws(SageError) {
        let operation = "PATCH \(Self.resource(path))"
        let response = try await send(.patch, company, path, body, operation, Self.writeTimeouts)
        guard (200...299).contains(response.status) else {
            throw refusal(response, operation, company, isWrite: true)
        }
    }

    /// Runs a process, for instance posting. Its answer has no body (reference Sage 4).
    public func run(_ company: CompanyID, _ process: String, _ body: JSON) async throws(SageError) {
        let operation = "POST \(Self.resource(process))"
        let response = try await send(
            .post,
            company,
            "\(process)('$process')",
            body,
            operation,
            Self.writeTimeouts
        )
        guard (200...299).contains(response.status) else {
            throw refusal(response, operation, company, isWrite: true)
        }
    }

    private func send(
        _ method: HTTPRequest.Method,
        _ company: CompanyID,
        _ path: String,
        _ body: JSON?,
        _ operation: String,
        _ timeouts: HTTPTimeouts
    ) async throws(SageError) -> HTTPResponse {
        var headers = HTTPHeaders()
        authorization.withText { headers.append("Authorization", $0) }
        headers.append("Accept", "application/json")
        if body != nil { headers.append("Content-Type", "application/json") }
        let cookie = cookies.withLock { $0.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "; ") }
        if !cookie.isEmpty { headers.append("Cookie", cookie) }
        let request = HTTPRequest(
            method: method,
            url: address.url(company, path),
            headers: headers,
            body: body?.bytes,
            timeouts: timeouts
        )
        do {
            let response = try await http.send(request)
            keepCookies(of: response)
            return response
        } catch {
            throw SageError(
                error.mayHaveBeenSent ? .noAnswer : .unreachable,
                operation: operation,
                company: company,
                message: "\(error.cause)"
            )
        }
    }

    private func keepCookies(of response: HTTPResponse) {
        for header in response.headers.all("Set-Cookie").prefix(16) {
            let pair = header.prefix { $0 != ";" }
            guard let equals = pair.firstIndex(of: "="), pair.utf8.count <= 4096 else { continue }
            let name = pair[..<equals].trimmingCharacters(in: .whitespaces)
            let value = pair[pair.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            cookies.withLock { if $0.count < 16 || $0[name] != nil { $0[name] = value } }
        }
    }

    private func parse(_ response: HTTPResponse, _ operation: String, _ company: CompanyID) throws(SageError)
        -> JSON
    {
        do { return try JSON(parsing: response.body) } catch {
            throw SageError(
                .unreadable,
                status: response.status,
                operation: operation,
                company: company,
                message: SageAnswer.beginning(of: response.body)
            )
        }
    }

    private func refusal(
        _ response: HTTPResponse,
        _ operation: String,
        _ company: CompanyID,
        isWrite: Bool
    ) -> SageError {
        let answer = SageAnswer(response.body)
        return SageError(
            answer.cause(status: response.status, isWrite: isWrite),
            status: response.status,
            operation: operation,
            company: company,
            message: answer.message ?? SageAnswer.beginning(of: response.body)
        )
    }

    /// The path without its key: keys may hold customers' numbers.
    private static func resource(_ path: String) -> String { String(path.prefix { $0 != "(" && $0 != "?" }) }
}
