public import Accounting

extension SageError {
    /// The failure a document or a company gets from it, with what was sent and answered.
    public var failure: Failure {
        var failure = failureItself
        failure.evidence = evidence
        return failure
    }

    private var failureItself: Failure {
        switch cause {
        case .unreachable:
            Failure(
                .unreachable,
                code: "sage-unreachable",
                reason: "Sage 300 cannot be reached: \(message).",
                nextStep: "It is tried again by itself; check the server and the network if it lasts."
            )
        case .noAnswer:
            Failure(
                .inDoubt,
                code: "sage-no-answer",
                reason: "Sage 300 did not answer \(operation): \(message).",
                nextStep: "It is looked up before anything is sent again."
            )
        case .busy:
            Failure(
                .transient,
                code: "sage-busy",
                reason: "Sage 300 is busy: \(message)",
                nextStep: "It is tried again by itself."
            )
        case .locked:
            Failure(
                .ledger,
                code: "sage-record-locked",
                reason: "Somebody in Sage 300 is at work on the record of \(operation): \(message)",
                nextStep: "Close the record in Sage 300, then replay."
            )
        case .credentials: signInFailure
        case .forbidden: forbiddenFailure
        case .unavailable(let code): unavailableFailure(code)
        case .notFound:
            Failure(
                .ledger,
                code: "sage-not-found",
                reason: "Sage 300 does not know what \(operation) names: \(message)",
                words: message,
                nextStep: "Create it in Sage 300 or correct the tenant file, then replay."
            )
        case .refused(let code):
            Failure(
                .ledger,
                code: "sage-refused",
                reason: "Sage 300 refused it: \(message)",
                subject: code,
                words: message,
                nextStep: "Correct it in Sage 300 or in the tenant file as the message says, then replay."
            )
        case .unreadable:
            Failure(
                .transient,
                code: "sage-unreadable-answer",
                reason: "Sage 300 answered \(operation) with something that is not its own: \(message)",
                nextStep:
                    "It is tried again by itself; a proxy or maintenance page may stand before Sage 300."
            )
        }
    }

    private var signInFailure: Failure {
        Failure(
            .credentials,
            code: "sage-sign-in-refused",
            reason:
                "Sage 300 refused the sign-in (401): the user or password may be wrong, the user locked or "
                + "its password expired, or the company unknown; Sage 300 answers all of them alike.",
            nextStep:
                "Check the user in Sage 300's Administrative Services. If sage.username or sage.password "
                + "is wrong, correct the tenant file and run `connectorctl tenant apply`; if the user was only "
                + "locked, unlock it there and run `connectorctl tenant resume`."
        )
    }

    private var forbiddenFailure: Failure {
        Failure(
            .rights,
            code: "sage-forbidden",
            reason: "Sage 300 does not allow \(operation) in \(place): \(message)",
            subject: module ?? "",
            nextStep:
                "The administrator of Sage 300 gives the user of the tenant file a security group of \(place) with "
                + "the right \"Sage 300 Web API\" and the right for the record; then replay."
        )
    }

    private func unavailableFailure(_ code: String) -> Failure {
        Failure(
            .rights,
            code: "sage-unavailable",
            reason: "Sage 300 cannot open \(place) (\(code)): \(message)",
            subject: [code, module].compactMap(\.self).joined(separator: " "),
            nextStep:
                "The administrator of Sage 300 checks that the company exists, that the module is activated in it "
                + "and that the Web API reaches its database. If the name is wrong, correct companies[].company "
                + "in the tenant file and run `connectorctl tenant apply`. Then replay."
        )
    }

    /// `module AR of company SAMINC`, as far as it is known.
    private var place: String {
        let parts = [module.map { "module \($0)" }, company.map { "company \($0)" }].compactMap(\.self)
        return parts.isEmpty ? "Sage 300" : parts.joined(separator: " of ")
    }
}
