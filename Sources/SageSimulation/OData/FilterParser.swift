/// Recursive descent over `$filter`, bounded in depth.
struct FilterParser {
    private let schema: EntitySchema
    private let rules: QueryRules
    private let tokens: [FilterToken]
    private var position = 0
    private var depth = 0
    private static let depthLimit = 60

    static func parse(
        _ text: String,
        for schema: EntitySchema,
        rules: QueryRules = QueryRules()
    ) throws(ServiceError) -> Predicate {
        let tokens = try FilterToken.scan(text, dates: rules.dates)
        var parser = FilterParser(schema: schema, rules: rules, tokens: tokens)
        let predicate = try parser.disjunction()
        guard parser.position == parser.tokens.count else { throw parser.syntaxError }
        return predicate
    }

    private init(schema: EntitySchema, rules: QueryRules, tokens: [FilterToken]) {
        self.schema = schema
        self.rules = rules
        self.tokens = tokens
    }

    private mutating func disjunction() throws(ServiceError) -> Predicate {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.depthLimit else { throw syntaxError }
        var predicate = try conjunction()
        while take(.word("or")) {
            if rules.refusesOr { throw syntaxError }
            predicate = .or(predicate, try conjunction())
        }
        return predicate
    }

    private mutating func conjunction() throws(ServiceError) -> Predicate {
        var predicate = try term()
        while take(.word("and")) { predicate = .and(predicate, try term()) }
        return predicate
    }

    private mutating func term() throws(ServiceError) -> Predicate {
        if take(.word("not")) {
            depth += 1
            defer { depth -= 1 }
            guard depth < Self.depthLimit else { throw syntaxError }
            return .not(try term())
        }
        if peek == .open {
            position += 1
            let predicate = try disjunction()
            guard take(.close) else { throw syntaxError }
            return predicate
        }
        if case .word(let name)? = peek, follows(.open), let function = try booleanFunction(name) {
            return function
        }
        return try comparison()
    }

    private mutating func booleanFunction(_ name: String) throws(ServiceError) -> Predicate? {
        guard name == "substringof" || FilterFunction(rawValue: name) != nil else { return nil }
        position += 1
        let arguments = try arguments()
        guard arguments.count == 2, arguments.allSatisfy({ kind(of: $0) == .text }) else { throw syntaxError }
        var predicate: Predicate
        if let function = FilterFunction(rawValue: name) {
            predicate = .function(function, arguments[0], arguments[1])
        } else {
            predicate = .function(.contains, arguments[1], arguments[0])  // V3: the part comes first
        }
        if case .word(let word)? = peek, let relation = FilterOperator(rawValue: word),
            case .word(let truth)? = after
        {
            guard truth == "true" || truth == "false" else { throw syntaxError }
            position += 2
            if (truth == "true") != (relation == .equal) { predicate = .not(predicate) }
        }
        return predicate
    }

    private mutating func comparison() throws(ServiceError) -> Predicate {
        let left = try operand()
        guard case .word(let word)? = peek, let relation = FilterOperator(rawValue: word) else {
            if case .truth(let truth) = left { return .constant(truth) }
            if case .property = left, kind(of: left) == .truth {
                return .comparison(left, .equal, .truth(true))
            }
            throw syntaxError
        }
        position += 1
        let right = try operand()
        try check(left, right, relation)
        return .comparison(left, relation, right)
    }

    private mutating func operand() throws(ServiceError) -> FilterOperand {
        guard let token = peek else { throw syntaxError }
        position += 1
        switch token {
        case .text(let text): return .text(text)
        case .number(let number): return .number(number)
        case .instant(let instant): return .instant(instant)
        case .word("true"): return .truth(true)
        case .word("false"): return .truth(false)
        case .word("null"): return .null
        case .word(let name):
            if peek == .open { return try textFunction(name) }
            return .property(try QueryOptions.position(of: name, in: schema))
        default: throw syntaxError
        }
    }

    private mutating func textFunction(_ name: String) throws(ServiceError) -> FilterOperand {
        let arguments = try arguments()
        guard arguments.count == 1, kind(of: arguments[0]) == .text else {
            throw ServiceError(
                .invalidParameters,
                "An unknown function with name '\(name)' was found."
            )
        }
        switch name {
        case "length": return .length(arguments[0])
        case "tolower": return .lower(arguments[0])
        case "toupper": return .upper(arguments[0])
        default:
            throw ServiceError(.invalidParameters, "An unknown function with name '\(name)' was found.")
        }
    }

    private mutating func arguments() throws(ServiceError) -> [FilterOperand] {
        guard take(.open) else { throw syntaxError }
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.depthLimit else { throw syntaxError }
        var arguments = [try operand()]
        while take(.comma) { arguments.append(try operand()) }
        guard take(.close) else { throw syntaxError }
        return arguments
    }

    // MARK: Types

    private enum Kind { case text, number, instant, truth, null, rows }

    private func kind(of operand: FilterOperand) -> Kind {
        switch operand {
        case .property(let position):
            switch schema.fields[position].kind {
            case .text, .choice: .text
            case .decimal, .integer: .number
            case .day: .instant
            case .truth: .truth
            case .rows: .rows
            }
        case .text, .lower, .upper: .text
        case .number, .length: .number
        case .instant: .instant
        case .truth: .truth
        case .null: .null
        }
    }

    private func check(
        _ left: FilterOperand,
        _ right: FilterOperand,
        _ relation: FilterOperator
    ) throws(ServiceError) {
        let kinds = (kind(of: left), kind(of: right))
        guard kinds.0 == kinds.1 || kinds.0 == .null || kinds.1 == .null, kinds.0 != .rows, kinds.1 != .rows
        else {
            throw ServiceError(
                .invalidParameters,
                "A binary operator with incompatible types was detected. Found operand types for operator "
                    + "kind '\(relation.rawValue)'."
            )
        }
        guard case .property(let position) = left, case .text(let text) = right,
            case .choice(let choices) = schema.fields[position].kind
        else { return }
        guard choices.contains(where: { $0.name == text }) else {
            throw ServiceError(
                .invalidParameters,
                "The string '\(text)' is not a valid enumeration value of '\(schema.fields[position].name)'."
            )
        }
    }

    // MARK: Tokens

    private var peek: FilterToken? { position < tokens.count ? tokens[position] : nil }

    private var after: FilterToken? { position + 1 < tokens.count ? tokens[position + 1] : nil }

    private func follows(_ token: FilterToken) -> Bool { after == token }

    private mutating func take(_ token: FilterToken) -> Bool {
        guard peek == token else { return false }
        position += 1
        return true
    }

    private var syntaxError: ServiceError {
        ServiceError(.invalidParameters, "Syntax error at token \(position) of the filter expression.")
    }
}
