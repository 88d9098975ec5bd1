import ExactJSON

extension CompanyScenario {
    /// Starts from the usual company; entries of a list are added, or replace the one with their code, or take
    /// it away with `absent: true`.
    init(_ node: ScenarioNode) throws(ScenarioError) {
        self.init()
        _ = try node.members([
            "code", "name", "currency", "rates", "accounts", "groups", "accountSets", "terms", "taxGroups",
            "distributionCodes", "customers", "fiscalYears", "closedPeriods", "rules",
            "optionalFields",
        ])
        guard let code = try node["code"]?.text() else { throw node.error("needs a code") }
        self.code = code.uppercased()
        if let value = node["name"] { name = try value.text() }
        if let value = node["currency"] { try readCurrency(value) }
        if let value = node["rates"] {
            rates = [:]
            for (currency, _) in value.json.object ?? JSONObject() {
                rates[currency] = try value[currency]?.decimal()
            }
        }
        try readCodes(node)
        if let value = node["fiscalYears"] {
            _ = try value.members(["from", "to"])
            let from = try value["from"]?.whole() ?? fiscalYears.lowerBound
            let to = try value["to"]?.whole() ?? fiscalYears.upperBound
            guard from <= to, from >= 1900, to <= 2200 else { throw value.error("is not a range of years") }
            fiscalYears = from...to
        }
        if let value = node["closedPeriods"] { closedPeriods = Set(try value.texts()) }
        if let value = node["optionalFields"] {
            optionalFields = Set(try value.texts().map { $0.uppercased() })
        }
        if let value = node["rules"] { rules = try Rules(value) }
    }

    /// Account sets in the former home currency follow.
    private mutating func readCurrency(_ node: ScenarioNode) throws(ScenarioError) {
        let former = currency
        currency = try node.text()
        for index in accountSets.indices where accountSets[index].currency == former {
            accountSets[index].currency = currency
        }
    }

    private mutating func readCodes(_ node: ScenarioNode) throws(ScenarioError) {
        try Self.merge(node["accounts"], into: &accounts, \.code, Account.init(_:))
        try Self.merge(node["accountSets"], into: &accountSets, \.code, AccountSet.init(_:))
        try Self.merge(node["groups"], into: &groups, \.code, Group.init(_:))
        try Self.merge(node["terms"], into: &terms, \.code, Terms.init(_:))
        try Self.merge(node["taxGroups"], into: &taxGroups, \.code, TaxGroup.init(_:))
        try Self.merge(node["distributionCodes"], into: &distributionCodes, \.code, DistributionCode.init(_:))
        try Self.merge(node["customers"], into: &customers, \.number, Customer.init(_:))
    }

    private static func merge<Element>(
        _ node: ScenarioNode?,
        into list: inout [Element],
        _ code: KeyPath<Element, String>,
        _ read: (ScenarioNode) throws(ScenarioError) -> Element
    ) throws(ScenarioError) {
        guard let node else { return }
        for item in try node.list() {
            let element = try read(item)
            list.removeAll { $0[keyPath: code] == element[keyPath: code] }
            if try item["absent"]?.truth() != true { list.append(element) }
        }
    }
}

extension ScenarioNode {
    /// A required code, in upper case.
    fileprivate func code(_ name: String = "code") throws(ScenarioError) -> String {
        guard let code = try self[name]?.text() else { throw error("needs a \(name)") }
        return code.uppercased()
    }

    fileprivate func isActive() throws(ScenarioError) -> Bool {
        try self["status"]?.word(of: ["Active", "Inactive"]) != "Inactive"
    }
}

extension CompanyScenario.Account {
    /// `"4000"` or `{code: "4000", name: Revenue, status: Inactive}`.
    init(_ node: ScenarioNode) throws(ScenarioError) {
        if node.json.object == nil {
            let code = try node.text()
            self.init(code: code, name: code)
            return
        }
        _ = try node.members(["code", "name", "type", "status", "control", "posting", "group", "absent"])
        let code = try node.code()
        self.init(code: code, name: try node["name"]?.text() ?? code)
        isBalanceSheet = try node["type"]?.word(of: ["BalanceSheet", "IncomeStatement"]) == "BalanceSheet"
        isActive = try node.isActive()
        isControl = try node["control"]?.truth() ?? false
        allowsPosting = try node["posting"]?.truth() ?? true
        group = try node["group"]?.text() ?? ""
    }
}

extension CompanyScenario.AccountSet {
    init(_ node: ScenarioNode) throws(ScenarioError) {
        _ = try node.members(["code", "receivables", "currency", "absent"])
        self.init(code: try node.code())
        if let value = node["receivables"] { receivables = try value.text() }
        if let value = node["currency"] { currency = try value.text() }
    }
}

extension CompanyScenario.Group {
    init(_ node: ScenarioNode) throws(ScenarioError) {
        _ = try node.members([
            "code", "name", "status", "accountSet", "terms", "taxGroup", "optionalFields", "absent",
        ])
        self.init(code: try node.code())
        if let value = node["accountSet"] { accountSet = try value.text() }
        if let value = node["terms"] { terms = try value.text() }
        if let value = node["taxGroup"] { taxGroup = try value.text() }
        if let value = node["optionalFields"] { optionalFields = try value.texts().map { $0.uppercased() } }
        name = try node["name"]?.text()
        isActive = try node.isActive()
    }
}

extension CompanyScenario.Terms {
    init(_ node: ScenarioNode) throws(ScenarioError) {
        _ = try node.members(["code", "name", "status", "days", "absent"])
        self.init(code: try node.code(), days: try node["days"]?.whole() ?? 0)
        name = try node["name"]?.text()
        isActive = try node.isActive()
    }
}

extension CompanyScenario.TaxGroup {
    init(_ node: ScenarioNode) throws(ScenarioError) {
        _ = try node.members(["code", "name", "authority", "rate", "account", "absent"])
        let code = try node.code()
        self.init(code: code, authority: try node["authority"]?.text() ?? code)
        if let value = node["rate"] { rate = try value.decimal() }
        if let value = node["account"] { account = try value.text() }
        name = try node["name"]?.text()
    }
}

extension CompanyScenario.DistributionCode {
    init(_ node: ScenarioNode) throws(ScenarioError) {
        _ = try node.members(["code", "account", "status", "absent"])
        self.init(code: try node.code(), account: try node["account"]?.text() ?? "")
        isActive = try node.isActive()
    }
}

extension CompanyScenario.Customer {
    init(_ node: ScenarioNode) throws(ScenarioError) {
        _ = try node.members(["number", "name", "group", "status", "onHold", "absent"])
        let number = try node.code("number")
        self.init(number: number, name: try node["name"]?.text() ?? number)
        if let value = node["group"] { group = try value.text() }
        isActive = try node.isActive()
        isOnHold = try node["onHold"]?.truth() ?? false
    }
}
