import Accounting
import Sage300

/// What Sage 300 as it stands says against documents; `subject` is the code, so that one cause is said once.
extension Failure {
    static func codeMissing(_ code: String, _ noun: String, _ text: String, _ rules: CompanyRules) -> Failure
    {
        Failure(
            .ledger,
            code: code,
            reason: "Sage 300 has no \(noun) \(text) in company \(rules.company).",
            subject: text,
            nextStep: "Create it in Sage 300, or correct the tenant file and apply it."
        )
    }

    static func accountUnfit(_ account: String, _ problem: String, _ rules: CompanyRules) -> Failure {
        Failure(
            .ledger,
            code: "account-unfit",
            reason: "Account \(account) of company \(rules.company) \(problem).",
            subject: account,
            nextStep: "Change the account in Sage 300, or correct accounts in the tenant file and apply it."
        )
    }

    static func guestMissing(_ number: CustomerNumber, _ rules: CompanyRules) -> Failure {
        Failure(
            .ledger,
            code: "guest-customer-missing-in-sage",
            reason: "The customer that guests share, \(number), does not exist in company \(rules.company).",
            subject: number.text,
            nextStep:
                "Create it in A/R Customers, or correct customers.guestCustomer in the tenant file and apply it."
        )
    }

    static func customerUnfit(_ number: CustomerNumber, _ problem: String, _ step: String) -> Failure {
        Failure(
            .ledger,
            code: "customer-unfit",
            reason: "Customer \(number) \(problem).",
            subject: number.text,
            nextStep: step
        )
    }

    static func customerOfAnotherGroup(_ number: CustomerNumber, _ group: String, _ rules: CompanyRules)
        -> Failure
    {
        Failure(
            .ledger,
            code: "customer-of-another-group",
            reason:
                "Customers with numbers of this tenant stand in Sage 300 already, in group \(group) and not "
                + "\(rules.customers.group); they may be other people.",
            subject: group,
            nextStep:
                "See whether \(number) is this store's customer: if not, choose another customers.prefix in the "
                + "tenant file and apply it."
        )
    }

    static func numberTaken(_ number: String, _ place: String) -> Failure {
        Failure(
            .ledger,
            code: "number-taken",
            reason: "Document numbers are used in Sage 300 already, for instance \(number) (\(place)).",
            moneyAtRisk: true,
            nextStep:
                "See whether these are the store's documents, entered by hand; if not, give the company or the "
                + "store view another documentPrefix in the tenant file and apply it."
        )
    }

    static func periodMissing(_ date: CalendarDate) -> Failure {
        Failure(
            .ledger,
            code: "period-missing",
            reason: "Days of \(date.year) are in no fiscal period of Sage 300's calendar.",
            subject: "\(date.year)",
            nextStep: "Create the fiscal year in Common Services, Fiscal Calendar."
        )
    }

    static func periodLocked(_ period: SageFiscalPeriod) -> Failure {
        Failure(
            .ledger,
            code: "period-closed",
            reason: "Fiscal period \(period.period) of \(period.year) is locked in Sage 300.",
            subject: "\(period.year)-\(period.period)",
            nextStep:
                "Unlock it in Common Services, Fiscal Calendar, or set startDate to a day in an open period."
        )
    }
}
