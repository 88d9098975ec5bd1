import Foundation
import Testing

@testable import SageSimulation

struct ScenarioTests {
    @Test func everyKeyHasADefault() throws {
        let scenario = try Scenario(yaml: "")
        #expect(scenario.companies.map(\.code) == ["SAMINC"])
        #expect(scenario.users == [Scenario.User(name: "CONNECTOR", password: "SECRET")])
        let codes = ["1200", "2200", "2310", "2320", "2330", "2500", "4000", "4100", "4200", "4300", "4990"]
        #expect(Set(codes).isSubset(of: scenario.companies[0].accounts.map(\.code)))
    }

    @Test func entriesAddReplaceAndRemove() throws {
        let scenario = try Scenario(
            yaml: """
                companies:
                  - code: samltd
                    accounts: ["4321", {code: 4000, status: Inactive}, {code: "4100", absent: true}]
                    taxGroups: [{code: ECOM, authority: X, rate: 7.25}]
                """
        )
        let company = scenario.companies[0]
        #expect(company.code == "SAMLTD")
        #expect(company.accounts.first { $0.code == "4000" }?.isActive == false)
        #expect(!company.accounts.contains { $0.code == "4100" })
        #expect(company.accounts.contains { $0.code == "4321" })
        #expect(company.taxGroups.first { $0.code == "ECOM" }?.rate.description == "7.25")
    }

    @Test(arguments: [
        ("compannies: []", "unknown key compannies"), ("lockout: many", "lockout is not a whole number"),
        ("faults: [{on: X, kind: conflict}]", "METHOD MODULE/Resource"),
        (
            "companies: [{code: A, rules: {badAccount: never}}]",
            "companies[0].rules.badAccount is none of entry, posting"
        ),
        ("unknownCompany: 418", "none of 401, 404, 500"), ("a: [", "not YAML"),
    ])
    func mistakesAreNamed(_ yaml: String, _ text: String) {
        let error = #expect(throws: ScenarioError.self) { try Scenario(yaml: yaml) }
        #expect(error?.description.contains(text) == true)
    }

    @Test func daysAreCalendarDays() throws {
        #expect(CalendarDay(year: 2024, month: 2, day: 29)?.text == "2024-02-29")
        #expect(CalendarDay(year: 2023, month: 2, day: 29) == nil)
        #expect(CalendarDay(year: 1970, month: 1, day: 1)?.daysSince1970 == 0)
        for days in stride(from: -800_000, through: 800_000, by: 997) where days > -719_000 {
            let (year, month, day) = CalendarDay(daysSince1970: days).components
            #expect(CalendarDay(year: year, month: month, day: day)?.daysSince1970 == days)
        }
    }

    @Test(arguments: [
        ("2020-01-15", "2020-01-15"), ("2020-06-20T00:00:00Z", "2020-06-20"),
        ("2010-08-18T00:00:00", "2010-08-18"),
        ("2026-03-01T00:00:00+02:00", "2026-02-28"), ("2026-03-01T00:00:00.000-08:00", "2026-03-01"),
        ("1969-12-31T23:59:59Z", "1969-12-31"),
    ])
    func datesAreReadAsUTCDays(_ text: String, _ day: String) {
        #expect(WireInstant(parsing: text)?.day.text == day)
    }

    @Test(arguments: [
        "", "2026-13-01", "2026-02-30", "01/02/2026", "2026-03-01T25:00:00Z", "2026-03-01T00:00:00X",
    ])
    func otherTextsAreNoDates(_ text: String) {
        #expect(WireInstant(parsing: text) == nil)
    }
}
