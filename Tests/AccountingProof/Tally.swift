/// What was mapped, and what did not come out right.
struct Tally: Sendable {
    var orders = 0
    /// Entries by what they were made of.
    var entries: [String: Int] = [:]
    /// Documents of each currency.
    var currencies: [String: Int] = [:]
    var roundingLines = 0
    /// Each with the seed that makes it again.
    var failures: [String] = []

    mutating func add(_ other: Tally) {
        orders += other.orders
        entries.merge(other.entries, uniquingKeysWith: +)
        currencies.merge(other.currencies, uniquingKeysWith: +)
        roundingLines += other.roundingLines
        failures += other.failures
    }

    mutating func count(_ kind: String, _ currency: String) {
        entries[kind, default: 0] += 1
        currencies[currency, default: 0] += 1
    }

    var report: String {
        func list(_ counts: [String: Int]) -> String {
            counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        }
        let shown = failures.prefix(20).map { "FAILED \($0)" }
        let rest = failures.count > 20 ? ["… and \(failures.count - 20) more"] : []
        return
            ([
                "\(orders) orders: \(list(entries))", "by currency: \(list(currencies))",
                "lines that took a rounding difference: \(roundingLines)",
                failures.isEmpty
                    ? "every entry comes to the store's total" : "\(failures.count) failures",
            ] + shown + rest).joined(separator: "\n")
    }
}
