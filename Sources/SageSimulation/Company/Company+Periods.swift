/// Fiscal calendar and accounts: what both ledgers ask before they take an entry.
extension Company {
    struct Period: Sendable, Equatable {
        let year: String
        let period: String

        var name: String { "\(year)-\(period)" }
    }

    /// The period a day falls in.
    func period(of day: CalendarDay?) throws(ServiceError) -> Period {
        guard let day, scenario.fiscalYears.contains(day.components.year) else {
            throw ServiceError(
                .fieldInvalid,
                "Date \(day?.text ?? "") does not exist in Common Services Fiscal Calendar."
            )
        }
        let (year, month, _) = day.components
        return Period(year: year.padded(4), period: month.padded(2))
    }

    func checkOpen(_ period: Period) throws(ServiceError) {
        guard closedPeriods.contains(period.name) else { return }
        throw ServiceError(
            .fieldInvalid,
            "Fiscal period \(period.period) for fiscal year \(period.year) is locked for AR in Common Services "
                + "Fiscal Calendar."
        )
    }

    /// An account by its number, with or without what stands between its segments.
    func account(_ code: String) -> Record? { record(.accounts, CompanyScenario.Account.key(code)) }

    /// Why an account cannot be posted to; nil when it can.
    func problem(withAccount code: String) -> String? {
        guard let account = account(code) else { return "Account \"\(code)\" does not exist." }
        if account.text("Status") == "Inactive" { return "Account \"\(code)\" is inactive." }
        if account.text("PostToAccount") == "Prohibited" {
            return "Account \"\(code)\" does not allow posting."
        }
        return nil
    }

    /// Opens or locks a period, and shows it in the calendar.
    func setPeriod(_ period: Period, isClosed: Bool) {
        if isClosed { closedPeriods.insert(period.name) } else { closedPeriods.remove(period.name) }
        guard rules.showsPeriodStatus, var calendar = record(.fiscalCalendars, period.year),
            let number = Int(period.period), (1...12).contains(number)
        else { return }
        calendar.set("FiscalPeriod\(number)Status", isClosed ? "Locked" : "Open")
        store(calendar, in: .fiscalCalendars)
    }
}
