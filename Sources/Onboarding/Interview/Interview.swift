public import Accounting
import AdobeCommerce
public import Foundation
public import HTTPClient
import Sage300
public import Tenancy

/// Asks its way to a new tenant: the two addresses and sign-ins, each tried at once, and then one sheet of proposals
/// made from what both systems say.
public struct Interview: Sendable {
    /// What an interview stands on.
    public struct Surroundings: Sendable {
        /// Speaks to both systems, within the address policy.
        public var http: HTTPClient
        /// Whether plain http may be used.
        public var policy: AddressPolicy
        /// Where `env:NAME` and `@PATH` are looked up.
        public var places: AnswerPlaces
        /// A tenant's name taken from the file's name.
        public var proposedName: String?
        /// Names that are given already.
        public var takenNames: Set<String>
        /// Why a sign-in to Sage 300 is not to be tried, where that is known: by address, user and password.
        public var knownRefusal: @Sendable (String, String, Secret) async -> String?
        /// Now.
        public var now: @Sendable () -> Date

        /// Everything else at its default.
        public init(http: HTTPClient, policy: AddressPolicy, places: AnswerPlaces) {
            self.http = http
            self.policy = policy
            self.places = places
            takenNames = []
            knownRefusal = { _, _, _ in nil }
            now = { Date() }
        }
    }

    let answering: any Answering
    let surroundings: Surroundings

    /// An interview; nothing is asked yet.
    public init(_ answering: any Answering, _ surroundings: Surroundings) {
        self.answering = answering
        self.surroundings = surroundings
    }

    /// Asks everything.
    /// - Throws: `InterviewError`; nothing has been written by then.
    public func run() async throws -> TenantDraft {
        let store = try await StoreInterview(self).run()
        let ledgerInterview = LedgerInterview(self)
        var ledger = try await ledgerInterview.run()
        var sheet = try await sheet(of: store.survey, &ledger, ledgerInterview)
        for gap in ledger.survey.gaps { await answering.note("note: \(gap); type its codes yourself.") }
        try await takeForeseen(&sheet)
        for setting in sheet.open { try await ask(setting.question, &sheet) }
        while true {
            let isToBeApplied = try await review(&sheet)
            let draft = TenantDraft(
                tenant: try tenant(sheet),
                isToBeApplied: isToBeApplied,
                settings: Dictionary(sheet.settings.map { ($0.question.key, $0) }) { $1 },
                store: store.survey,
                credentials: store.credentials,
                sageURL: ledger.address.text,
                ledger: ledger.survey,
                username: ledger.user,
                password: ledger.password.place,
                passwordText: ledger.password.secret,
                madeOn: CalendarDate(
                    surroundings.now(),
                    in: sheet["timeZone"].flatMap { TimeZone(identifier: $0) } ?? .gmt
                )
            )
            guard let problem = draft.problem else { return draft }
            try await answering.refuse(Refusal(problem), of: .review(sheet))
        }
    }

    /// The sheet, with another company where the first does not fit the store.
    private func sheet(
        of store: StoreSurvey,
        _ ledger: inout LedgerInterview.Result,
        _ interview: LedgerInterview
    ) async throws -> SettingsSheet {
        while true {
            do {
                return try SettingsSheet(store, ledger.survey, name: naming(store, ledger.survey)) { zone in
                    CalendarDate(surroundings.now(), in: TimeZone(identifier: zone) ?? .gmt)
                }
            } catch {
                try await answering.refuse(error, of: .company(nil))
                ledger = try await interview.anotherCompany(than: ledger)
            }
        }
    }

    /// Asks until it is answered with something that can be read.
    func ask<Value>(_ question: Question, _ read: (Secret) async throws -> Value) async throws -> Value {
        while true {
            let answer = try await answering.answer(to: question)
            do { return try await read(answer) } catch let refusal as Refusal {
                try await answering.refuse(refusal, of: question)
            }
        }
    }

    private func ask(_ question: Question, _ sheet: inout SettingsSheet) async throws {
        while try await !take(try await answering.answer(to: question), for: question, &sheet) {}
    }

    /// Settings answered beforehand are not asked; what is wrong with one is.
    private func takeForeseen(_ sheet: inout SettingsSheet) async throws {
        for question in sheet.settings.map(\.question) {
            guard let answer = answering.foreseen(question) else { continue }
            if try await !take(answer, for: question, &sheet) { try await ask(question, &sheet) }
        }
    }

    /// - Returns: false when the answer was refused and can be given again.
    private func take(_ answer: Secret, for question: Question, _ sheet: inout SettingsSheet) async throws
        -> Bool
    {
        do {
            try sheet.change(question, to: answer.withText { $0 })
            return true
        } catch {
            try await answering.refuse(error, of: question)
            return false
        }
    }

