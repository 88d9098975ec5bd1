public import Accounting
public import ExactJSON
import Foundation
public import HTTPClient
import Synchronization

/// Speaks to one Sage 300 server as one user: Basic authentication in upper case, the session cookie kept.
///
/// Retries nothing: what may be tried again depends on what was asked. Reads of a company wait for one another as
/// `ReadPace` says; writes do not. Safe to use from any task.
public final class SageSession: Sendable {
    /// Where.
    public let address: SageAddress
    /// As whom, upper case.
    public let user: String
    private let authorization: Secret
    /// Blotted out of answers: a server's error page may repeat the request.
    private let secrets: [Secret]
    private let http: HTTPClient
    private let cookies = Mutex<[String: String]>([:])
    let habits = Mutex(SageHabits())
    private let coldAfter: Duration?
    private let companies = Mutex<[CompanyID: SageCompanyState]>([:])

    /// The longest a creating call may take (reference Sage 9: ≥ 120 s for create, ≥ 300 s for post).
    static let writeTimeouts = HTTPTimeouts(firstByte: .seconds(300), total: .seconds(330))
    static let readTimeouts = HTTPTimeouts(firstByte: .seconds(90), total: .seconds(120))
    /// The first answer after a silence takes longer (reference Sage 9: +10–30 s).
    static let coldReadTimeouts = HTTPTimeouts(firstByte: .seconds(150), total: .seconds(180))

