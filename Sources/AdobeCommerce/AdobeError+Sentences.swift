public import Accounting
import HTTPClient

extension AdobeError: CustomStringConvertible {
    /// What happened, in one sentence.
    public var sentence: String {
        if party == .identityService { return identityServiceSentence }
        let noun = resource?.noun ?? "its data"
        switch cause {
        case .badURL(let problem): return "The store's address is not usable: \(problem.sentence)"
        case .unsafeQuery(let problem):
            return
                "A query for \(noun) was not sent, because not every store reads it alike (\(problem.rawValue))."
        case .transport(let cause): return "The store did not answer when asked for \(noun): \(cause)."
        case .signIn(let refusal): return "The store refused the sign-in: \(refusal.sentence)"
        case .rights(let resources):
            return "The store does not let this integration read \(noun); it asks for the right \(resources)."
        case .forbidden:
            return "Something in front of the store refused the request for \(noun) (\(status ?? 403))."
        case .redirected(let target):
            return
                "The store's address redirects\(target.map { " to \($0)" } ?? ""), which no signature survives."
        case .noSuchRoute: return "There is no Adobe Commerce API at the store's address (404)."
        case .noSuchDocument: return "The store no longer has what was asked for among its \(noun) (404)."
        case .pageSizeRefused(let maximum): return "The store gives out at most \(maximum) rows at a time."
        case .refused(let message):
            return "The store did not accept the request for \(noun) (\(status ?? 400)): \(message)"
        case .throttled: return "The store is asked too often (429)."
        case .maintenance: return "The store is down for maintenance or overloaded (503)."
        case .gateway: return "What stands in front of the store got no answer from it (\(status ?? 502))."
        case .serverError(let reportID):
            let report = reportID.map { "; its log has the cause under \($0)" } ?? ""
            return "The store failed when asked for \(noun) (\(status ?? 500))\(report)."
        case .damaged(let damage): return "The store's answer with \(noun) is unusable: \(damage.sentence)"
        case .pageOutOfOrder: return "The store did not sort its \(noun) as asked."
        case .pageDoesNotAdvance: return "The store answered with a page of \(noun) without one readable row."
        }
    }

    /// Who does what next, in one sentence.
    public var nextStep: String {
        switch party {
        case .store: break
        case .cloudStore: if let step = cloudStoreNextStep { return step }
        case .identityService: if let step = identityServiceNextStep { return step }
        }
        return storeNextStep
    }

    private var storeNextStep: String {
        switch cause {
        case .badURL: "Correct adobe.url in the tenant file: https://host, without /rest."
        case .unsafeQuery: "Report this as an error of the connector."
        case .transport(let cause): cause.nextStep
        case .signIn(let refusal): refusal.nextStep
        case .rights(let resources):
            "In the store, open System > Integrations, tick \(resources) under API for this integration, save "
                + "it, and see that it is Active. Do not reauthorize it: that makes new tokens."
        case .forbidden:

            "Ask whoever runs the store's web server, firewall or CDN to let this machine's address read /rest "
                + "without a password of its own."
        case .redirected(let target):
            "Put \(target ?? "the address it redirects to") into adobe.url of the tenant file."
        case .noSuchRoute:
            "Check adobe.url: the shop's own address, without /rest."
        case .noSuchDocument: "Nothing, if it was deleted on purpose; else ask the store's administrator."
        case .pageSizeRefused(let maximum): "Set adobe.pageSize to \(maximum) or less in the tenant file."
        case .refused: "Show this message to the store's administrator."
        case .throttled, .maintenance, .gateway:
            "Nothing now: it is tried again. If it lasts, ask the store's administrator."
        case .serverError(let reportID):
            "It is tried again. If it lasts, ask the store's administrator to look into its log"
                + (reportID.map { " for \($0)." } ?? ".")
        case .damaged(.webPage):
            "It is tried again. If it lasts, open the store's address in a browser: a maintenance page or a "
                + "firewall answers in its place."
        case .damaged: "It is tried again. If it lasts, look at proxies between here and the store."
        case .pageOutOfOrder, .pageDoesNotAdvance:
            "Ask the store's administrator for extensions that change sorting or filters of its API."
        }
    }

    /// Stable, lower case with dashes: metric label and runbook page.
    public var code: String {
        switch cause {
        case .badURL: "store-address-invalid"
        case .unsafeQuery: "store-query-unsafe"
        case .transport:
            failureClass == .unreachable ? "\(party.prefix)-unreachable" : "\(party.prefix)-no-answer"
        case .signIn(let refusal): "store-sign-in-\(refusal.rawValue.dashed)"
        case .rights: "store-rights-missing"
        case .forbidden: "\(party.prefix)-forbidden"
        case .redirected: "\(party.prefix)-redirects"
        case .noSuchRoute: "store-no-api"
        case .noSuchDocument: "store-document-gone"
        case .pageSizeRefused: "store-page-size"
        case .refused: "\(party.prefix)-refused-request"
        case .throttled: "\(party.prefix)-throttled"
        case .maintenance: "\(party.prefix)-maintenance"
        case .gateway: "\(party.prefix)-gateway"
        case .serverError: "\(party.prefix)-error"
        case .damaged(let damage): "\(party.prefix)-answer-\(damage.rawValue.dashed)"
        case .pageOutOfOrder: "store-page-out-of-order"
        case .pageDoesNotAdvance: "store-page-stuck"
        }
    }

