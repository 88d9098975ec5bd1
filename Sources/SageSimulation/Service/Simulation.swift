import ExactJSON
import Foundation

/// Everything behind the socket: sign-on, routing, companies, faults, log.
final class Simulation: Sendable {
    let companies: [String: Company]
    let signOn: SignOn
    let faults: FaultInjector
    let log: RequestLog
    private let latency: Scenario.Latency
    private let unknownCompanyStatus: Int

    /// IIS refuses larger bodies and longer queries by default (reference §5).
    static let bodyLimit = 30_000_000
    static let queryLimit = 2048

    /// A request as the server read it.
    struct Request: Sendable {
        let target: RequestTarget
        var authorization: String?
        var cookie: String?
        var contentType: String?
        var host: String
        var body: [UInt8]
    }

    init(_ scenario: Scenario) {
        let reading = ReadingRules(
            pageSize: scenario.pageSize,
            query: QueryRules(
                orderBy: QueryRules.OrderBy(rawValue: scenario.orderBy) ?? .accept,
                refusesOr: scenario.refusesOr,
                dates: QueryRules.Dates(rawValue: scenario.filterDates) ?? .both
            ),
            writesFullBodies: scenario.writesFullBodies
        )
        companies = Dictionary(
            scenario.companies.map { ($0.code, Company($0, reading: reading, latency: scenario.latency)) }
        ) { $1 }
        signOn = SignOn(scenario)
        faults = FaultInjector(scenario.faults)
        log = RequestLog(limit: scenario.keptRequests)
        latency = scenario.latency
        unknownCompanyStatus = scenario.unknownCompanyStatus
    }

    /// Answers one request of the Web API, with the faults that are due.
    func answer(_ request: Request) async -> Reply {
        let clock = ContinuousClock()
        let start = clock.now
        let fault = faults.fault(for: request.target)
        let reply = await answer(request, with: fault)
        let duration = start.duration(to: clock.now)
        log.add(
            RequestLog.Entry(
                at: Date(),
                method: request.target.method,
                path: request.target.rawPath,
                operation: request.target.operation,
                company: request.target.company ?? "",
                status: reply.ending == .dropped ? nil : reply.status,
                milliseconds: Int(duration / .milliseconds(1)),
                fault: fault?.kind.rawValue,
                matter: RequestLog.Matter(request)
            )
        )
        return reply
    }

    private func answer(_ request: Request, with fault: FaultPlan?) async -> Reply {
        guard let fault else { return await carryOut(request) }
        switch fault.kind {
        case .dropBefore: return .dropped
        case .stall:
            await pause(milliseconds: fault.milliseconds ?? 600_000)
            return .dropped
        case .latency:
            await pause(milliseconds: fault.milliseconds ?? 1000)
            return await carryOut(request)
        case .commitThenDrop:
            _ = await carryOut(request)
            return .dropped
        case .lateCommit:
            let delay = fault.milliseconds ?? 1000
            Task {
                await pause(milliseconds: delay)
                _ = await carryOut(request)
            }
            return .dropped
        case .orphanBatch: return await carryOut(request, distortion: .orphanBatch)
        case .roundingOffBy001: return await carryOut(request, distortion: .addsCent)
        case .stuckPosting:
            _ = await carryOut(request, distortion: .stuckPosting)
            return .dropped
        case .truncate, .resetMidBody: return await broken(request, fault.kind)
        case .timeLimit:
            _ = await carryOut(request)
            return Self.refusal(.timeLimit)
        default: return Self.refusal(fault.kind)
        }
    }

    private func broken(_ request: Request, _ kind: FaultPlan.Kind) async -> Reply {
        var reply = await carryOut(request)
        if reply.body.isEmpty { return .dropped }
        if kind == .resetMidBody {
            reply.ending = .resetMidBody
        } else {
            reply.body = String(reply.body.prefix(reply.body.count / 2))
        }
        return reply
    }

    /// Faults that answer without doing anything.
    private static func refusal(_ kind: FaultPlan.Kind) -> Reply {
        switch kind {
        case .status502: .page(502, "502 Bad Gateway")
        case .status503html: .page(503, "Service Unavailable")
        case .status500html: .page(500, "Server Error in '/Sage300WebApi' Application.")
        case .htmlOK: .page(200, "Sage 300 Sign in")
        case .status429: Reply(ServiceError(.tooManyRequests, "Too many concurrent requests."))
        case .duplicateOtherText:
            Reply(ServiceError(.recordDuplicate, "Day End Processing is being run by another user."))
        case .databaseLink:
            Reply(ServiceError(.databaseLink, "Cannot open a database link to the company."))
        case .timeLimit:
            Reply(ServiceError(.general, "Your request could not be completed within the time limit."))
        case .recordLocked:
            Reply(
                ServiceError(
                    .general,
                    "The record could not be updated because another user has modified it."
                )
            )
        case .textPlainError:
            Reply(
                status: 500,
                contentType: "text/plain; charset=utf-8",
                body: ServiceError(.internalError, "An error has occurred.").body.text
            )
        default: Reply(ServiceError(.general, "Processing conflict. Please try again later."))
        }
    }

