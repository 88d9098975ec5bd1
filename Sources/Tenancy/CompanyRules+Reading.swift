import Accounting
import Foundation
import Yams

extension CompanyRules {
    private static let keys = [
        "company", "storeViews", "documentPrefix", "timeZone", "currency", "currencies", "invoiceOn",
        "statuses",
        "startDate", "zeroTotals", "posting", "customers", "terms", "taxGroup", "accounts", "taxAuthorities",
        "roundingCap", "batch", "rules", "shippingRecognition", "codePage",
        "existing",
    ]

    init?(_ reader: YAMLReader) {
        reader.allow(Self.keys)
        let company = reader.parsed("company", allowed: "1 to 6 of A-Z and 0-9") { CompanyID($0) }
        let storeViews = reader.storeViews()
        let prefix = reader.documentPrefix(isRequired: true)
        let zone = reader.timeZone("timeZone")
        let currency = reader.parsed("currency", allowed: "an ISO 4217 code such as USD") { Currency($0) }
        let customers = reader.mapping("customers").flatMap { Customers($0) }
        let accountsReader = reader.mapping("accounts")
        let accounts = accountsReader.flatMap { Accounts($0) }
        // The rest of a faulty company is read all the same, so that everything wrong with it is said at once.
        guard let anyCompany = company ?? CompanyID("X"), let anyCurrency = currency ?? Currency("USD") else {
            return nil
        }
        self.init(
            company: anyCompany,
            storeViews: storeViews,
            documentPrefix: prefix ?? "",
            timeZone: zone ?? .gmt,
            currency: anyCurrency,
            customers: customers ?? Customers(group: "", prefix: "", guests: .shared, guestCustomer: nil),
            accounts: accounts ?? Accounts(revenue: "")
        )
        readOptions(reader)
        readTax(reader, accountsReader)
        accountRules = reader.accountRules()
        guard company != nil, prefix != nil, zone != nil, currency != nil, customers != nil, accounts != nil
        else { return nil }
        refuseContradictions(reader)
        remarkOnGaps(reader)
    }

    private mutating func readOptions(_ reader: YAMLReader) {
        invoiceOn = reader.choice("invoiceOn") ?? invoiceOn
        zeroTotals = reader.choice("zeroTotals") ?? zeroTotals
        existing = reader.choice("existing") ?? existing
        posting = reader.choice("posting") ?? posting
        shippingRecognition = reader.choice("shippingRecognition") ?? shippingRecognition
        codePage = reader.choice("codePage") ?? codePage
        startDate = reader.parsed("startDate", isRequired: false, allowed: "a day such as 2026-01-01") {
            CalendarDate($0)
        }
        terms = reader.code("terms", maximumLength: 6)
        taxGroup = reader.code("taxGroup", maximumLength: 12)
        if reader.has("statuses") {
            let given = reader.sequence("statuses")
            statuses = given.compactMap { $0.node.scalar?.string }.filter { !$0.isEmpty }
            if statuses.isEmpty || statuses.count < given.count {
                reader.refuse("statuses", "must be a list of Adobe's status codes such as processing")
            }
        }
        roundingCap = reader.parsed("roundingCap", isRequired: false, allowed: "an amount from 0 to 10") {
            text in
            Amount(text).flatMap { $0 >= 0 && $0 <= 10 ? $0 : nil }
        }
        if let batch = reader.mapping("batch", isRequired: false) {
            batch.allow(["maxEntries", "maxWait"])
            batchMaximumEntries = batch.integer("maxEntries", in: 1...500) ?? batchMaximumEntries
            batchMaximumWaitSeconds =
                batch.parsed(
                    "maxWait",
                    isRequired: false,
                    allowed: "a duration up to 60s such as 2s or 500ms"
                ) {
                    DurationText.seconds($0).flatMap { $0 <= 60 ? $0 : nil }
                } ?? batchMaximumWaitSeconds
        }
        for (code, _) in reader.mapping("currencies", isRequired: false)?.node.mapping ?? [:] {
            guard let code = code.string, let foreign = reader.mapping("currencies")?.foreignCurrency(code)
            else {
                continue
            }
            currencies[code] = foreign
        }
    }

