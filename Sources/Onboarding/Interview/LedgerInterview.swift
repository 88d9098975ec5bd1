import Accounting
import HTTPClient
import Sage300

/// Asks for Sage 300's address, company, user and password until they let the company be read.
///
/// A wrong password may lock the user, and only Sage 300's administrator can unlock it: each that is typed is tried with
/// one request, and one that was refused is not tried again.
struct LedgerInterview {
    struct Result {
        let address: SageAddress
        let user: String
        let password: SecretAnswer
        let survey: LedgerSurvey
    }

    /// What was answered so far; what is wrong is emptied and asked again.
    private struct Answers {
        var address: SageAddress?
        var company: CompanyID?
        var user: String?
        var password: SecretAnswer?
        /// What was refused, to be proposed once more.
        var formerCompany: String?
        var formerUser: String?
        var refused: Set<[String]> = []

        /// One sign-in; it does not leave this process.
        var signature: [String] {
            [
                address?.identity ?? "", company?.name ?? "", user ?? "",
                password?.secret.withText { $0.uppercased() } ?? "",
            ]
        }
    }

    private let interview: Interview
    private var answering: any Answering { interview.answering }

    init(_ interview: Interview) { self.interview = interview }

    func run() async throws -> Result {
        var answers = Answers()
        return try await run(&answers)
    }

    /// Another company, as the same user.
    func anotherCompany(than former: Result) async throws -> Result {
        var answers = Answers()
        (answers.address, answers.user, answers.password) = (former.address, former.user, former.password)
        return try await run(&answers)
    }

    private func run(_ answers: inout Answers) async throws -> Result {
        while true {
            if answers.address == nil { try await askForAddress(&answers) }
            if answers.company == nil { answers.company = try await askForCompany(answers.formerCompany) }
            if answers.user == nil { try await askForUser(&answers) }
            guard let address = answers.address, let company = answers.company, let user = answers.user else {
                continue
            }
            let password: SecretAnswer
            if let known = answers.password {
                password = known
            } else {
                password = try await askForPassword(user)
            }
            answers.password = password
            do {
                try await refuseKnown(answers, address, company, user, password)
                let survey = try await survey(address, company, user, password)
                await answering.note(
                    "Signed in to \(company)\(survey.name.map { ", \($0.printable)" } ?? "") as \(user)."
                )
                return Result(address: address, user: user, password: password, survey: survey)
            } catch let error as SageError {
                try await take(error, &answers)
            } catch let refusal as Refusal {
                answers.password = nil
                try await answering.refuse(refusal, of: .password(user))
            }
        }
    }

    /// Empties what an error is about, and says what it is.
    private func take(_ error: SageError, _ answers: inout Answers) async throws {
        let failure = error.failure
        let company = Question.company(answers.company?.name)
        answers.formerCompany = answers.company?.name
        answers.formerUser = answers.user
        switch error.cause {
        case .credentials:
            answers.refused.insert(answers.signature)
            let user = answers.user ?? ""
            (answers.company, answers.user, answers.password) = (nil, nil, nil)
            let count = answers.refused.count
            let warning =
                count > 1 ? " \(count) sign-ins were refused by now; a few more may lock the user." : ""
            try await answering.refuse(Refusal(failure.reason + warning), of: .password(user))
        case .forbidden:
            (answers.user, answers.password) = (nil, nil)
            try await answering.refuse(Refusal("\(failure.reason) \(failure.nextStep)"), of: .user(nil))
        case .unavailable:
            answers.company = nil
            try await answering.refuse(Refusal(failure.reason), of: company)
        case .notFound, .refused, .unreadable, .unreachable, .noAnswer, .busy, .locked:
            answers.address = nil
            let refusal = Refusal(
                "Sage 300's Web API did not answer there: \(error.message.prefix(200)).",
                isUnreachable: error.status == nil || error.cause == .busy
            )
            try await answering.refuse(refusal, of: .sageAddress)
        }
    }

    private func refuseKnown(
        _ answers: Answers,
        _ address: SageAddress,
        _ company: CompanyID,
        _ user: String,
        _ password: SecretAnswer
    ) async throws {
        if answers.refused.contains(answers.signature) {
            throw Refusal("This very sign-in was refused a moment ago; it is not tried again.")
        }
        if let known = await interview.surroundings.knownRefusal(address.identity, user, password.secret) {
            throw Refusal("This sign-in is known to be refused and is not tried: \(known)")
        }
    }

