import Foundation
import Tenancy
import Testing

/// A time of day in which Sage 300 is left alone.
@Suite struct QuietHoursTests {
    private static func quietHours(_ text: String) throws -> QuietHours? {
        try TenantFile.parse(
            ContractFile.replacing("username: connector", with: "username: connector\n  quietHours: \(text)"),
            secrets: ContractFile.secrets
        ).sage.quietHours
    }

    private static func instant(_ text: String) throws -> Date {
        try #require(ISO8601DateFormatter().date(from: text))
    }

    @Test(arguments: [
        ("2026-03-01T08:59:59Z", false), ("2026-03-01T09:00:00Z", true), ("2026-03-01T10:59:59Z", true),
        ("2026-03-01T11:00:00Z", false), ("2026-07-01T08:00:00Z", true), ("2026-07-01T10:00:00Z", false),
    ])
    func byTheClockOfTheirZone(_ at: String, _ isQuiet: Bool) throws {
        let hours = try #require(
            try Self.quietHours(#"{from: "01:00", to: "03:00", timeZone: America/Vancouver}"#)
        )
        #expect(try hours.contain(Self.instant(at)) == isQuiet)
    }

    @Test(arguments: [
        ("2026-03-01T22:59:59Z", false), ("2026-03-01T23:00:00Z", true), ("2026-03-02T00:00:00Z", true),
        ("2026-03-02T03:59:59Z", true), ("2026-03-02T04:00:00Z", false), ("2026-03-02T12:00:00Z", false),
    ])
    func acrossMidnight(_ at: String, _ isQuiet: Bool) throws {
        let hours = try #require(try Self.quietHours(#"{from: "23:00", to: "04:00", timeZone: UTC}"#))
        #expect(try hours.contain(Self.instant(at)) == isQuiet)
    }

    @Test func noneUnlessTheyAreGiven() throws {
        #expect(try TenantFile.parse(ContractFile.text, secrets: ContractFile.secrets).sage.quietHours == nil)
    }

    @Test(arguments: [
        (#"{from: "1:00", to: "03:00", timeZone: UTC}"#, "sage.quietHours.from", "a time such as"),
        (#"{from: "01:00", timeZone: UTC}"#, "sage.quietHours.to", "is missing"),
        (#"{from: "01:00", to: "01:00", timeZone: UTC}"#, "sage.quietHours.to", "is the same as from"),
        (#"{from: "01:00", to: "03:00", timeZone: Vancouver}"#, "sage.quietHours.timeZone", "an IANA name"),
        (#"{from: "01:00", to: "03:00", timeZone: UTC, on: monday}"#, "sage.quietHours.on", "unknown key"),
    ])
    func refusedWithTheKeyAndWhatIsAllowed(_ text: String, _ key: String, _ message: String) throws {
        let keys = "username: connector\n  quietHours: \(text)"
        let problems = ContractFile.problems(
            of: ContractFile.replacing("username: connector", with: keys)
        )
        #expect(problems.map(\.key) == [key])
        #expect(problems.first?.reason.contains(message) == true, "\(problems)")
    }
}