    private mutating func readTax(_ reader: YAMLReader, _ accounts: YAMLReader?) {
        let isByAuthority = accounts?.value("tax")?.scalar?.string == "authority"
        guard
            let table = accounts?.value("taxAuthorities")?.mapping ?? reader.value("taxAuthorities")?.mapping
        else {
            if isByAuthority { accounts?.refuse("tax", "tax: authority needs taxAuthorities") }
            for place in [accounts, reader] where place?.has("taxAuthorities") == true {
                place?.refuse(
                    "taxAuthorities",
                    "must be a mapping such as {\"US-CA-*\": {group: CATAX, authority: CASALES}}"
                )
            }
            return
        }
        guard isByAuthority else {
            (accounts?.has("taxAuthorities") == true ? accounts : reader)?
                .refuse("taxAuthorities", "goes with accounts.tax: authority only")
            return
        }
        var rules: [TaxAuthorityRule] = []
        for (pattern, node) in table {
            let row = YAMLReader(
                node: node,
                path: "\(reader.child("taxAuthorities")).\(pattern.string ?? "?")",
                problems: reader.problems
            )
            row.allow(["group", "authority"])
            guard let pattern = pattern.string,
                let group = row.code("group", maximumLength: 12, isRequired: true),
                let authority = row.code("authority", maximumLength: 12, isRequired: true)
            else { continue }
            rules.append(TaxAuthorityRule(pattern: pattern, group: group, authority: authority))
        }
        if table.isEmpty { accounts?.refuse("tax", "tax: authority needs a row in taxAuthorities") }
        taxPosting = .authority(rules)
        self.accounts.tax = nil
    }

    private func refuseContradictions(_ reader: YAMLReader) {
        refuseEqualNumbers(reader)
        if reader.value("storeViews")?.sequence?.isEmpty == true {
            reader.refuse("storeViews", "names no store view")
        }
        if currencies[currency.code] != nil {
            reader.refuse(
                "currencies",
                "\(currency.code) is the home currency; only foreign ones belong here"
            )
        }
        let longest = ([""] + currencies.values.map(\.suffix)).map(\.count).max() ?? 0
        let guest = customers.guests == .individual ? 1 : 0
        if customers.prefix.count + guest + 8 + longest > CustomerNumber.maximumLength {
            reader.refuse(
                "customers",
                "prefix\(guest == 1 ? ", G" : "") and 8 digits\(longest > 0 ? " and the currency suffix" : "") "
                    + "come to more than the 12 characters of a customer number"
            )
        }
        CustomerNumberScheme(self).refuseCollisions(reader)
    }
}

extension CompanyRules {
    /// A document's number begins with its prefix, a credit note's with `CM` and a cancellation's with `CX` behind it
    /// (contract, numbers): a prefix that is another one with these gives one number to two documents.
    private func refuseEqualNumbers(_ reader: YAMLReader) {
        let prefixes = Set(storeViews.map { $0.documentPrefix ?? documentPrefix }).union([documentPrefix])
        for prefix in prefixes.sorted() {
            for infix in ["CM", "CX"] where prefixes.contains(prefix + infix) {
                let noun = infix == "CM" ? "credit memos" : "cancellations"
                reader.refuse(
                    prefix + infix == documentPrefix ? "documentPrefix" : "storeViews",
                    "the documents of prefix \(prefix + infix) would have the numbers of the \(noun) of prefix "
                        + "\"\(prefix)\"; choose another"
                )
            }
        }
    }

    /// What is allowed, and will cost a dead letter or is never used.
    private func remarkOnGaps(_ reader: YAMLReader) {
        let place = "companies[\(company)]"
        if customers.guests == .shared {
            for (code, foreign) in currencies.sorted(by: { $0.key < $1.key })
            where foreign.guestCustomer == nil {
                reader.problems.remark(
                    "\(place).currencies.\(code).guestCustomer",
                    "is not given: guests who pay in \(code) are dead-lettered"
                )
            }
        }
        let views = storeViews.map(\.code)
        for rule in accountRules where !rule.condition.storeViews.isEmpty {
            guard !views.contains(where: { view in rule.condition.storeViews.contains { $0.matches(view) } })
            else {
                continue
            }
            reader.problems.remark(
                "\(place).rules[\(rule.name)].when.storeView",
                "is none of the company's storeViews: the rule never applies"
            )
        }
    }
}

