import ExactJSON
import Foundation

/// What a company holds, for the state file. Rules, rates and users stay the scenario's.
extension Company {
    /// Grows with every change.
    var version: Int { tables.values.reduce(0) { $0 + $1.version } }

    func saved() -> JSON {
        var saved = JSONObject()
        saved["counters"] = [
            "invoiceBatch": .int(lastInvoiceBatch), "journalBatch": .int(lastJournalBatch),
            "document": .int(lastDocument), "postingSequence": .int(lastPostingSequence),
            "ledgerSequence": .int(lastLedgerSequence),
        ]
        saved["closedPeriods"] = .array(closedPeriods.sorted().map(JSON.string))
        saved["trialBalance"] = .object(
            JSONObject(trialBalance.sorted { $0.key < $1.key }.map { ($0.key, .decimal($0.value)) })
        )
        var records = JSONObject()
        for resource in Resource.allCases where !resource.isProcess {
            var table = table(resource)
            records[resource.rawValue] = .array(table.ordered().map(\.saved))
        }
        saved["records"] = .object(records)
        return .object(saved)
    }

    /// Replaces everything by what `saved()` gave.
    func restore(_ saved: JSON) throws(ScenarioError) {
        var restored: [Resource: Table] = [:]
        for (name, rows) in saved["records"]?.object ?? JSONObject() {
            guard let resource = Resource(rawValue: name), let rows = rows.array else {
                throw ScenarioError("records.\(name) is not a list of records of a known resource")
            }
            let schema = resource.schema(for: rules)
            var table = Table(schema, indexed: resource.indexedProperties)
            for (index, row) in rows.enumerated() {
                table.store(try Record(saved: row, schema, path: "\(name)[\(index)]"))
            }
            restored[resource] = table
        }
        var balance: [String: Decimal] = [:]
        for (account, amount) in saved["trialBalance"]?.object ?? JSONObject() {
            guard case .number(let number) = amount, let value = number.decimal else {
                throw ScenarioError("trialBalance.\(account) is not a number")
            }
            balance[account] = value
        }
        let counters = ScenarioNode(saved["counters"] ?? .object(JSONObject()), path: "counters")
        lastInvoiceBatch = try counters["invoiceBatch"]?.whole() ?? 0
        lastJournalBatch = try counters["journalBatch"]?.whole() ?? 0
        lastDocument = try counters["document"]?.whole() ?? 0
        lastPostingSequence = try counters["postingSequence"]?.whole() ?? 0
        lastLedgerSequence = try counters["ledgerSequence"]?.whole() ?? 0
        closedPeriods = Set((saved["closedPeriods"]?.array ?? []).compactMap(\.string))
        trialBalance = balance
        tables.merge(restored) { $1 }
    }
}
