/// A company's rules, opened at one order: what they decide for it and for its lines, and which of them it was.
struct RuleBook {
    /// Something decided, and the name of the rule that did; nil where the company's own setting stands.
    struct Decision<Value> {
        var value: Value
        var rule: String?
    }

    /// Where an amount goes, and the name of the rule that says so; nil where the company's own accounts do.
    struct Destination {
        var target: AccountRule.Target
        var rule: String?
    }

    /// What rules may ask of a line.
    struct LineFacts {
        var productType: String
        var sku: String
        /// Of the composite product it is part of.
        var parentProductType: String?
        var parentSKU: String?
        var taxCodes: [String] = []
    }

    /// Those that apply to the order, in sequence.
    private let applicable: [AccountRule]
    private let accounts: CompanyRules.Accounts
    private let ownTerms: String?
    private let ownTaxGroup: String?
    /// Whether lines of different products may be told apart; nobody has to ask about them otherwise.
    let asksAboutLines: Bool

    init(_ rules: borrowing CompanyRules, order: borrowing StoreOrder) {
        var applicable: [AccountRule] = []
        for rule in rules.accountRules where rule.condition.isMet(by: order) { applicable.append(rule) }
        self.applicable = applicable
        asksAboutLines = applicable.contains { $0.condition.isAboutLines }
        accounts = rules.accounts
        ownTerms = rules.terms
        ownTaxGroup = rules.taxGroup
    }

    /// Whether any rule applies to the order.
    var hasRules: Bool { !applicable.isEmpty }

    /// The tax codes of the order's items, where a rule asks for them: they cost something to gather.
    func taxCodes(of order: StoreOrder) -> [Int64: [String]] {
        guard applicable.contains(where: { !$0.condition.taxCodes.isEmpty }) else { return [:] }
        var codes: [Int64: [String]] = [:]
        for taxes in order.itemTaxes {
            guard case .item(let id) = taxes.subject else { continue }
            codes[id, default: []] += taxes.taxes.map(\.code)
        }
        return codes
    }

    /// Where an amount goes; nil where neither a rule nor the company's accounts say.
    func target(_ key: AccountKey, of line: LineFacts? = nil) -> Destination? {
        for rule in applicable {
            guard let target = rule.targets[key], rule.condition.isMet(by: line) else { continue }
            return Destination(target: target, rule: rule.name)
        }
        if let account = accounts[key], !account.isEmpty { return Destination(target: .account(account)) }
        return key.substitute.flatMap { target($0, of: line) }
    }

    /// The terms code.
    var terms: Decision<String>? { documentDecision(\.terms, otherwise: ownTerms) }

    /// The tax group.
    var taxGroup: Decision<String>? { documentDecision(\.taxGroup, otherwise: ownTaxGroup) }

    /// Optional fields by name, each by the first rule that has it.
    var optionalFields: [String: Decision<String>] {
        guard !applicable.isEmpty else { return [:] }
        var fields: [String: Decision<String>] = [:]
        for rule in applicable where !rule.condition.isAboutLines {
            for (name, value) in rule.optionalFields where fields[name] == nil {
                fields[name] = Decision(value: value, rule: rule.name)
            }
        }
        return fields
    }

    private func documentDecision(
        _ setting: (AccountRule) -> String?,
        otherwise: String?
    ) -> Decision<String>? {
        for rule in applicable where !rule.condition.isAboutLines {
            if let value = setting(rule) { return Decision(value: value, rule: rule.name) }
        }
        return otherwise.map { Decision(value: $0) }
    }
}

extension AccountRule.Condition {
    fileprivate func isMet(by order: StoreOrder) -> Bool {
        storeViews.allow(order.storeView) && paymentMethods.allow(order.paymentMethod ?? "")
            && (customerGroups.isEmpty || order.buyer.groupID.map(customerGroups.contains) == true)
    }

    fileprivate func isMet(by line: RuleBook.LineFacts?) -> Bool {
        guard isAboutLines else { return true }
        guard let line else { return false }
        return productTypes.allow([line.productType, line.parentProductType ?? line.productType])
            && skus.allow([line.sku, line.parentSKU ?? line.sku]) && taxCodes.allow(line.taxCodes)
    }
}

extension [TextPattern] {
    /// No pattern asks for nothing.
    fileprivate func allow(_ text: String) -> Bool { isEmpty || contains { $0.matches(text) } }

    fileprivate func allow(_ texts: [String]) -> Bool {
        isEmpty || texts.contains { text in contains { $0.matches(text) } }
    }
}
