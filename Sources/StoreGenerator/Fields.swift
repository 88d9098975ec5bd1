import ExactJSON

/// Builds an object the way Adobe prints one: what is null is left out.
struct Fields {
    private(set) var object = JSONObject()

    var json: JSON { .object(object) }

    mutating func put(_ name: String, _ value: String?) {
        if let value { object[name] = .string(value) }
    }

    mutating func put(_ name: String, _ value: Int?) {
        if let value { object[name] = .int(value) }
    }

    mutating func put(_ name: String, flag: Bool) { object[name] = .int(flag ? 1 : 0) }

    mutating func put(_ name: String, _ value: Amount?) {
        if let value { object[name] = value.json }
    }

    mutating func put(_ name: String, json: JSON?) {
        if let json { object[name] = json }
    }

    /// `name` in order currency and `base_name` in base currency.
    mutating func pair<Value>(_ name: String, _ values: InCurrencies<Value>, _ amount: (Value) -> Amount) {
        pair(name, base: "base_" + name, values, amount)
    }

    /// For the fields whose base name is spelt differently.
    mutating func pair<Value>(
        _ name: String,
        base baseName: String,
        _ values: InCurrencies<Value>,
        _ amount: (Value) -> Amount
    ) {
        put(name, amount(values.order))
        put(baseName, amount(values.base))
    }
}

extension Amount {
    /// The number as PHP prints it.
    var json: JSON {
        if tenThousandths % 10_000 == 0 { return .int(Int(tenThousandths / 10_000)) }
        return JSONNumber(parsing: description).map { .number($0) } ?? .null
    }
}

extension Share {
    /// The percentage, four decimals at most.
    var percent: Amount { Amount(tenThousandths: Int64(partsPerMillion)) }
}
