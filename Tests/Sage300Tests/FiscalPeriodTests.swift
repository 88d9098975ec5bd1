import Accounting
import ExactJSON
import Testing

@testable import Sage300

/// Which period a date lies in, however a calendar says that it is locked.
@Suite(.timeLimit(.minutes(1)))
struct FiscalPeriodTests {
    private static func date(_ text: String) throws -> CalendarDate { try #require(CalendarDate(text)) }

    private static let january: JSON = [
        "FiscalPeriod1StartDate": "2026-01-01", "FiscalPeriod1EndDate": "2026-01-31",
    ]

    @Test func thePeriodOfADateAndWhetherItIsLocked() async throws {
        try await withRehearsal("companies: [{code: SAMINC, closedPeriods: [2026-02]}]") { sage in
            let session = sage.session
            let march = try await session.fiscalPeriod(of: Self.date("2026-03-31"), in: company())
            #expect(march == SageFiscalPeriod(year: "2026", period: 3, isLocked: false))
            let february = try await session.fiscalPeriod(of: Self.date("2026-02-28"), in: company())
            #expect(february == SageFiscalPeriod(year: "2026", period: 2, isLocked: true))
            #expect(try await session.fiscalPeriod(of: Self.date("2040-01-01"), in: company()) == nil)
        }
    }

    @Test func aCalendarThatDoesNotTell() async throws {
        try await withRehearsal("companies: [{code: SAMINC, rules: {periodStatus: false}}]") { sage in
            let march = try await sage.session.fiscalPeriod(of: Self.date("2026-03-01"), in: company())
            #expect(march == SageFiscalPeriod(year: "2026", period: 3, isLocked: nil))
        }
    }

    /// Fiscal 2026 from October 2025 to September 2026, or from April 2026 to March 2027.
    @Test(arguments: [
        ("2025-11-15", "2025-10-01", "2025-11-30", ["2025", "2026"]),
        ("2027-02-01", "2026-04-01", "2027-03-31", ["2027", "2028", "2026"]),
    ])
    func aYearThatIsNotTheCalendars(_ day: String, _ start: String, _ end: String, _ asked: [String])
        async throws
    {
        try await withScript { request in
            guard request.target.hasSuffix("CS/CSFiscalCalendars('2026')") else {
                return .status(404, #"{"error":{"code":"RecordNotFound","message":{"value":"None."}}}"#)
            }
            return .status(
                200,
                """
                {"FiscalYear":"2026","FiscalPeriod1StartDate":"\(start)T00:00:00Z",\
                "FiscalPeriod1EndDate":"\(end)T00:00:00-05:00","FiscalPeriod13StartDate":null}
                """
            )
        } _: { session, server in
            let period = try await session.fiscalPeriod(of: Self.date(day), in: company())
            #expect(period == SageFiscalPeriod(year: "2026", period: 1, isLocked: nil))
            #expect(server.requests.map { String($0.target.suffix(6).prefix(4)) } == asked)
        }
    }

    @Test func commonServicesMayBeForbidden() async throws {
        try await withScript { _ in
            .status(403, #"{"error":{"code":"Forbidden","message":{"value":"No."}}}"#)
        } _: { session, _ in
            let error = await failure {
                _ = try await session.fiscalPeriod(of: Self.date("2026-03-01"), in: company())
            }
            #expect(error?.cause == .forbidden && error?.module == "CS")
        }
    }

    @Test(
        arguments: [
            ("FiscalPeriod1Status", JSON.string("Locked"), true), ("FiscalPeriod1Status", "Open", false),
            ("FiscalPeriod1Status", "Yes", nil), ("FiscalPeriod1Locked", "Yes", true),
            ("FiscalPeriod1Locked", "No", false), ("FiscalPeriod1LockedSwitch", true, true),
            ("FISCALPERIOD1ISCLOSED", false, false), ("FiscalPeriod1ARLockStatus", "UNLOCKED", false),
            ("FiscalPeriod1Closed", "Closed", true), ("FiscalPeriod1Closed", 1, nil),
            ("FiscalPeriod11Status", "Locked", nil), ("FiscalPeriod1Note", "Locked", nil),
            ("QuarterStatus", "Locked", nil),
        ] as [(String, JSON, Bool?)]
    )
    func whateverTellsThatAPeriodIsLocked(_ name: String, _ value: JSON, _ isLocked: Bool?) throws {
        let calendar = try #require(SageFiscalCalendar(Self.january.adding(name, value)))
        let period = try #require(try calendar.period(of: Self.date("2026-01-31"), year: "2026"))
        #expect(period.isLocked == isLocked)
    }

    @Test func theReceivablesModuleCounts() throws {
        let day = try Self.date("2026-01-01")
        let open = Self.january.adding("FiscalPeriod1ICStatus", "Locked").adding(
            "FiscalPeriod1ARStatus",
            "Open"
        )
        #expect(SageFiscalCalendar(open)?.period(of: day, year: "2026")?.isLocked == false)
        let locked = Self.january.adding("FiscalPeriod1ICStatus", "Locked").adding(
            "FiscalPeriod1GLStatus",
            "Open"
        )
        #expect(SageFiscalCalendar(locked)?.period(of: day, year: "2026")?.isLocked == true)
    }

    @Test(arguments: [JSON.null, [], "x", ["FiscalPeriod1StartDate": 5], ["FiscalPeriod1StartDate": "26"]])
    func whatIsNoCalendar(_ json: JSON) throws {
        #expect(try SageFiscalCalendar(json)?.period(of: Self.date("2026-01-31"), year: "2026") == nil)
    }
}

extension JSON {
    fileprivate func adding(_ name: String, _ value: JSON) -> JSON {
        var object = object ?? JSONObject()
        object[name] = value
        return .object(object)
    }
}
