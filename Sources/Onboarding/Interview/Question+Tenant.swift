import Accounting
import Foundation

/// The questions about a tenant as such, its store views and its documents.
extension Question {
    static func tenant(_ naming: TenantNaming) -> Question {
        let taken = naming.taken
        return Question(
            "tenant",
            "the tenant's name in every command",
            allowed: "1 to 32 of a-z, 0-9 and -, not the name of a tenant there is",
            proposal: naming.proposal
        ) { text in taken.contains(text) ? nil : TenantID(text)?.name }
    }

    static func tenantName(_ ledger: LedgerSurvey, _ naming: TenantNaming) -> Question {
        let own = ledger.name.map {
            Proposal(String($0.printable.prefix(100)), because: "the company's name in Sage 300")
        }
        return Question(
            "name",
            "the tenant's name for people",
            allowed: "up to 100 characters",
            proposal: own ?? naming.proposal
        ) { text in (1...100).contains(text.count) && text.isOneLine ? text : nil }
    }

    static let schedule = Question(
        "schedule",
        "how often the store is read",
        allowed: "an interval from 10s to 31d such as 15m, \"day 02:00\", or \"monday 02:00\"",
        proposal: Proposal("15m", because: "orders are in the books within the hour")
    ) { ScheduleText($0)?.text }

    static func storeViews(_ views: [StoreSurvey.View], _ home: String?) -> Question {
        let active = views.filter(\.isActive)
        let currency = home.map { " with base currency \($0)" } ?? ""
        return Question(
            "storeViews",
            "the store views whose orders belong to this company",
            .several(
                views.map { view in
                    let facts = [view.name, view.isActive ? nil : "switched off", view.baseCurrency]
                    return Choice(view.code, facts.compactMap(\.self).joined(separator: ", "))
                }
            ),
            proposal: active.isEmpty
                ? nil
                : Proposal(
                    active.map(\.code).joined(separator: ", "),
                    because: active.count == 1 ? "the only one\(currency)" : "all\(currency)"
                )
        )
    }

    static let documentPrefix = Question(
        "documentPrefix",
        "what the numbers of documents begin with in Sage 300",
        allowed: "up to 8 of A-Z, 0-9 and -, or \"\" for none",
        proposal: Proposal("WEB", because: "tells them from documents entered by hand")
    ) { text in
        if text == "\"\"" || text == "''" { return "" }
        let isAllowed = text.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) || $0 == 45 }
        return isAllowed && (1...8).contains(text.count) ? text : nil
    }

    static func timeZone(_ zone: TimeZone?) -> Question {
        Question(
            "timeZone",
            "the time zone of the company's calendar",
            allowed: "an IANA name such as America/Vancouver",
            proposal: zone.map { Proposal($0.identifier, because: "the store's") }
        ) { text in
            text == "UTC" || TimeZone.knownTimeZoneIdentifiers.contains(text) ? text : nil
        }
    }

    /// Nothing to choose where Sage 300 tells its home currency.
    static func currency(_ home: String?, _ views: [StoreSurvey.View]) -> Question {
        let bases = Set(views.compactMap(\.baseCurrency)).sorted()
        let codes = home.map { [$0] } ?? bases
        let reason =
            home == nil
            ? "the store's base currency; Sage 300 does not tell its own" : "the company's home currency"
        let proposal = codes.count == 1 ? codes.first.map { Proposal($0, because: reason) } : nil
        guard !codes.isEmpty else {
            return Question(
                "currency",
                "the company's home currency",
                allowed: "an ISO 4217 code such as USD"
            ) {
                Currency($0.uppercased())?.code
            }
        }
        return Question(
            "currency",
            "the company's home currency",
            .one(codes.map { Choice($0) }),
            proposal: proposal
        )
    }

    static let invoiceOn = Question(
        "invoiceOn",
        "which document of the store becomes an invoice",
        .one([Choice("order", "every order"), Choice("invoice", "every invoice of the store")]),
        proposal: Proposal("order", because: "an order is entered once it is paid or shipped")
    )

    static func startDate(_ today: CalendarDate?) -> Question {
        Question(
            "startDate",
            "the first day whose orders are posted",
            allowed: "a day such as 2026-01-31",
            proposal: today.map {
                Proposal("\($0)", because: "today: what was before is in your books already")
            }
        ) { text in CalendarDate(text).map { "\($0)" } }
    }

    static let posting = Question(
        "posting",
        "what happens to batches in Sage 300",
        .one([
            Choice("review", "they stay Open until a person posts them"),
            Choice("automatic", "they are posted and read back"),
        ]),
        proposal: Proposal("review", because: "a person posts batches in Sage 300")
    )
}

/// `15m`, `day 02:00` or `monday 02:00`.
struct ScheduleText {
    let text: String
    /// Of the file, before the time zone.
    let every: String
    /// Whether it is a time of a clock.
    let hasClock: Bool

    private static let weekdays = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]

    init?(_ text: String) {
        self.text = text
        if let interval = text.wholeMatch(of: #/(\d{1,7})([smhd])/#) {
            let scale = ["s": 1, "m": 60, "h": 3600, "d": 86_400][String(interval.2)] ?? 1
            guard let count = Int(interval.1), (10...2_678_400).contains(count * scale) else { return nil }
            every = "every: \(text)"
            hasClock = false
            return
        }
        guard let clock = text.wholeMatch(of: #/([a-z]+) ([01]\d|2[0-3]):([0-5]\d)/#) else { return nil }
        let day = String(clock.1)
        guard day == "day" || Self.weekdays.contains(day) else { return nil }
        let time = "at: \"\(clock.2):\(clock.3)\""
        every = day == "day" ? "every: day, \(time)" : "every: week, on: \(day), \(time)"
        hasClock = true
    }
}

extension String {
    /// Nothing in it ends a line or is not printable.
    var isOneLine: Bool {
        !unicodeScalars.contains { $0.properties.generalCategory == .control }
            && !contains(where: \.isNewline)
    }
}
