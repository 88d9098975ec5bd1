import Accounting
import Sage300

/// What a failed read of Sage 300 means for a check, in words for whoever sets a tenant up.
enum SageWords {
    /// What came of a check whose read failed.
    /// - Parameters:
    ///   - noun: what was read, for instance `accounts`.
    ///   - isRequired: false for what the check can do without: that Sage 300 does not have it proves nothing.
    static func outcome(_ error: SageError, reading noun: String, isRequired: Bool) -> PingCheck.Outcome {
        switch error.cause {
        case .forbidden:
            return .failed(
                "Sage 300 does not let its user read \(noun)\(place(error)) (403).",
                fix: fixOfRights(error)
            )
        case .credentials: return .notChecked("the sign-in is refused")
        case .unavailable(let code):
            if code == "ResourceNotFound", !isRequired { return unproven(noun, error) }
            return .failed(
                "Sage 300 cannot open \(noun) (\(code)): \(error.message)",
                fix:
                    "The administrator of Sage 300 checks that the company's name is right, that the module is "
                    + "activated in it and that the Web API reaches its database; sage.url ends in /Sage300WebApi."
            )
        case .unreadable where error.status == 404 && !isRequired: return unproven(noun, error)
        case .unreadable, .noAnswer, .unreachable:
            return .failed(wrongAnswer(error), fix: fixOfWrongAnswer(error))
        case .busy, .locked:
            return .failed("Sage 300 is busy: \(error.message)", fix: "Ping again in a minute.")
        case .notFound, .refused:
            return .failed(
                "Sage 300 refused to show \(noun): \(error.message)",
                fix: "Show this to the administrator of Sage 300."
            )
        }
    }

    /// The resource is none of this release's.
    private static func unproven(_ noun: String, _ error: SageError) -> PingCheck.Outcome {
        .fine("Not proven: this Sage 300 does not show \(noun) (\(error.status ?? 404)).")
    }

    private static func place(_ error: SageError) -> String {
        let resource = error.operation.split(separator: " ").last.map(String.init) ?? ""
        return resource.isEmpty ? "" : " (\(resource))"
    }

    private static func fixOfRights(_ error: SageError) -> String {
        let module = error.module ?? "the module"
        let company = error.company.map(\.name) ?? "the company"
        return
            "The administrator of Sage 300 gives the user in company \(company) a security group of \(module) with "
            + "the right \"Sage 300 Web API\" and the right for the record. ADMIN itself is refused unless web.config "
            + "allows it: use a user of its own."
    }

    /// Something else than Sage 300's Web API answered, or it did not answer well.
    static func wrongAnswer(_ error: SageError) -> String {
        switch error.status {
        case 404?: "there is no Sage 300 Web API at this address (404)."
        case let status? where (200..<300).contains(status):
            "a web page or something else answers in place of Sage 300's Web API (\(status))."
        case let status? where (300..<400).contains(status): "the address redirects elsewhere (\(status))."
        case let status? where status >= 500:
            "the server fails (\(status)): \(error.message)"
        case let status?: "the server answers \(status): \(error.message)"
        case nil: "no answer: \(error.message)."
        }
    }

    static func fixOfWrongAnswer(_ error: SageError) -> String {
        switch error.status {
        case 404?: "Check sage.url in the tenant file: https://host/Sage300WebApi, without /v1.0."
        case let status? where (200..<400).contains(status):
            "Check sage.url in the tenant file; a proxy, a sign-in page or maintenance may stand before Sage 300."
        case let status? where status >= 500:
            "Ask whoever runs the server to look at the IIS application pool of Sage 300, then ping again."
        default: "Ping again; if it lasts, ask whoever runs the server."
        }
    }
}
