extension CalendarDate {
    /// Days since 1 January 1970; Howard Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
    private var daysSince1970: Int {
        let year = month <= 2 ? self.year - 1 : self.year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// How many days later than another; negative when it is earlier.
    public func days(since other: CalendarDate) -> Int { daysSince1970 - other.daysSince1970 }

    /// The day that many days later, or earlier; from year 1 to 9999.
    public func adding(days: Int) -> CalendarDate { CalendarDate(daysSince1970: daysSince1970 + days) }
}
