import Accounting
import ExactJSON
import Foundation
import HTTPClient

/// Makes JSON, or one clear error, of whatever a store answers.
struct AnswerReading: Sendable {
    let resource: AdobeResource?
    /// Whose answer it is.
    var party = AdobeError.Party.store
    /// Blotted out of excerpts.
    let secrets: [Secret]
    /// For a `Retry-After` that is a date, in answers without a `Date`.
    let now: Date

    /// No store takes that long to say that it is closed.
    private static let longWait = Duration.seconds(20)

    /// The body of a good answer.
    func json(of response: HTTPResponse) throws(AdobeError) -> JSON {
        guard response.status == 200 else { throw error(refusalCause(of: response), response) }
        do {
            return try JSON(parsing: response.body)
        } catch {
            throw self.error(.damaged(damage(of: response.body, error)), response)
        }
    }

    /// An error about an answer, with what a person needs to look into it.
    func error(_ cause: AdobeError.Cause, _ response: HTTPResponse) -> AdobeError {
        AdobeError(
            cause,
            resource: resource,
            party: party,
            status: response.status,
            retryAfter: retryAfter(response.headers),
            // A good answer of the identity service holds a token, whatever is wrong with it.
            excerpt: party == .identityService && response.status < 300 ? "" : excerpt(response.body)
        )
    }

    private func refusalCause(of response: HTTPResponse) -> AdobeError.Cause {
        // An error page that is no JSON is no failure of its own: the status says enough.
        let json = try? JSON(parsing: response.body)
        let message = json.flatMap { StoreMessage($0) }
        if let refusal = refusedSignIn(response.status, json, message) { return refusal }
        switch response.status {
        case 204: return .damaged(.empty)
        case 300..<400: return .redirected(to: redirectTarget(response.headers["Location"]))
        case 401, 403: return .forbidden
        case 404: return notFound(message)
        case 429: return .throttled
        // Those above 519 are Cloudflare's.
        case 408, 502, 504, 520...524: return .gateway
        // A CDN that gave up waiting says 503 too (reference Adobe 4, timeouts).
        case 503: return response.duration > Self.longWait ? .gateway : .maintenance
        case 500...: return .serverError(reportID: message?.reportID)
        case 200..<300: return .damaged(.unexpectedShape)
        default:
            if let maximum = message?.maximumPageSize, maximum > 0 {
                return .pageSizeRefused(maximum: maximum)
            }
            return .refused(message: printable(message?.template ?? "without saying why.", 160))
        }
    }

    /// What is wrong with the sign-in, if that is what it is.
    private func refusedSignIn(_ status: Int, _ json: JSON?, _ message: StoreMessage?) -> AdobeError.Cause? {
        if party == .identityService {
            return SignInRefusal(identityService: json, status: status).map { .signIn($0) }
        }
        if status == 401 || status == 403, let resources = message?.resources {
            return .rights(resources: rights(resources))
        }
        // Its gateway's answers vary (reference Adobe 1.5).
        if party == .cloudStore { return status == 401 ? .signIn(.bearerToken) : nil }
        return SignInRefusal(status: status, message: message).map { .signIn($0) }
    }

    /// The rights to tick. `self` and `anonymous` stand for none that could be.
    private func rights(_ resources: [String]) -> String {
        let required = resource?.requiredRight ?? "self"
        let names = resources.map { $0 == "self" || $0 == "anonymous" ? required : $0 }
        return printable(names.isEmpty ? required : names.joined(separator: ", "), 200)
    }

    /// A route that is not there, a web server that is not Adobe Commerce, or a document that is gone.
    private func notFound(_ message: StoreMessage?) -> AdobeError.Cause {
        switch resource {
        case .order, .invoice, .shipment, .creditMemo:
            let isRoute = message?.template.hasPrefix("Request does not match any route") ?? true
            return isRoute ? .noSuchRoute : .noSuchDocument
        default: return .noSuchRoute
        }
    }

    /// Scheme and host only: a path may hold a session.
    private func redirectTarget(_ location: String?) -> String? {
        guard let location, let mark = location.firstRange(of: "://") else { return nil }
        let scheme = location[..<mark.lowerBound]
        let authority = location[mark.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard scheme == "http" || scheme == "https", !authority.isEmpty, !authority.contains("@") else {
            return nil
        }
        return printable("\(scheme)://\(authority)", 200)
    }

    private func damage(of body: [UInt8], _ error: JSONError) -> AdobeError.Damage {
        let start = body.first { $0 > 0x20 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }
        switch (start, error.reason) {
        case (nil, _): return .empty
        case (UInt8(ascii: "<"), _): return .webPage
        case (_, .unexpectedEnd): return .truncated
        case (_, .invalidUTF8): return .invalidUTF8
        default: return .malformed
        }
    }

    /// Seconds or a date (RFC 9110 §10.2.3); never negative, at most a day.
    private func retryAfter(_ headers: HTTPHeaders) -> Duration? {
        guard let text = headers["Retry-After"] else { return nil }
        let day = 86_400
        if !text.isEmpty, text.utf8.allSatisfy(\.isDigit) { return .seconds(min(Int(text) ?? day, day)) }
        guard let date = UTCTime.date(http: text) else { return nil }
        let present = headers["Date"].flatMap { UTCTime.date(http: $0) } ?? now
        return .seconds(min(max(UTCTime.wholeSeconds(date) - UTCTime.wholeSeconds(present), 0), day))
    }

    private func excerpt(_ body: [UInt8]) -> String {
        let kept = body.prefix(4096)
        var text = Redaction(secrets: secrets).text(String(decoding: kept, as: UTF8.self))
        // A secret cut in two at the end would not be recognised.
        if kept.count < body.count { text = String(text.dropLast(128)) }
        return String(decoding: text.withoutNUL.utf8.prefix(2045), as: UTF8.self)
    }

    /// One line of bounded length without a credential in it.
    private func printable(_ text: String, _ limit: Int) -> String {
        let redacted = Redaction(secrets: secrets).text(text)
        let line = redacted.unicodeScalars.map {
            $0.properties.generalCategory == .control ? " " : String($0)
        }
        return String(line.joined().prefix(limit))
    }
}
