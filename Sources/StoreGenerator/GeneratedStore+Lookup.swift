extension GeneratedStore {
    /// Positions of the entities that may have one of these values in a column, without writing any; there
    /// may be a few too many, never one too few.
    /// - Returns: nil for a column that cannot be looked up: `entity_id`, `increment_id`, `order_id`, an order's
    ///   `customer_id` and a customer's `email` can.
    public func positions(_ kind: EntityKind, where column: String, isAnyOf values: [String]) -> [Int]? {
        switch (column, kind) {
        case ("entity_id", _):
            return values.compactMap { Self.leadingNumber($0).map { $0 - 1 } }
                .filter { (0..<count(kind)).contains($0) }
        case ("increment_id", .orders):
            let sequences = sequences(values)
            return outlines.indices.filter { sequences.contains(increments.sequence(ofOrder: $0)) }
        case ("increment_id", .invoices), ("increment_id", .shipments), ("increment_id", .creditMemos):
            let sequences = sequences(values)
            let references = references(kind)
            return references.indices.filter { sequences.contains(references[$0].sequence) }
        case ("order_id", .invoices), ("order_id", .shipments), ("order_id", .creditMemos):
            let orders = Set(values.compactMap { Self.leadingNumber($0).map { Int32(clamping: $0 - 1) } })
            let references = references(kind)
            return references.indices.filter { orders.contains(references[$0].order) }
        case ("customer_id", .orders):
            let customers = Set(values.compactMap { Self.leadingNumber($0).map { Int32(clamping: $0 - 1) } })
            return outlines.indices.filter { outlines[$0].customer.map(customers.contains) ?? false }
        case ("email", .customers):
            let emails = Set(values.map { $0.lowercased() })
            return (0..<plan.customers).filter { emails.contains(plan.customer($0).email.lowercased()) }
        default: return nil
        }
    }

    /// The last nine digits of increment ids, before the suffix of an edited order.
    private func sequences(_ incrementIDs: [String]) -> Set<Int32> {
        Set(
            incrementIDs.compactMap { id in
                let text = id.trimmed
                return Int32((text.hasSuffix("-1") ? text.dropLast(2) : text).suffix(9))
            }
        )
    }

    /// As a database casts a text: `7`, `07`, ` 7 `, `7.0` and `7a` are 7.
    private static func leadingNumber(_ text: String) -> Int? {
        let digits = text.drop { $0 == " " || $0 == "+" }.prefix { $0.isASCII && $0.isNumber }
        return Int(digits)
    }
}

extension String {
    fileprivate var trimmed: Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
