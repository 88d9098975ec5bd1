import ExactJSON
import Foundation

/// One company database: its records and the business layer over them.
///
/// An actor, so calls take turns as they do on a view; only a posting run suspends half-way.
actor Company {
    let scenario: CompanyScenario
    let rules: Rules
    let reading: ReadingRules
    let reader: PayloadReader
    let latency: Scenario.Latency
    let currencyPlaces: Int
    var tables: [Resource: Table] = [:]
    var closedPeriods: Set<String>
    var taxRates: [String: CompanyScenario.TaxGroup]
    var termDays: [String: Int]
    var lastInvoiceBatch = 0
    var lastJournalBatch = 0
    var lastDocument = 0
    var lastPostingSequence = 0
    var lastLedgerSequence = 0
    /// Net movement per account, debits positive.
    var trialBalance: [String: Decimal] = [:]
    var isPosting = false

    init(_ scenario: CompanyScenario, reading: ReadingRules, latency: Scenario.Latency) {
        self.scenario = scenario
        self.reading = reading
        self.latency = latency
        rules = scenario.rules
        reader = PayloadReader(
            truncatesText: scenario.rules.truncatesText,
            losesUnicode: scenario.rules.losesUnicode
        )
        currencyPlaces = CompanyScenario.places(of: scenario.currency)
        closedPeriods = scenario.closedPeriods
        taxRates = Dictionary(scenario.taxGroups.map { ($0.code, $0) }) { $1 }
        termDays = Dictionary(scenario.terms.map { ($0.code, $0.days) }) { $1 }
        for resource in Resource.allCases {
            let schema = resource.schema(for: scenario.rules)
            tables[resource] = Table(schema, indexed: resource.indexedProperties)
        }
        for (resource, record) in OpeningData(scenario).records { tables[resource]?.store(record) }
    }

    /// Carries out one call.
    func perform(_ call: Call) async throws(ServiceError) -> Answer {
        guard call.resource.verbs.contains(call.verb.rawValue) || call.key?.action != nil else {
            throw ServiceError(
                .methodNotAllowed,
                "The requested resource does not support http method '\(call.verb.rawValue)'."
            )
        }
        if let action = call.key?.action { return try await run(action, call) }
        switch call.verb {
        case .get: return try read(call)
        case .post: return try insert(call)
        case .put: return try replace(call)
        case .patch: return try update(call)
        case .delete: return try delete(call)
        }
    }

    func table(_ resource: Resource) -> Table { tables[resource] ?? Table(resource.schema(for: rules)) }

    func store(_ record: Record, in resource: Resource) { tables[resource]?.store(record) }

    func record(_ resource: Resource, _ key: String) -> Record? { tables[resource]?[key] }

    /// The record a call's key names.
    func existing(_ call: Call) throws(ServiceError) -> (key: String, record: Record) {
        guard let key = call.key else {
            throw ServiceError(
                .methodNotAllowed,
                "The requested resource does not support http method '\(call.verb.rawValue)'."
            )
        }
        let storageKey = try key.storageKey(for: table(call.resource).schema)
        guard let record = record(call.resource, storageKey) else { throw .notFound }
        return (storageKey, record)
    }

    var today: CalendarDay {
        CalendarDay(daysSince1970: Int(Date().timeIntervalSince1970) / 86_400)
    }

    // MARK: Verbs

    private func insert(_ call: Call) throws(ServiceError) -> Answer {
        guard call.key == nil else {
            throw ServiceError(.invalidAction, "The action is invalid for this resource.")
        }
        let record =
            switch call.resource {
            case .customers: try insertCustomer(call.payload)
            case .invoiceBatches: try insertInvoiceBatch(call)
            case .journalBatches: try insertJournalBatch(call)
            default: try insertPlain(call)
            }
        return created(record, call)
    }

    private func update(_ call: Call) throws(ServiceError) -> Answer {
        let (_, record) = try existing(call)
        switch call.resource {
        case .customers: try updateCustomer(record, call.payload)
        case .invoiceBatches: try updateInvoiceBatch(record, call)
        case .journalBatches: try updateJournalBatch(record, call)
        default: try updatePlain(record, call)
        }
        return .noContent
    }

    /// "Delete and insert": rows the body leaves out are purged, fields it leaves out stay.
    private func replace(_ call: Call) throws(ServiceError) -> Answer {
        var (_, record) = try existing(call)
        for field in record.schema.fields {
            if case .rows = field.kind { record.set(field.name, [Record]()) }
        }
        if call.resource == .customers {
            try updateCustomer(record, call.payload)
        } else {
            try updatePlain(record, call)
        }
        return .noContent
    }

    private func delete(_ call: Call) throws(ServiceError) -> Answer {
        let (key, record) = try existing(call)
        if call.resource == .customers { try checkUnused(record) }
        tables[call.resource]?.remove(key)
        return .noContent
    }

    private func run(_ action: String, _ call: Call) async throws(ServiceError) -> Answer {
        guard call.verb == .post else {
            throw ServiceError(.methodNotAllowed, "The action is run with POST.")
        }
        let schema = table(call.resource).schema
        if action == "$template" {
            var writer = RecordWriter(writesEverything: true)
            writer.write(template(schema), context: context(call) + "/$entity")
            return Answer(status: 200, body: writer.text)
        }
        guard action == "$process", call.resource.isProcess else {
            throw ServiceError(.invalidAction, "The action is invalid for this resource.")
        }
        var process = Record(schema)
        try reader.assignPlain(call.payload, to: &process, isCreating: true)
        switch call.resource {
        case .postInvoices: try await postInvoices(process, call)
        case .postJournal: try await postJournal(process, call)
        default: break  // Ledger batches are made by posting itself.
        }
        return .noContent
    }

    private func template(_ schema: EntitySchema) -> Record {
        var record = Record(schema)
        if schema === EntitySchema.invoiceBatch { record = newInvoiceBatch() }
        if schema.name == "PostInvoice" { record.set(rules.receivablePostTo, 999_999_999) }
        return record
    }

    func created(_ record: Record, _ call: Call) -> Answer {
        var writer = RecordWriter(writesEverything: reading.writesFullBodies)
        writer.write(record, context: context(call) + "/$entity")
        return Answer(
            status: 201,
            body: writer.text,
            location: "\(call.moduleAddress)/\(call.resource.rawValue)\(literalKey(of: record))"
        )
    }

    func context(_ call: Call) -> String { "\(call.moduleAddress)/$metadata#\(call.resource.rawValue)" }

    private func literalKey(of record: Record) -> String {
        let parts = record.schema.key.map { name in
            let value =
                if case .number(let number) = record[name] { number.description } else {
                    "'\(record.text(name))'"
                }
            return record.schema.key.count == 1 ? value : "\(name)=\(value)"
        }
        return "(" + parts.joined(separator: ",") + ")"
    }
}