    /// The same in the words every part of the connector shares.
    public var failure: Failure {
        Failure(failureClass, code: code, reason: sentence, nextStep: nextStep)
    }

    /// The sentence with the next step; no secret, no query, nothing of a document.
    public var description: String { "\(sentence) \(nextStep)" }
}

extension AdobeError.Party {
    /// Beginning of codes.
    fileprivate var prefix: String { self == .identityService ? "identity-service" : "store" }
}

extension AdobeError {
    private var identityServiceSentence: String {
        let service = "Adobe's identity service"
        return switch cause {
        case .transport(let cause): "\(service) did not answer: \(cause)."
        case .signIn(let refusal): "\(service) refused the sign-in: \(refusal.sentence)"
        case .throttled: "\(service) is asked too often (429)."
        case .redirected(let target): "\(service) redirects\(target.map { " to \($0)" } ?? "")."
        case .damaged(let damage): "The answer of \(service) is unusable: \(damage.sentence)"
        default: "\(service) did not give out a token (\(status ?? 0))."
        }
    }

    private var identityServiceNextStep: String? {
        switch cause {
        case .transport(.badURL), .redirected, .noSuchRoute, .refused:
            "Check adobe.tokenURL in the tenant file; without it Adobe's own is used."
        case .transport(.couldNotResolve), .transport(.couldNotConnect), .transport(.connectTimedOut):
            "Check this machine's name server and that a firewall lets it reach Adobe's identity service."
        case .transport(.tls): "Check that no proxy before this machine changes certificates."
        case .forbidden: "Ask whoever runs this machine's network to let it reach Adobe's identity service."
        case .transport, .throttled, .maintenance, .gateway, .serverError, .damaged:
            "Nothing now: it is tried again. If it lasts, look at status.adobe.com."
        default: nil
        }
    }

    private var cloudStoreNextStep: String? {
        switch cause {
        case .rights(let resources):
            "In Commerce Admin, give the role of this credential's technical account the resource \(resources)."
        case .forbidden:
            "See in Adobe's Developer Console that the credential's product profile and organization include this "
                + "Commerce tenant, and that nothing in front of it blocks this machine's address."
        case .noSuchRoute, .redirected:
            "Check adobe.url: https://<region>.api.commerce.adobe.com/<tenant id>, without /rest and without /V1."
        default: nil
        }
    }
}

extension StoreURL.Problem {
    fileprivate var sentence: String {
        switch self {
        case .scheme: "it begins with neither https:// nor http://."
        case .userInfo: "it has a user name or password in it."
        case .host: "the host name is missing or has characters a host name has not."
        case .port: "the port is not a number from 1 to 65535."
        case .path: "its path has characters or segments that cannot be signed."
        case .endsInREST: "it has /rest in it, which the connector adds itself."
        case .query: "it has a ? or # in it."
        }
    }
}

extension AdobeError.Damage {
    fileprivate var sentence: String {
        switch self {
        case .webPage: "it is a web page."
        case .empty: "it is empty."
        case .truncated: "it ends in the middle."
        case .invalidUTF8: "it is not UTF-8 text."
        case .malformed: "it is not JSON."
        case .unexpectedShape: "it is JSON of another shape."
        }
    }
}

extension HTTPError.Cause {
    fileprivate var nextStep: String {
        switch self {
        case .badURL: "Correct adobe.url in the tenant file."
        case .couldNotResolve: "Check the host name in adobe.url and this machine's name server."
        case .couldNotConnect, .connectTimedOut:
            "Check that the store is up and that a firewall lets this machine reach it."
        case .tls: "Ask the store's administrator to renew or complete its certificate."
        case .addressRefused:
            "This installation does not call such addresses; see TENANT_ADDRESS_POLICY in the documentation."
        case .firstByteTimedOut, .timedOut: "It is tried again. If it lasts, lower adobe.pageSize."
        case .bodyTooLarge: "Lower adobe.pageSize in the tenant file."
        case .connectionLost, .protocolViolation, .cancelled, .closed: "Nothing now: it is tried again."
        }
    }
}

extension String {
    /// `tokenUnknown` as `token-unknown`.
    fileprivate var dashed: String {
        reduce(into: "") { $0 += $1.isUppercase ? "-\($1.lowercased())" : String($1) }
    }
}

extension AdobeError {
    /// What is reported of a single row the store could not print.
    var failureOfOneRow: Failure {
        Failure(
            .document,
            code: "store-cannot-print-row",
            reason: "The store fails on this one of its \(resource?.noun ?? "rows"): \(sentence)",
            nextStep:
                "Ask the store's administrator to look for damaged text in it; the sweep reads it again."
        )
    }
}