extension CompanyRules.Customers {
    init?(_ reader: YAMLReader) {
        reader.allow(["group", "prefix", "guests", "guestCustomer", "optionalField", "sageOwns"])
        let group = reader.code("group", maximumLength: 6, isRequired: true)
        let prefix = reader.code("prefix", maximumLength: 4, isRequired: true)
        let guests: CompanyRules.Guests = reader.choice("guests") ?? .shared
        let guestCustomer = reader.code("guestCustomer", maximumLength: 12)
        if guests == .shared, guestCustomer == nil {
            reader.refuse("guestCustomer", "is missing; guests: shared needs the customer they share")
        }
        let optionalField = reader.code("optionalField", maximumLength: 12)
        let sageOwns = reader.customerFields("sageOwns")
        guard let group, let prefix else { return nil }
        self.init(group: group, prefix: prefix, guests: guests, guestCustomer: guestCustomer)
        self.optionalField = optionalField
        self.sageOwns = sageOwns
    }
}

extension CompanyRules.Accounts {
    init?(_ reader: YAMLReader) {
        reader.allow(AccountKey.allCases.map(\.rawValue) + ["taxAuthorities"])
        let revenue = reader.code("revenue", maximumLength: 45, isRequired: true)
        guard let revenue else { return nil }
        self.init(revenue: revenue)
        for key in AccountKey.allCases where key != .revenue {
            self[key] = reader.code(key.rawValue, maximumLength: 45)
        }
    }
}

extension YAMLReader {
    /// A code of Sage 300: printable characters without blanks around, within its length.
    func code(_ key: String, maximumLength: Int, isRequired: Bool = false) -> String? {
        parsed(key, isRequired: isRequired, allowed: "a Sage 300 code of 1 to \(maximumLength) characters") {
            text in
            let isPrintable = text.utf8.allSatisfy { (32...126).contains($0) }
            return isPrintable && text.count <= maximumLength
                && text == text.trimmingCharacters(in: .whitespaces)
                ? text : nil
        }
    }

    /// A list of what of a customer may be left to Sage 300.
    func customerFields(_ key: String) -> Set<CustomerField> {
        var fields: Set<CustomerField> = []
        for element in sequence(key, isRequired: false) {
            let text = element.node.scalar?.string ?? ""
            guard let field = CustomerField(rawValue: text) else {
                let allowed = CustomerField.allCases.map(\.rawValue).joined(separator: ", ")
                problems.add(element.line, element.path, "\"\(text)\" is not allowed; allowed: \(allowed)")
                continue
            }
            if !fields.insert(field).inserted { problems.add(element.line, element.path, "given twice") }
        }
        return fields
    }

    func documentPrefix(isRequired: Bool) -> String? {
        guard isRequired || has("documentPrefix") else { return nil }
        // The prefix may be empty: then the store's numbers stand alone.
        if let node = value("documentPrefix"), node.scalar?.string == "" { return "" }
        return parsed("documentPrefix", allowed: "up to 8 of A-Z, 0-9 and -") { text in
            let isAllowed = text.utf8.allSatisfy {
                (65...90).contains($0) || (48...57).contains($0) || $0 == 45
            }
            return isAllowed && text.count <= 8 ? text : nil
        }
    }

    func storeViews() -> [CompanyRules.StoreView] {
        sequence("storeViews").compactMap { element in
            if let code = element.node.scalar?.string, !code.isEmpty {
                guard code.count <= 32, !code.unicodeScalars.contains(where: \.isControl) else {
                    problems.add(
                        element.line,
                        element.path,
                        "must be a store view's code of 1 to 32 characters"
                    )
                    return nil
                }
                return CompanyRules.StoreView(code: code)
            }
            element.allow(["code", "documentPrefix"])
            guard let code = element.text("code", maximumLength: 32) else { return nil }
            return CompanyRules.StoreView(
                code: code,
                documentPrefix: element.documentPrefix(isRequired: false)
            )
        }
    }

    func foreignCurrency(_ code: String) -> CompanyRules.ForeignCurrency? {
        guard Currency(code) != nil else {
            refuse(code, "is not an ISO 4217 code")
            return nil
        }
        guard let row = mapping(code) else { return nil }
        row.allow(["group", "guestCustomer", "suffix"])
        guard let group = row.code("group", maximumLength: 6, isRequired: true),
            let suffix = row.code("suffix", maximumLength: 3, isRequired: true)
        else { return nil }
        return CompanyRules.ForeignCurrency(
            group: group,
            guestCustomer: row.code("guestCustomer", maximumLength: 12),
            suffix: suffix
        )
    }
}