    /// A session that has not signed in yet; it does with its first call.
    /// - Parameter coldAfter: how long a company may have been silent before a write is preceded by a read, to wake
    ///   it; nil: no read ever is.
    public init(
        address: SageAddress,
        user: String,
        password: Secret,
        http: HTTPClient,
        coldAfter: Duration? = .seconds(600)
    ) {
        self.coldAfter = coldAfter
        self.address = address
        self.user = user.uppercased()
        self.http = http
        let pair = password.withText { Secret("\(user.uppercased()):\($0.uppercased())") }
        let token = pair.withBytes { Secret(Data($0).base64EncodedString()) }
        authorization = token.withText { Secret("Basic \($0)") }
        secrets = [pair, token, password]
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

    /// One read, when it is its turn in its company.
    private func read(_ company: CompanyID, _ path: String, _ query: String) async throws(SageError) -> JSON {
        let operation = "GET \(Self.resource(path))"
        let pace = pace(of: company)
        guard await pace.enter() else {
            throw SageError(.unreachable, operation: operation, company: company, message: "cancelled")
        }
        do throws(SageError) {
            let timeouts = isCold(company) ? Self.coldReadTimeouts : Self.readTimeouts
            let response = try await send(.get, company, path + query, nil, operation, timeouts)
            guard (200...299).contains(response.status) else {
                throw refusal(response, operation, company, sent: nil)
            }
            let answer = try parse(response, operation, company)
            pace.leave(.good)
            return answer
        } catch {
            pace.leave(error.readOutcome)
            throw error
        }
    }

    /// Reads every page of a feed, at most `limit` rows.
    /// - Parameter progress: told after each page how many rows have been read.
    public func feed(
        _ company: CompanyID,
        _ path: String,
        _ query: ODataQuery,
        limit: Int = 10_000,
        progress: (Int) -> Void = { _ in }
    ) async throws(SageError) -> [JSON] {
        var rows: [JSON] = []
        var skip = 0
        while rows.count < limit {
            var page = query
            if skip > 0 { page.skip = skip }
            let answer = try await get(company, path, page)
            let values = try Self.rows(of: answer, path, company)
            rows += values
            skip += values.count
            progress(rows.count)
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
        let response = try await write(.post, company, path, body, operation)
        do { return try parse(response, operation, company) } catch {
            // It said yes; what it made has to be looked up.
            throw SageError(
                .noAnswer,
                status: response.status,
                operation: operation,
                company: company,
                message: error.message,
                evidence: evidence(operation, body, response)
            )
        }
    }

    /// Changes an entity; only what is listed changes.
    public func change(_ company: CompanyID, _ path: String, _ body: JSON) async throws(SageError) {
        _ = try await write(.patch, company, path, body, "PATCH \(Self.resource(path))")
    }

    /// Runs a process, for instance posting. Its answer has no body (reference Sage 4).
    public func run(_ company: CompanyID, _ process: String, _ body: JSON) async throws(SageError) {
        _ = try await write(.post, company, "\(process)('$process')", body, "POST \(Self.resource(process))")
    }

    private func write(
        _ method: HTTPRequest.Method,
        _ company: CompanyID,
        _ path: String,
        _ body: JSON,
        _ operation: String
    ) async throws(SageError) -> HTTPResponse {
        try await warmUp(company)
        let response = try await send(method, company, path, body, operation, Self.writeTimeouts)
        guard (200...299).contains(response.status) else {
            throw refusal(response, operation, company, sent: body)
        }
        return response
    }

    /// Wakes a company that has been silent, so that its starting up does not eat the time of a write.
    /// - Throws: never `.noAnswer`: nothing was written.
    private func warmUp(_ company: CompanyID) async throws(SageError) {
        guard isCold(company) else { return }
        do throws(SageError) { try await probe(company) } catch {
            switch error.cause {
            // It is awake, and will say the same of the write, or not: the user may have no right to read customers.
            case .forbidden, .unavailable, .notFound, .refused: return
            case .unreachable, .noAnswer, .busy, .locked, .credentials, .unreadable: throw error.ofQuestion
            }
        }
    }

    private func pace(of company: CompanyID) -> ReadPace {
        companies.withLock { companies in
            let state = companies[company] ?? SageCompanyState()
            companies[company] = state
            return state.pace
        }
    }

    private func isCold(_ company: CompanyID) -> Bool {
        guard let coldAfter else { return false }
        return companies.withLock { $0[company]?.isCold(after: coldAfter) ?? true }
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
            let response = try await CallMetrics.send(request, by: http, as: operation)
            keepCookies(of: response)
            // A server's error may come from what stands before a company that is still asleep.
            if response.status < 500 {
                companies.withLock { $0[company, default: SageCompanyState()].lastAnswer = .now }
            }
            return response
        } catch {
            // Never of the request: the transport's own words.
            throw SageError(
                error.mayHaveBeenSent ? .noAnswer : .unreachable,
                operation: operation,
                company: company,
                message: "\(error.cause)",
                evidence: evidence(operation, body, nil)
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
                message: redaction(operation, nil).text(SageAnswer.beginning(of: response.body)),
                evidence: evidence(operation, nil, response)
            )
        }
    }

    /// - Parameter sent: the body of a write; nil for a read.
    private func refusal(
        _ response: HTTPResponse,
        _ operation: String,
        _ company: CompanyID,
        sent: JSON?
    ) -> SageError {
        let answer = SageAnswer(response.body)
        return SageError(
            answer.cause(status: response.status, isWrite: sent != nil),
            status: response.status,
            operation: operation,
            company: company,
            message: redaction(operation, sent).text(
                answer.message ?? SageAnswer.beginning(of: response.body)
            ),
            evidence: evidence(operation, sent, response)
        )
    }

    /// What is kept of a call for people: without credentials, and without what it says of buyers.
    private func evidence(_ operation: String, _ sent: JSON?, _ response: HTTPResponse?) -> CallEvidence {
        CallEvidence(
            operation: operation,
            request: sent.map { PersonalProperties(of: operation).blotted($0).text },
            status: response?.status,
            answer: response.map { kept(of: $0.body, operation, sent) } ?? []
        )
    }

    /// More than is kept is looked at: what is cut in two would not be recognised.
    private func kept(of body: [UInt8], _ operation: String, _ sent: JSON?) -> [UInt8] {
        let beginning = Array(body.prefix(4 * CallEvidence.keptAnswer))
        var text = String(decoding: beginning, as: UTF8.self)
        if let json = try? JSON(parsing: body, limits: .init(depth: 16, bytes: 1 << 16)) {
            let blotted = PersonalProperties(of: operation).blotted(json)
            if blotted != json { text = blotted.text }
        }
        let clean = redaction(operation, sent).text(text)
        return Array(
            (clean.utf8.elementsEqual(beginning) ? beginning : Array(clean.utf8)).prefix(
                CallEvidence.keptAnswer
            )
        )
    }

    private func redaction(_ operation: String, _ sent: JSON?) -> Redaction {
        Redaction(secrets: secrets, personal: PersonalProperties(of: operation).values(in: sent))
    }

    /// The path without its key: keys may hold customers' numbers.
    private static func resource(_ path: String) -> String { String(path.prefix { $0 != "(" && $0 != "?" }) }
}
