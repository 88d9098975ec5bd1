import Accounting
import AdobeCommerce
import Foundation
import Polling
import Tenancy

/// The checks of a store that is signed in to.
struct StorePlan: Sendable {
    let tenant: TenantConfiguration
    /// Nil: nothing can be asked, and the checks are only named.
    let answers: StoreAnswers?

    private static let tolerableClock: TimeInterval = 600

    /// In the sequence they are shown in.
    var checks: [PlannedCheck] { rights + views + [others] + currencies + [clock] }

    private func check(
        _ kind: PingKind,
        _ subject: String = "",
        company: CompanyID? = nil,
        _ ask: @escaping @Sendable (StoreAnswers) async throws -> PingCheck.Outcome
    ) -> PlannedCheck {
        PlannedCheck(kind: kind, system: .adobe, company: company, subject: subject) { [answers] in
            guard let answers else { return .notChecked("the store was not asked") }
            do { return try await ask(answers) } catch let error as AdobeError {
                return .failed(error.sentence, fix: error.nextStep)
            }
        }
    }

    // MARK: Rights

    private var rights: [PlannedCheck] {
        let views = check(.rights, "store views") { answers in
            _ = try answers.views.get()
            return .fine("May be read.")
        }
        let settings = check(.rights, "store settings") { answers in
            _ = try await answers.storeConfigs()
            return .fine("May be read.")
        }
        return DocumentResource.allCases.map(right) + [views, settings]
    }

    private func right(to resource: DocumentResource) -> PlannedCheck {
        let isNeeded = resource.isNeeded(by: tenant.companies)
        return check(.rights, resource.words) { answers in
            do {
                _ = try await answers.store.newest(resource, count: 1)
                return .fine("May be read.")
            } catch let error as AdobeError {
                guard case .rights = error.cause, !isNeeded else { throw error }
                return .fine("May not be read; with this tenant file nothing is made of them.")
            }
        }
    }

    // MARK: Store views

    private var views: [PlannedCheck] {
        tenant.companies.flatMap { company in
            company.storeViews.map { view in
                check(.storeView, view.code, company: company.company) { answers in
                    guard let views = try? answers.views.get() else {
                        return .notChecked("store views may not be read")
                    }
                    return Self.outcome(of: view.code, views)
                }
            }
        }
    }

    private static func outcome(of code: String, _ views: [StoreView]) -> PingCheck.Outcome {
        guard let view = views.first(where: { $0.code == code }) else {
            let codes = views.filter { $0.id != 0 }.map(\.code).sorted()
            let alike = codes.first { $0.lowercased() == code.lowercased() }
            return .failed(
                "The store has no store view \(code).",
                fix: alike.map { "Write \($0) into storeViews of the tenant file; capitals count." }
                    ?? "Write one of the store's codes into storeViews of the tenant file: \(codes.listed)."
            )
        }
        return .fine(view.isActive ? "\(view.name)." : "\(view.name); switched off, its documents are read.")
    }

    /// What the file leaves out on purpose or by mistake only its people know.
    private var others: PlannedCheck {
        let named = Set(tenant.companies.flatMap { $0.storeViews.map(\.code) })
        return check(.otherStoreViews) { answers in
            guard let views = try? answers.views.get() else {
                return .notChecked("store views may not be read")
            }
            let others = views.filter { $0.id != 0 && !named.contains($0.code) }.map(\.code).sorted()
            guard !others.isEmpty else { return .fine("Every store view belongs to a company.") }
            return .fine(
                "\(others.listed): their orders are dead-lettered (mapping) until a company has them in storeViews."
            )
        }
    }

    // MARK: Currency and clock

    private var currencies: [PlannedCheck] {
        tenant.companies.map { company in
            let codes = company.storeViews.map(\.code)
            let home = company.currency.code
            return check(.baseCurrency, company: company.company) { answers in
                let configs = try await answers.storeConfigs().filter { codes.contains($0.code) }
                let strange = configs.filter { $0.baseCurrency.uppercased() != home }
                guard let first = strange.first else {
                    return configs.isEmpty
                        ? .notChecked("the store tells no settings of its store views")
                        : .fine("\(home), as the company's.")
                }
                return .failed(
                    "Store views \(strange.map(\.code).sorted().listed) have base currency \(first.baseCurrency), the "
                        + "company's currency is \(home).",
                    fix:
                        "Move them to a company that keeps its books in \(first.baseCurrency), or correct currency in "
                        + "the tenant file; their orders are dead-lettered otherwise (unless they are paid in a "
                        + "currency under currencies)."
                )
            }
        }
    }

    private var clock: PlannedCheck {
        check(.clock) { answers in
            // Any answer tells the time.
            if case .failure = answers.views { _ = try? await answers.storeConfigs() }
            if let problem = answers.store.clockProblem {
                return .failed(
                    problem.description,
                    fix: "Set the clocks of the store and of this machine by NTP."
                )
            }
            let seconds = answers.store.serverTime.timeIntervalSince(Date()).rounded()
            let apart =
                "The store's clock is \(Int(seconds.magnitude)) s \(seconds < 0 ? "behind" : "ahead of") this "
                + "machine's."
            guard seconds.magnitude > Self.tolerableClock else {
                return .fine(seconds.magnitude < 5 ? "It agrees with this machine's." : apart)
            }
            return .failed(
                apart,
                fix:
                    "Set the clocks of the store and of this machine by NTP: signatures and dates depend on them."
            )
        }
    }
}

extension DocumentResource {
    /// For people.
    fileprivate var words: String { self == .creditMemos ? "credit memos" : rawValue }
}

extension [String] {
    /// Separated by commas; twenty at most, and how many more there are.
    var listed: String {
        count <= 20 ? joined(separator: ", ") : prefix(20).joined(separator: ", ") + " and \(count - 20) more"
    }
}
