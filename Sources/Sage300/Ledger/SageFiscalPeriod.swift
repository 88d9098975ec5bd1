public import Accounting
import ExactJSON

/// A period of a company's fiscal calendar.
public struct SageFiscalPeriod: Sendable, Hashable {
    /// The fiscal year, four digits. It need not be the calendar year of the date.
    public let year: String
    /// 1 to 13.
    public let period: Int
    /// Whether nothing can be posted in it; nil when the calendar does not tell.
    public let isLocked: Bool?
}

extension SageSession {
    /// The fiscal period a date lies in; nil when it is in none.
    ///
    /// Calendars are keyed by fiscal year, which may begin in the calendar year before or end in the one after
    /// (reference Sage 8, 14), so up to three are read.
    public func fiscalPeriod(of date: CalendarDate, in company: CompanyID) async throws(SageError)
        -> SageFiscalPeriod?
    {
        try await fiscalPeriods(of: [date], in: company)[date]
    }

    /// The fiscal periods of several dates, each calendar read once; dates in none are left out.
    public func fiscalPeriods(of dates: Set<CalendarDate>, in company: CompanyID) async throws(SageError)
        -> [CalendarDate: SageFiscalPeriod]
    {
        var calendars: [Int: SageFiscalCalendar?] = [:]
        var periods: [CalendarDate: SageFiscalPeriod] = [:]
        for date in dates.sorted() {
            for year in [date.year, date.year + 1, date.year - 1]
            where (1...9999).contains(year) && periods[date] == nil {
                let known = calendars[year]
                let calendar = if let known { known } else { try await fiscalCalendar(year, in: company) }
                calendars[year] = .some(calendar)
                periods[date] = calendar?.period(of: date, year: Self.name(of: year))
            }
        }
        return periods
    }

    private func fiscalCalendar(_ year: Int, in company: CompanyID) async throws(SageError)
        -> SageFiscalCalendar?
    {
        let key = SageKey("FiscalYear", Self.name(of: year))
        guard let entity = try await entity(company, Self.calendars, key) else { return nil }
        guard let calendar = SageFiscalCalendar(entity) else {
            throw .unreadable(Self.calendars, company, "the answer is no fiscal calendar")
        }
        return calendar
    }

    /// Four digits.
    private static func name(of year: Int) -> String { String(String(10_000 + year).dropFirst()) }

    private static let calendars = "CS/CSFiscalCalendars"
}

/// What is known of `CSFiscalCalendars`: `FiscalPeriod1StartDate`, `FiscalPeriod1EndDate` and so on (reference Sage
/// 14). What says that a period is locked is documented nowhere.
struct SageFiscalCalendar {
    private static let lastPeriod = 13
    private let properties: [(name: String, value: JSON)]

    /// Nil for what tells of no period.
    init?(_ json: JSON) {
        properties = (json.object ?? JSONObject()).map { (name: $0.name, value: $0.value) }
        guard properties.contains(where: { $0.name.lowercased() == "fiscalperiod1startdate" }) else {
            return nil
        }
    }

    func period(of date: CalendarDate, year: String) -> SageFiscalPeriod? {
        for period in 1...Self.lastPeriod {
            let properties = properties(of: period)
            guard let start = Self.day("startdate", properties), let end = Self.day("enddate", properties),
                start <= date, date <= end
            else { continue }
            return SageFiscalPeriod(year: year, period: period, isLocked: Self.isLocked(properties))
        }
        return nil
    }

    /// What a period's properties are called behind `FiscalPeriod<N>`.
    private func properties(of period: Int) -> [(name: String, value: JSON)] {
        let beginning = "fiscalperiod\(period)"
        return properties.compactMap { name, value in
            guard name.lowercased().hasPrefix(beginning) else { return nil }
            let rest = name.dropFirst(beginning.count)
            return rest.first?.isNumber == true ? nil : (name: String(rest), value: value)
        }
    }

    private static func day(_ name: String, _ properties: [(name: String, value: JSON)]) -> CalendarDate? {
        let text = properties.first { $0.name.lowercased() == name }?.value.string
        return text.flatMap { CalendarDate(String($0.prefix(10))) }
    }

    /// A period can be locked for each module by itself: where a property is A/R's, only it counts. Otherwise one
    /// that says locked is enough.
    private static func isLocked(_ properties: [(name: String, value: JSON)]) -> Bool? {
        let told = properties.compactMap { name, value in isLocked(name, value).map { (name, $0) } }
        let receivables = told.filter { $0.0.contains("AR") }
        let answers = (receivables.isEmpty ? told : receivables).map(\.1)
        return answers.isEmpty ? nil : answers.contains(true)
    }

    private static func isLocked(_ name: String, _ value: JSON) -> Bool? {
        let name = name.lowercased()
        let isSwitch = name.contains("lock") || name.contains("clos")
        guard isSwitch || name.contains("status") else { return nil }
        switch value.string?.lowercased() ?? value.bool.map({ $0 ? "yes" : "no" }) ?? "" {
        case "locked", "closed": return true
        case "open", "opened", "unlocked": return false
        // "Status: Yes" says nothing.
        case "yes", "true": return isSwitch ? true : nil
        case "no", "false": return isSwitch ? false : nil
        default: return nil
        }
    }
}