    private func survey(
        _ address: SageAddress,
        _ company: CompanyID,
        _ user: String,
        _ password: SecretAnswer
    ) async throws -> LedgerSurvey {
        let session = SageSession(
            address: address,
            user: user,
            password: password.secret,
            http: interview.surroundings.http
        )
        return try await LedgerSurvey.read(session, company) { [answering] what in
            await answering.note("reading \(what) of \(company) …")
        }
    }

    /// People copy addresses with the company in them; then it need not be asked.
    private func askForAddress(_ answers: inout Answers) async throws {
        let (address, company) = try await interview.ask(.sageAddress) { answer in
            let text = answer.withText { $0.trimmedText }
            let parts = SageLocation(text)
            guard let address = SageAddress(parts.address) else {
                throw Refusal("Allowed is \(Question.sageAddress.allowed).")
            }
            let probe = AddressProbe(http: interview.surroundings.http, policy: interview.surroundings.policy)
            if let warning = try await probe.check(address.text, "/v1.0/") {
                await answering.note("warning: \(warning)")
            }
            return (address, parts.company)
        }
        answers.address = address
        if let company, answers.company == nil { answers.company = company }
    }

    private func askForCompany(_ former: String?) async throws -> CompanyID {
        let question = Question.company(former)
        return try await interview.ask(question) { answer in
            guard let text = try question.reading(answer.withText { $0 }), let company = CompanyID(text)
            else {
                throw Refusal("Allowed is \(question.allowed).")
            }
            return company
        }
    }

    /// `env:PREFIX` and `@FILE` hold the password, too.
    private func askForUser(_ answers: inout Answers) async throws {
        let question = Question.user(answers.formerUser)
        let places = interview.surroundings.places
        let former = answers.formerUser
        let (user, password) = try await interview.ask(question) { answer -> (String, SecretAnswer?) in
            let text = answer.withText { $0.trimmedText }
            if let prefix = SecretAnswer.variable(text) {
                guard let user = places.environment("\(prefix)_USERNAME") else {
                    throw Refusal("The environment variable \(prefix)_USERNAME is not set.")
                }
                return (try question.user(user), try SecretAnswer(Secret("env:\(prefix)_PASSWORD"), places))
            }
            if text.hasPrefix("@") {
                guard
                    let lines = places.file(AnswerPlaces.absolute(String(text.dropFirst())))?.split(
                        whereSeparator: \.isNewline
                    ),
                    lines.count >= 2
                else { throw Refusal("The file cannot be read, or has not two lines: user and password.") }
                return (try question.user(String(lines[0])), SecretAnswer(written: Secret(String(lines[1]))))
            }
            return (try question.user(text.isEmpty ? former ?? "" : text), nil)
        }
        answers.user = user
        if let password { answers.password = password }
    }

    private func askForPassword(_ user: String) async throws -> SecretAnswer {
        try await interview.ask(.password(user)) { try SecretAnswer($0, interview.surroundings.places) }
    }
}

/// An address as people copy it: with the version and the company behind it.
struct SageLocation {
    let address: String
    let company: CompanyID?

    init(_ text: String) {
        guard let match = text.firstMatch(of: #/(?i)/v1\.0(?:/-(?:/([A-Za-z0-9]{1,6})(?:/.*)?)?)?/?$/#) else {
            address = text
            company = nil
            return
        }
        address = String(text[..<match.range.lowerBound])
        company = match.1.flatMap { CompanyID($0.uppercased()) }
    }
}

extension Question {
    fileprivate static let sageAddress = Question(
        "sage.url",
        "Sage 300 Web API address, with the company",
        allowed:
            "an address such as https://erp.example.com/Sage300WebApi/v1.0/-/SAMINC; without the company it is asked for"
    )

    fileprivate static func user(_ former: String?) -> Question {
        Question(
            "sage.username",
            "Sage 300 user",
            allowed: "a user that may use the Web API, not ADMIN; env:ACME_SAGE for ACME_SAGE_USERNAME and "
                + "ACME_SAGE_PASSWORD; or @FILE with the user on its first line and the password on its second",
            proposal: former.map { Proposal($0, because: "as before") }
        )
    }

    fileprivate static func password(_ user: String) -> Question {
        Question(
            "sage.password",
            "Password of \(user)",
            .secret,
            allowed: "the password; env:NAME; @FILE; one that begins with @ is typed with @@"
        )
    }

    /// The user's name as Sage 300 wants it.
    fileprivate func user(_ text: String) throws(Refusal) -> String {
        let name = text.trimmedText.uppercased()
        guard (1...64).contains(name.count), name.isOneLine else { throw Refusal("Allowed is \(allowed).") }
        return name
    }
}