    /// - Returns: whether the file is to be applied.
    private func review(_ sheet: inout SettingsSheet) async throws -> Bool {
        while true {
            let question = Question.review(sheet)
            let answer = try await answering.answer(to: question).withText { $0.trimmedText }
            if answer.isEmpty || answer == "apply" { return true }
            if answer == "write" { return false }
            let name = answer.prefix { $0 != "=" }
            let value = answer.dropFirst(name.count).dropFirst()
            guard let changed = sheet.setting(String(name).trimmedText) else {
                try await answering.refuse(
                    Refusal("There is no such line; allowed: \(question.allowed)."),
                    of: question
                )
                continue
            }
            if answer.contains("=") {
                _ = try await take(Secret(String(value)), for: changed.question, &sheet)
            } else {
                try await ask(changed.questionOfChange, &sheet)
            }
        }
    }

    private func tenant(_ sheet: SettingsSheet) throws -> TenantID {
        guard let name = sheet["tenant"], let tenant = TenantID(name) else {
            throw InterviewError.contradiction("The tenant has no name.")
        }
        return tenant
    }

    /// After the file, the store, or the company.
    private func naming(_ store: StoreSurvey, _ ledger: LedgerSurvey) -> TenantNaming {
        let names = [
            surroundings.proposedName.map { ($0, "the file's name") },
            store.url.shopName.map { ($0, "the store's address") },
            ledger.name.map { ($0, "the company's name") }, (ledger.company.name, "the company's code"),
        ].compactMap(\.self)
        for (name, reason) in names {
            let name = TenantID.spelling(of: name)
            guard !name.isEmpty else { continue }
            let free = ([name] + (2...99).map { "\(name.prefix(28))-\($0)" }).first {
                !surroundings.takenNames.contains($0)
            }
            guard let free, TenantID(free) != nil else { continue }
            return TenantNaming(proposal: Proposal(free, because: reason), taken: surroundings.takenNames)
        }
        return TenantNaming(proposal: nil, taken: surroundings.takenNames)
    }
}

extension Interview {
    /// Keys that can be answered beforehand.
    public static let keys: [String] =
        [
            "adobe.url", "adobe.credentials", "sage.url", "company", "sage.username", "sage.password",
            "tenant", "name",
            "schedule", "storeViews", "documentPrefix", "timeZone", "currency", "invoiceOn", "startDate",
            "posting",
            "customers.group", "customers.prefix", "customers.guests", "customers.guestCustomer", "terms",
            "taxGroup",
        ] + AccountPurpose.all.map { "accounts.\($0.key.rawValue)" }

    /// Keys whose answers are secrets: never given as arguments of a process, which everybody may read.
    public static let secretKeys: Set<String> = Set(
        ["adobe.credentials"]
            + SecretField.allCases.filter { $0.section != .alerts }.map {
                "\($0.section.rawValue).\($0.rawValue)"
            }
    )

    /// Whether a key can be answered; the store's credentials may be given one by one.
    public static func knows(_ key: String) -> Bool {
        let texts: Set = ["adobe.organizationId", "adobe.scopes", "adobe.tokenURL"]
        return keys.contains(key) || secretKeys.contains(key) || texts.contains(key)
    }
}

extension Question {
    static func review(_ sheet: SettingsSheet) -> Question {
        Question(
            "review",
            "Enter takes all of it",
            .review(sheet.settings),
            allowed:
                "Enter, a number or key of the sheet to change it (terms, or terms=NET30), or \"write\" to write the "
                + "file and stop there",
            proposal: Proposal("apply", because: "nothing is posted before `tenant resume`")
        )
    }

    static func company(_ former: String?) -> Question {
        Question(
            "company",
            "Sage 300 company (database id)",
            allowed: "1 to 6 of A-Z and 0-9, such as SAMINC",
            proposal: former.map { Proposal($0, because: "as before") }
        ) { CompanyID($0.uppercased())?.name }
    }
}

extension StoreURL {
    /// `acme` of `https://www.acme.example.com`; nil for an address or a machine.
    fileprivate var shopName: String? {
        let labels = host.split(separator: ".").map(String.init)
        let usual: Set = [
            "www", "shop", "store", "magento", "commerce", "mcprod", "mcstaging", "api", "admin",
        ]
        let named = labels.dropLast().filter { !usual.contains($0) }
        guard labels.count > 1, !host.hasPrefix("["), !labels.allSatisfy({ $0.allSatisfy(\.isNumber) }) else {
            return nil
        }
        return named.first
    }
}

extension TenantID {
    /// What is nearest to a text among the names a tenant can have; empty for none.
    fileprivate static func spelling(of text: String) -> String {
        let folded = text.folding(
            options: [.diacriticInsensitive, .caseInsensitive],
            locale: Locale(identifier: "en_US")
        )
        let words = folded.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        var name = String(words.joined(separator: "-").prefix(32))
        while name.hasSuffix("-") { name.removeLast() }
        return name
    }
}
