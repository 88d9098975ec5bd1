import Accounting
import Foundation
import HTTPClient
import Posting
import Sage300
import Storage
import Tenancy

/// Checks a tenant's Sage 300: each company is opened in turn, so that at most one sign-in is refused, and then
/// looked into.
struct LedgerPing: Sendable {
    let tenant: TenantConfiguration
    let gate: SageGate
    let database: Database
    let http: HTTPClient
    /// The moment that open periods are asked for.
    let now: Date
    let progress: PingProgress

    private var way: WayChecks { WayChecks(system: .sage, url: tenant.sage.url, key: "sage.url") }

    /// Every check of Sage 300.
    /// - Throws: an error of the database.
    func checks() async throws -> [PingCheck] {
        let opening = try await opening()
        var checks = told(await systemChecks(opening))
        let paused = try await database.pausedCompanies()
        for rules in tenant.companies {
            let reason = opening.refusal(of: rules.company)
            let target = SageCompany(address: gate.address, company: rules.company)
            checks += told([companyCheck(rules.company, opening, pause: paused[target])])
            let plan = CompanyPlan(
                rules: rules,
                reader: LedgerReader(gate: gate, company: rules.company),
                user: gate.user,
                now: now
            )
            checks += try await plan.made(unless: reason, progress)
        }
        return checks
    }

    // MARK: Opening

    /// What came of the first read of each company.
    private struct Opening {
        enum Answer {
            case opened
            case failed(SageError)
            case notTried(String)
        }

        var answers: [CompanyID: Answer] = [:]
        /// What stopped the asking of further companies.
        var end: SageError?

        var hasOpened: Bool {
            answers.values.contains { if case .opened = $0 { true } else { false } }
        }

        /// Why nothing at all can be asked; nil when Sage 300 answered at least one company as itself.
        var failure: SageError? {
            if let end { return end }
            let failures = answers.values.compactMap { answer -> SageError? in
                if case .failed(let error) = answer { error } else { nil }
            }
            let isAnswered = hasOpened || failures.contains { $0.cause != .unreadable }
            return isAnswered ? nil : failures.first
        }

        /// Why a company cannot be looked into; nil when it can.
        func refusal(of company: CompanyID) -> String? {
            switch answers[company] {
            case .opened: nil
            case .failed where failure != nil && failure?.cause != .credentials: "Sage 300 is not reached"
            case .failed: "company \(company) does not open"
            case .notTried(let reason): reason
            case nil: "it was not asked"
            }
        }
    }

    /// Asks one company after the other, and none any more after the first refused sign-in or a server that is not
    /// there: a wrong password may lock the user.
    private func opening() async throws -> Opening {
        var opening = Opening()
        for company in try await sequence() {
            if let end = opening.end {
                opening.answers[company] = .notTried(
                    end.cause == .credentials
                        ? "no other company is asked after a refused sign-in, which may lock the user"
                        : "Sage 300 is not reached"
                )
                continue
            }
            do {
                try await LedgerReader(gate: gate, company: company).probe(.customers)
                opening.answers[company] = .opened
            } catch let error as SageError {
                opening.answers[company] = error.isAnswerOfOpenCompany ? .opened : .failed(error)
                if error.endsAsking { opening.end = error }
            }
        }
        return opening
    }

    /// The company that the sign-in was proven with first: what it refuses, the whole sign-in is refused.
    private func sequence() async throws -> [CompanyID] {
        let companies = tenant.companies.map(\.company)
        let proving = try await database.companyProving(address: gate.address, user: gate.user)
        return companies.filter { $0 == proving } + companies.filter { $0 != proving }
    }

    // MARK: The system as a whole

    private func systemChecks(_ opening: Opening) async -> [PingCheck] {
        guard let end = opening.failure else {
            return way.reached() + [signIn(.fine("Sage 300 knows user \(gate.user)."))]
        }
        guard end.cause == .credentials else {
            return await wayChecks(end) + [signIn(.notChecked("Sage 300 is not reached"))]
        }
        if opening.hasOpened {
            return way.reached() + [signIn(.fine("Sage 300 knows user \(gate.user)."))]
        }
        let isKnown = end.status == nil
        let reach =
            isKnown ? way.unasked("a sign-in that was refused is not tried again") : way.reached()
        let detail =
            isKnown
            ? "Sage 300 refused this sign-in before, and it is not tried again: \(end.message)"
            : end.failure.reason
        return reach + [signIn(.failed(detail, fix: end.failure.nextStep))]
    }

    private func wayChecks(_ error: SageError) async -> [PingCheck] {
        if error.cause == .unreachable || error.cause == .noAnswer {
            let probe = NetworkProbe(http: http, url: tenant.sage.url, key: "sage.url")
            if let fault = await probe.fault() { return way.failed(fault) }
            return way.answered(
                "Sage 300 did not answer \(error.operation): \(error.message).",
                fix:
                    "Ping again; if it lasts, ask whoever runs the server to look at the IIS application pool."
            )
        }
        return way.answered(SageWords.wrongAnswer(error), fix: SageWords.fixOfWrongAnswer(error))
    }

    private func companyCheck(
        _ company: CompanyID,
        _ opening: Opening,
        pause: CompanyHealth?
    ) -> PingCheck {
        let outcome: PingCheck.Outcome =
            switch opening.answers[company] {
            case .opened:
                .fine(
                    "It opens."
                        + (pause.map {
                            " Its work is paused all the same: \($0.reason ?? "no reason is known")"
                        }
                            ?? "")
                )
            case .failed(let error) where error.cause == .credentials && opening.hasOpened:
                .failed(
                    "Sage 300 refuses the sign-in for this company (401) and takes it for another: the company is "
                        + "unknown there, or user \(gate.user) is not authorised for it.",
                    fix: "Correct companies[].company in the tenant file, or have the administrator give "
                        + "\(gate.user) a security group in \(company) (User Authorizations)."
                )
            case .failed(let error) where error.endsAsking || opening.failure?.cause == .unreadable:
                .notChecked(
                    error.cause == .credentials ? "the sign-in is refused" : "Sage 300 is not reached"
                )
            case .failed(let error): SageWords.outcome(error, reading: "company \(company)", isRequired: true)
            case .notTried(let reason): .notChecked(reason)
            case nil: .notChecked("it was not asked")
            }
        return PingCheck(kind: .company, system: .sage, company: company, subject: "", outcome: outcome)
    }

    private func signIn(_ outcome: PingCheck.Outcome) -> PingCheck {
        PingCheck(kind: .signIn, system: .sage, company: nil, subject: "", outcome: outcome)
    }

    private func told(_ checks: [PingCheck]) -> [PingCheck] {
        for check in checks { progress(check) }
        return checks
    }
}

extension WayChecks {
    /// Nobody asked.
    fileprivate func unasked(_ reason: String) -> [PingCheck] {
        [PingKind.reach, .tls].map {
            PingCheck(kind: $0, system: system, company: nil, subject: "", outcome: .notChecked(reason))
        }
    }
}

extension SageError {
    /// True for a refusal that only a company that was opened gives: of one right among many.
    fileprivate var isAnswerOfOpenCompany: Bool {
        switch cause {
        case .forbidden, .notFound, .locked, .refused: true
        case .unreachable, .noAnswer, .busy, .credentials, .unavailable, .unreadable: false
        }
    }

    /// True for what every company of the server would answer alike, or must not be asked for again.
    var endsAsking: Bool {
        switch cause {
        case .credentials, .unreachable, .noAnswer: true
        case .unreadable, .busy, .forbidden, .unavailable, .notFound, .locked, .refused: false
        }
    }
}
