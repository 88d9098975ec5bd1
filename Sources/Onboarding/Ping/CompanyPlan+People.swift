import Accounting
import Foundation
import Sage300

/// The customers that guests share, the field that keeps the store's id, and open periods.
extension CompanyPlan {
    // MARK: Guests

    /// Customers the tenant file names: nothing creates them.
    var guests: [PlannedCheck] {
        guard rules.customers.guests == .shared else { return [] }
        let foreign = rules.currencies.sorted { $0.key < $1.key }.compactMap { code, currency in
            currency.guestCustomer.map { ($0, "currencies.\(code).guestCustomer", code) }
        }
        let own = rules.customers.guestCustomer.map {
            [($0, "customers.guestCustomer", rules.currency.code)]
        }
        return ((own ?? []) + foreign).map { number, key, currency in
            check(.guestCustomer, number) {
                try await guest(number, key: key, currency: currency)
            } otherwise: {
                SageWords.outcome($0, reading: "customers", isRequired: true)
            }
        }
    }

    private func guest(_ text: String, key: String, currency: String) async throws -> PingCheck.Outcome {
        let correct = "or correct \(key) of company \(rules.company) in the tenant file and apply it."
        guard let number = CustomerNumber(text), let customer = try await reader.customer(number) else {
            return .failed(
                "There is no customer \(text).",
                fix: "Create the customer that all guests share in A/R Customers, \(correct)"
            )
        }
        if !customer.isActive {
            return .failed(
                "Customer \(text) is inactive.",
                fix: "Make it active in A/R Customers, \(correct)"
            )
        }
        if customer.isOnHold {
            return .failed(
                "Customer \(text) is on hold.",
                fix: "Take it off hold in A/R Customers, \(correct)"
            )
        }
        if let kept = customer.currency, kept.uppercased() != currency {
            return .failed(
                "Customer \(text) is kept in \(kept), not in \(currency).",
                fix: "Create a customer in \(currency) for guests, \(correct)"
            )
        }
        return .fine(customer.name ?? "It is there.")
    }

    // MARK: Optional fields

    /// Sage 300's Web API lists no optional fields of A/R: seeing one proves it, not seeing it proves nothing.
    var optionalFields: [PlannedCheck] {
        guard let field = rules.customers.optionalField else { return [] }
        return [
            check(.optionalField, field) {
                let name = field.uppercased()
                let group = try await reader.group(rules.customers.group)
                let isOfGroup = group?.optionalFields.contains(name) == true
                let isKnown = isOfGroup ? true : try await isCarried(name)
                return .fine(
                    isKnown
                        ? "Customers carry it."
                        : "Not proven: no customer seen carries it, and Sage 300 lists no optional fields. Where it is "
                            + "refused, customers are written without it."
                )
            } otherwise: {
                SageWords.outcome($0, reading: "customers", isRequired: true)
            }
        ]
    }

    private func isCarried(_ field: String) async throws -> Bool {
        try await reader.read { session, company throws(SageError) in
            try await session.optionalFieldsOfCustomers(in: company)
        }.contains(field)
    }

    // MARK: Periods

    var periods: [PlannedCheck] {
        let today = CalendarDate(now, in: rules.timeZone)
        // Documents made on the first day are entered on that day.
        let days = [(today, "today")] + (rules.startDate.map { [($0, "of startDate")] } ?? [])
        return days.map { day, words in
            check(.fiscalPeriod, words) {
                try await period(of: day)
            } otherwise: {
                SageWords.outcome($0, reading: "fiscal calendars", isRequired: false)
            }
        }
    }

    private func period(of day: CalendarDate) async throws -> PingCheck.Outcome {
        guard let period = try await reader.period(of: day) else {
            return .failed(
                "\(day) is in no fiscal period of the company.",
                fix: "Create its fiscal year in Common Services, Fiscal Calendar."
            )
        }
        let name = "period \(period.period) of \(period.year)"
        switch period.isLocked {
        case true?:
            return .failed(
                "\(day) is in \(name), which is locked: documents of that day are refused.",
                fix:
                    "Unlock it in Common Services, Fiscal Calendar, or set startDate of company \(rules.company) to a day "
                    + "in an open period."
            )
        case false?: return .fine("\(day) is in \(name), which is open.")
        case nil: return .fine("\(day) is in \(name); the calendar does not tell whether it is locked.")
        }
    }
}
