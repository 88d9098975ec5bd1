/// GET: feeds and single entities.
extension Company {
    func read(_ call: Call) throws(ServiceError) -> Answer {
        let schema = table(call.resource).schema
        let options = try QueryOptions(call.query, for: schema, rules: reading.query)
        let context = context(call) + selectionText(options, schema)
        var writer = RecordWriter(writesEverything: reading.writesFullBodies)
        if call.key != nil {
            let (_, record) = try existing(call)
            writer.write(record, selection: options.selection, context: context + "/$entity")
            return Answer(status: 200, body: writer.text)
        }
        // The server's page size caps a page even when $top asks for more.
        let limit = min(options.top ?? reading.pageSize, reading.pageSize)
        guard let page = tables[call.resource]?.page(options, limit: limit) else { throw .notFound }
        let end = options.skip + page.records.count
        let wanted = min(page.total, options.skip + (options.top ?? page.total))
        writer.write(
            feed: page.records,
            selection: options.selection,
            context: context,
            count: options.wantsCount ? page.total : nil,
            next: end < wanted && limit > 0
                ? nextLink(call, skip: end, top: options.top.map { $0 - limit }) : nil
        )
        return Answer(status: 200, body: writer.text)
    }

    /// `(CustomerNumber,BatchNumber)` after the entity set when a selection was asked for.
    private func selectionText(_ options: QueryOptions, _ schema: EntitySchema) -> String {
        guard let selection = options.selection else { return "" }
        return "(" + selection.map { schema.fields[$0].name }.joined(separator: ",") + ")"
    }

    /// The same question with `$skip` moved on.
    private func nextLink(_ call: Call, skip: Int, top: Int?) -> String {
        var items = call.query.filter { $0.name != "$skip" && $0.name != "$top" }.map(\.raw)
        if let top { items.append("$top=\(top)") }
        items.append("$skip=\(skip)")
        return "\(call.moduleAddress)/\(call.resource.rawValue)?" + items.joined(separator: "&")
    }
}