    private func pause(milliseconds: Int) async {
        guard milliseconds > 0 else { return }
        // Cancelled means the server is stopping; there is nothing to tell.
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }

    // MARK: Without faults

    private func carryOut(_ request: Request, distortion: Call.Distortion? = nil) async -> Reply {
        await pause(milliseconds: latency.call)
        let target = request.target
        if target.isHazardous {
            return .page(400, "A potentially dangerous Request.Path value was detected.")
        }
        if target.queryLength > Self.queryLimit { return .page(404, "404.15 - Query String Too Long") }
        guard target.isWebAPI else { return .page(404, "404 - File or directory not found.") }
        if target.segments.count == 1 { return .page(200, "Sage 300 Web API") }
        do throws(ServiceError) {
            let session = try signOn.authenticate(
                authorization: request.authorization,
                cookie: request.cookie
            )
            var reply = await routed(request, session.user, distortion)
            if let cookie = session.newCookie {
                reply.headers.append(("Set-Cookie", "\(SignOn.cookieName)=\(cookie); path=/; HttpOnly"))
            }
            return reply
        } catch {
            return Reply(error)
        }
    }

    private func routed(_ request: Request, _ user: Scenario.User, _ distortion: Call.Distortion?) async
        -> Reply
    {
        do throws(ServiceError) {
            return try await route(request, user, distortion)
        } catch {
            return Reply(error)
        }
    }

    private func route(
        _ request: Request,
        _ user: Scenario.User,
        _ distortion: Call.Distortion?
    ) async throws(ServiceError) -> Reply {
        let target = request.target
        guard let code = target.company else {
            throw ServiceError(.resourceNotFound, "No HTTP resource was found that matches the request URI.")
        }
        guard let company = companies[code] else { throw unknownCompany }
        guard target.segments.count > 4 else { return .page(200, "Sage 300 Web API") }
        guard let module = target.module else {
            throw ServiceError(.resourceNotFound, "No HTTP resource was found that matches the request URI.")
        }
        try signOn.authorize(user, company: code, module: module)
        let address = "http://\(request.host)/Sage300WebApi/v1.0/-/\(code)/\(module.rawValue)"
        if target.entitySet == "$metadata" {
            guard target.method == "GET" else {
                throw ServiceError(.methodNotAllowed, "Only GET is supported.")
            }
            return Reply(
                status: 200,
                contentType: "application/xml",
                body: MetadataDocument.text(for: module, rules: company.rules)
            )
        }
        let (resource, key) = try target.resource()
        guard let verb = Call.Verb(rawValue: target.method) else {
            throw ServiceError(.methodNotAllowed, "The requested resource does not support this http method.")
        }
        var call = Call(verb: verb, resource: resource, key: key, moduleAddress: address, user: user.name)
        call.query = target.query
        call.distortion = distortion
        if verb != .get, verb != .delete { call.payload = try Self.payload(of: request) }
        await pause(milliseconds: latency.entry * Self.entries(in: call.payload))
        return Reply(try await company.perform(call))
    }

    private var unknownCompany: ServiceError {
        switch unknownCompanyStatus {
        case 404: ServiceError(.resourceNotFound, "The company does not exist.")
        case 500: ServiceError(.databaseLink, "Cannot open a database link to the company.")
        default: ServiceError(.unauthorized, "Invalid credentials used in authentication header.")
        }
    }

    private static func payload(of request: Request) throws(ServiceError) -> JSONObject {
        // Documented as a 500, not as a 415.
        guard let contentType = request.contentType else {
            throw ServiceError(.internalError, "An error has occurred. The request has no content type.")
        }
        guard contentType.lowercased().contains("json") else {
            throw ServiceError(.invalidPayload, "The content type is not supported.", status: 415)
        }
        if request.body.isEmpty, request.target.keyText?.contains("$") == true { return JSONObject() }
        guard let object = (try? JSON(parsing: request.body))?.object else {
            throw ServiceError(.invalidPayload, "The request body is not a valid JSON object.")
        }
        return object
    }

    private static func entries(in payload: JSONObject) -> Int {
        (payload["Invoices"] ?? payload["JournalHeaders"])?.array?.count ?? 0
    }
}
