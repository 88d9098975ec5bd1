import Accounting
import Foundation
import Sage300

/// Everything of a tenant file besides addresses and credentials, each with a proposal from what both systems say.
struct SettingsSheet: Sendable {
    private(set) var settings: [Setting]
    private let ledger: LedgerSurvey

    /// - Throws: `Refusal` where the company cannot keep the books of any of the store's views.
    init(
        _ store: StoreSurvey,
        _ ledger: LedgerSurvey,
        name: TenantNaming,
        today: (String) -> CalendarDate
    ) throws(Refusal) {
        self.ledger = ledger
        let home = ledger.homeCurrency
        let views = store.views.filter { home == nil || $0.baseCurrency == nil || $0.baseCurrency == home }
        guard !views.isEmpty else {
            let bases = Set(store.views.compactMap(\.baseCurrency)).sorted().joined(separator: ", ")
            throw Refusal(
                "\(ledger.company) keeps its books in \(home ?? "?"), and no store view has that base currency"
                    + "\(bases.isEmpty ? "" : " (there is \(bases))"): choose a company that does."
            )
        }
        let zone = views.first { $0.isActive }?.timeZone ?? views.first?.timeZone
        settings =
            [
                Setting(.tenant(name)), Setting(.tenantName(ledger, name)), Setting(.schedule),
                Setting(.storeViews(views, home)), Setting(.documentPrefix), Setting(.timeZone(zone)),
                Setting(.currency(home, views)), Setting(.invoiceOn),
                Setting(.startDate(zone.map { today($0.identifier) })), Setting(.posting),
                Setting(.customerGroup(ledger)), Setting(.customerPrefix), Setting(.guests),
                Setting(.guestCustomer), Setting(.terms(ledger), without: "Sage 300's own"),
                Setting(.taxGroup(ledger), without: "Sage 300's own"),
            ] + AccountPurpose.all.map { Setting(.account($0, ledger), without: $0.withoutIt) }
        followGroup()
    }

    subscript(key: String) -> String? { settings.first { $0.question.key == key }?.value }

    /// The settings that have no value and need one.
    var open: [Setting] { settings.filter(\.isOpen) }

    /// The setting of a key, or of a number of the sheet.
    func setting(_ name: String) -> Setting? {
        if let number = Int(name), settings.indices.contains(number - 1) { return settings[number - 1] }
        return settings.first { $0.question.key.lowercased() == name.lowercased() }
    }

    /// Takes an answer.
    /// - Throws: `Refusal` for what cannot be chosen.
    mutating func change(_ question: Question, to answer: String) throws(Refusal) {
        guard let index = settings.firstIndex(where: { $0.question.key == question.key }) else { return }
        let value = try question.reading(answer)
        settings[index].value = value
        settings[index].isChosen = true
        settings[index].reason = value == nil ? "left out" : "your answer"
        if question.key == "customers.group" { followGroup() }
    }

    /// Terms and tax group are those of the customer group, as long as nobody has chosen others.
    private mutating func followGroup() {
        guard let code = self["customers.group"], let group = ledger.groups?.first(where: { $0.code == code })
        else {
            return
        }
        for (key, value) in [("terms", group.terms), ("taxGroup", group.taxGroup)] {
            guard let index = settings.firstIndex(where: { $0.question.key == key }),
                !settings[index].isChosen,
                let value, settings[index].question.isAllowed(value)
            else { continue }
            settings[index].value = value
            settings[index].reason = "as customer group \(code) has it"
        }
    }
}

extension Question {
    /// Whether a value may be chosen.
    fileprivate func isAllowed(_ value: String) -> Bool {
        choices.isEmpty ? check(value) != nil : choices.contains { $0.value == value }
    }
}

/// What a tenant may be called.
struct TenantNaming: Sendable {
    /// From the file's name or the store's address.
    let proposal: Proposal?
    /// Names that are given.
    let taken: Set<String>
}
