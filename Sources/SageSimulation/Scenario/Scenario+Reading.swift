import ExactJSON

extension Scenario {
    /// Takes what the node says over what is there.
    mutating func read(_ node: ScenarioNode) throws(ScenarioError) {
        _ = try node.members([
            "companies", "users", "lockout", "unknownCompany", "allowAdmin", "pageSize", "orderBy",
            "filterOr", "filterDates",
            "fullBodies",
            "latency", "keptRequests", "faults",
        ])
        if let list = node["companies"] {
            companies = []
            for node in try list.list() { companies.append(try CompanyScenario(node)) }
        }
        if let list = node["users"] {
            users = []
            for node in try list.list() { users.append(try User(node)) }
        }
        if let value = node["lockout"] { lockout = try value.whole() }
        if let value = node["unknownCompany"] {
            guard [401, 404, 500].contains(try value.whole()) else {
                throw value.error("is none of 401, 404, 500")
            }
            unknownCompanyStatus = try value.whole()
        }
        if let value = node["allowAdmin"] { allowsAdmin = try value.truth() }
        if let value = node["pageSize"] { pageSize = max(1, try value.whole()) }
        if let value = node["orderBy"] { orderBy = try value.word(of: ["accept", "ignore", "reject"]) }
        if let value = node["filterOr"] { refusesOr = try value.word(of: ["accept", "reject"]) == "reject" }
        if let value = node["filterDates"] {
            filterDates = try value.word(of: QueryRules.Dates.self).rawValue
        }
        if let value = node["fullBodies"] { writesFullBodies = try value.truth() }
        if let value = node["latency"] { latency = try Latency(value) }
        if let value = node["keptRequests"] { keptRequests = try value.whole() }
        if let list = node["faults"] { faults = try FaultPlan.list(list) }
    }
}

extension Scenario.User {
    init(_ node: ScenarioNode) throws(ScenarioError) {
        _ = try node.members(["name", "password", "companies", "modules"])
        guard let name = try node["name"]?.text(), let password = try node["password"]?.text() else {
            throw node.error("needs name and password")
        }
        self.init(name: name, password: password)
        if let value = node["companies"] { companies = Set(try value.texts()) }
        if let value = node["modules"] { modules = Set(try value.texts()) }
    }
}

extension Scenario.Latency {
    init(_ node: ScenarioNode) throws(ScenarioError) {
        _ = try node.members(["call", "entry", "posting", "postingEntry"])
        self.init()
        if let value = node["call"] { call = try value.whole() }
        if let value = node["entry"] { entry = try value.whole() }
        if let value = node["posting"] { posting = try value.whole() }
        if let value = node["postingEntry"] { postingEntry = try value.whole() }
    }
}

extension FaultPlan {
    static func list(_ node: ScenarioNode) throws(ScenarioError) -> [FaultPlan] {
        var plans: [FaultPlan] = []
        for node in try node.list() { plans.append(try FaultPlan(node)) }
        return plans
    }

    init(_ node: ScenarioNode) throws(ScenarioError) {
        _ = try node.members([
            "on", "company", "kind", "probability", "first", "every", "milliseconds", "seed",
        ])
        guard let on = try node["on"]?.text(), let kind = node["kind"] else {
            throw node.error("needs on and kind")
        }
        self.init(try kind.word(of: Kind.self), on: on, company: try node["company"]?.text().uppercased())
        guard on.split(separator: " ").count == 2 else {
            throw node.error("has an `on` that is not `METHOD MODULE/Resource`")
        }
        if let value = node["probability"] { schedule = .probability(try value.decimal()) }
        if let value = node["first"] { schedule = .first(try value.whole()) }
        if let value = node["every"] { schedule = .every(max(1, try value.whole())) }
        milliseconds = try node["milliseconds"]?.whole()
        if let value = node["seed"] { seed = UInt64(try value.whole()) }
    }
}

extension Rules {
    init(_ node: ScenarioNode) throws(ScenarioError) {
        self.init()
        _ = try node.members([
            "overLength", "codePage", "atomicBatches", "badAccount", "inactiveCustomer", "onHoldCustomer",
            "closedPeriod", "duplicateDocument", "outOfBalance", "overApply", "postingNotReady",
            "defaultInvoiceType", "periodStatus", "ledgerPostNames",
            "receivablePostNames",
        ])
        if let value = node["overLength"] {
            truncatesText = try value.word(of: ["reject", "truncate"]) == "truncate"
        }
        if let value = node["codePage"] {
            losesUnicode = try value.word(of: ["unicode", "latin1"]) == "latin1"
        }
        if let value = node["atomicBatches"] { isAtomic = try value.truth() }
        if let value = node["badAccount"] { badAccount = try value.word(of: Moment.self) }
        if let value = node["inactiveCustomer"] { inactiveCustomer = try value.word(of: Moment.self) }
        if let value = node["onHoldCustomer"] { onHoldCustomer = try value.word(of: Moment.self) }
        if let value = node["closedPeriod"] { closedPeriod = try value.word(of: Moment.self) }
        if let value = node["duplicateDocument"] { duplicateDocument = try value.word(of: Moment.self) }
        if let value = node["outOfBalance"] { outOfBalance = try value.word(of: Moment.self) }
        if let value = node["overApply"] {
            refusesOverApplication = try value.word(of: ["refuse", "accept"]) == "refuse"
        }
        if let value = node["postingNotReady"] {
            refusesUnready = try value.word(of: ["skip", "refuse"]) == "refuse"
        }
        if let value = node["defaultInvoiceType"] {
            defaultsToSummary = try value.word(of: ["Item", "Summary"]) == "Summary"
        }
        if let value = node["periodStatus"] { showsPeriodStatus = try value.truth() }
        if let value = node["ledgerPostNames"] { (ledgerPostFrom, ledgerPostTo) = try value.rangeNames() }
        if let value = node["receivablePostNames"] {
            (receivablePostFrom, receivablePostTo) = try value.rangeNames()
        }
    }
}

extension ScenarioNode {
    /// The names of the two properties that give a process its range.
    fileprivate func rangeNames() throws(ScenarioError) -> (String, String) {
        let names = try texts()
        guard names.count == 2, Set(names + ["PostAllBatches", "ActionSelector"]).count == 4 else {
            throw error("is not two names")
        }
        return (names[0], names[1])
    }
}
