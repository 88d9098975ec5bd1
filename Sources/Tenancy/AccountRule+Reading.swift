import Accounting
import Yams

extension YAMLReader {
    /// `rules`: what decides before the company's own accounts, in the sequence of the file.
    func accountRules() -> [AccountRule] {
        var names: Set<String> = []
        return sequence("rules", isRequired: false).enumerated().compactMap { position, row in
            guard let rule = row.accountRule(number: position + 1) else { return nil }
            if !names.insert(rule.name).inserted {
                row.refuse("name", "\"\(rule.name)\" is the name of another rule of this company")
            }
            return rule
        }
    }

    private func accountRule(number: Int) -> AccountRule? {
        allow(["name", "when", "accounts", "distributionCodes", "terms", "taxGroup", "optionalFields"])
        guard node.mapping != nil else { return nil }
        var rule = AccountRule(name: text("name", isRequired: false, maximumLength: 60) ?? "rule \(number)")
        if let condition = mapping("when") { rule.condition = condition.ruleCondition() }
        let accounts = mapping("accounts", isRequired: false)
        accounts?.allow(AccountKey.allCases.map(\.rawValue))
        let codes = mapping("distributionCodes", isRequired: false)
        codes?.allow(AccountKey.allCases.map(\.rawValue))
        for key in AccountKey.allCases {
            if let account = accounts?.code(key.rawValue, maximumLength: 45) {
                rule.targets[key] = .account(account)
            }
            guard let code = codes?.code(key.rawValue, maximumLength: 6) else { continue }
            if rule.targets[key] != nil {
                codes?.refuse(key.rawValue, "has an account in this rule already; give one of the two")
            }
            rule.targets[key] = .distributionCode(code)
        }
        rule.terms = code("terms", maximumLength: 6)
        rule.taxGroup = code("taxGroup", maximumLength: 12)
        rule.optionalFields = optionalFields()
        refuseContradictions(rule)
        return rule
    }

    private func ruleCondition() -> AccountRule.Condition {
        allow(["storeView", "productType", "sku", "taxCode", "customerGroup", "paymentMethod"])
        var condition = AccountRule.Condition()
        condition.storeViews = patterns("storeView")
        condition.productTypes = patterns("productType")
        condition.skus = patterns("sku")
        condition.taxCodes = patterns("taxCode")
        condition.paymentMethods = patterns("paymentMethod")
        condition.customerGroups = texts("customerGroup").compactMap { text in
            guard let id = Int(text), id >= 0 else {
                refuse(
                    "customerGroup",
                    "\"\(text)\" is not the id of a customer group, a whole number from 0"
                )
                return nil
            }
            return id
        }
        return condition
    }

    private func patterns(_ key: String) -> [TextPattern] { texts(key).map { TextPattern($0) } }

    /// One text, or a list of them.
    private func texts(_ key: String) -> [String] {
        guard let node = value(key) else { return [] }
        let elements = node.sequence.map(Array.init) ?? [node]
        let texts = elements.compactMap { $0.scalar?.string }.filter { !$0.isEmpty && $0.count <= 64 }
        if texts.isEmpty || texts.count < elements.count {
            refuse(key, "must be a text of 1 to 64 characters, or a list of them")
        }
        return texts
    }

    private func optionalFields() -> [String: String] {
        guard let fields = mapping("optionalFields", isRequired: false), let rows = fields.node.mapping else {
            return [:]
        }
        var values: [String: String] = [:]
        for (name, _) in rows {
            guard let name = name.scalar?.string, (1...12).contains(name.count) else {
                refuse("optionalFields", "a name of an optional field has 1 to 12 characters")
                continue
            }
            values[name] = fields.text(name, maximumLength: 60)
        }
        return values
    }

    private func refuseContradictions(_ rule: AccountRule) {
        let decisions = ["accounts", "distributionCodes", "terms", "taxGroup", "optionalFields"]
        let isEmpty = !decisions.contains(where: has)
        if isEmpty {
            refuse(
                "name",
                "decides nothing; give accounts, distributionCodes, terms, taxGroup or optionalFields"
            )
        }
        let isAboutLines =
            !rule.condition.productTypes.isEmpty || !rule.condition.skus.isEmpty
            || !rule.condition.taxCodes.isEmpty
        let ofDocuments = [
            ("terms", rule.terms != nil), ("taxGroup", rule.taxGroup != nil),
            ("optionalFields", !rule.optionalFields.isEmpty),
        ]
        for (key, isGiven) in ofDocuments where isAboutLines && isGiven {
            refuse(key, "is of the whole document; it cannot depend on productType, sku or taxCode")
        }
        let keys: Set<AccountKey> = [.revenue, .discount, .fixedProductTax, .giftCard, .deferredRevenue]
        for key in rule.targets.keys.sorted(by: { $0.rawValue < $1.rawValue })
        where isAboutLines && !keys.contains(key) {
            refuse(
                "when",
                "\(key.rawValue) belongs to no product; it cannot depend on productType, sku or taxCode"
            )
        }
    }
}
