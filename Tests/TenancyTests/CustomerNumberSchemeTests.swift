import Accounting
import Foundation
import Tenancy
import Testing

/// No two customers of a company have one number under rules that are accepted.
@Suite(.timeLimit(.minutes(3)))
struct CustomerNumberSchemeTests {
    /// What the rules of one drawing say.
    private struct Drawing {
        var prefix: String
        var guests: String
        var suffixes: [String]
        var guestCustomers: [String?]

        var file: String {
            func guest(_ position: Int) -> String {
                guestCustomers[position].map { ", guestCustomer: \"\($0)\"" } ?? ""
            }
            let currencies = zip(["EUR", "GBP"], 1...).map { code, place in
                "\(code): {group: G, suffix: \"\(suffixes[place - 1])\"\(guest(place))}"
            }
            return ContractFile.replacing(
                "{group: WEB, prefix: W, guests: shared, guestCustomer: WEBGUEST}",
                with: "{group: WEB, prefix: \"\(prefix)\", guests: \(guests)\(guest(0))}"
            ).replacingOccurrences(
                of: "{EUR: {group: WEBEUR, guestCustomer: GUESTEUR, suffix: E}}",
                with: "{\(currencies.joined(separator: ", "))}"
            )
        }
    }

    private static let ids: [Int64] = [1, 2, 10, 12, 42, 421, 10_000_000, 10_000_001, 42_000_000, 99_999_999]

    /// Every number these rules can give, once for each customer it is the number of.
    private static func numbers(_ rules: CompanyRules) throws -> [CustomerNumber] {
        let numbering = DocumentNumbering(rules)
        var numbers: [CustomerNumber] = []
        for currency in [rules.currency] + rules.currencies.keys.compactMap({ Currency($0) }) {
            for id in Set(ids + likeness(rules)).sorted() {
                numbers.append(try numbering.registeredCustomer(id, currency: currency))
                numbers.append(try numbering.individualGuest(id, currency: currency))
            }
            let isHome = currency == rules.currency
            let guest =
                isHome ? rules.customers.guestCustomer : rules.currencies[currency.code]?.guestCustomer
            if guest != nil { numbers.append(try numbering.sharedGuest(currency: currency)) }
        }
        return numbers
    }

    /// Ids a guest customer's number may be taken for: every eight digits of it.
    private static func likeness(_ rules: CompanyRules) -> [Int64] {
        let guests = [rules.customers.guestCustomer] + rules.currencies.values.map(\.guestCustomer)
        return guests.compactMap { $0 }.flatMap { guest -> [Int64] in
            let signs = Array(guest)
            guard signs.count >= 8 else { return [] }
            return (0...(signs.count - 8)).compactMap { Int64(String(signs[$0..<($0 + 8)])) }.filter {
                $0 > 0
            }
        }
    }

    /// Whether the scheme refuses, and whether two of these rules' customers have one number.
    private func judge(_ drawing: Drawing) throws -> (isRefused: Bool, collides: Bool)? {
        let problems = ContractFile.problems(of: drawing.file)
        if problems.contains(where: { $0.reason.contains("12 characters") }) { return nil }
        var rules = try #require(
            try TenantFile.parse(ContractFile.text, secrets: ContractFile.secrets).companies.first
        )
        rules.customers.prefix = drawing.prefix
        rules.customers.guestCustomer = drawing.guestCustomers[0]
        rules.currencies = [:]
        for (place, code) in ["EUR", "GBP"].enumerated() {
            rules.currencies[code] = .init(
                group: "G",
                guestCustomer: drawing.guestCustomers[place + 1],
                suffix: drawing.suffixes[place]
            )
        }
        guard let numbers = try? Self.numbers(rules) else { return nil }
        let isSaid = problems.allSatisfy { problem in
            ["already", "could be the number"].contains { problem.reason.contains($0) }
        }
        #expect(isSaid, "\(problems)")
        return (!problems.isEmpty, Set(numbers).count < numbers.count)
    }

    /// Refused exactly where two customers would have one number: prefixes, suffixes and guest customers are drawn
    /// from what looks most like one another.
    @Test func refusedExactlyWhereTwoCouldBeOne() throws {
        var random = SystemRandomNumberGenerator()
        let suffixes = ["1", "2", "E", "e", "G", "0", "12"]
        let prefixes = ["W", "w", "G", "1", "0", "WG"]
        var refused = 0
        var accepted = 0
        for _ in 0..<300 {
            let prefix = try #require(prefixes.randomElement(using: &random))
            let drawn = try (0..<2).map { _ in try #require(suffixes.randomElement(using: &random)) }
            let guests = try (0..<3).map { place in
                let id = try #require(Self.ids.randomElement(using: &random))
                let digits = String(repeating: "0", count: 8 - String(id).count) + String(id)
                let suffix = (drawn + ["", "X"]).randomElement(using: &random) ?? ""
                let start = [prefix, prefix.lowercased(), prefix + "G", "X", ""].randomElement(using: &random)
                let isPlain = Int.random(in: 0..<4, using: &random) > 0
                let text =
                    isPlain
                    ? "GUEST\(Int.random(in: 0..<6, using: &random))" : "\(start ?? "")\(digits)\(suffix)"
                return place > 0 && Bool.random(using: &random) ? nil : String(text.prefix(12))
            }
            let drawing = Drawing(
                prefix: prefix,
                guests: Bool.random(using: &random) ? "shared" : "individual",
                suffixes: drawn,
                guestCustomers: guests
            )
            guard let (isRefused, collides) = try judge(drawing) else { continue }
            #expect(isRefused == collides, "\(drawing)")
            if isRefused { refused += 1 } else { accepted += 1 }
        }
        #expect(refused > 30 && accepted > 30, "\(refused) refused, \(accepted) accepted")
    }

    @Test(
        "each refusal",
        arguments: [
            (
                "guestCustomer: WEBGUEST", "guestCustomer: w00000042", "customers.guestCustomer",
                "W or WG, 8 digits"
            ),
            (
                "guestCustomer: WEBGUEST", "guestCustomer: WG00000042", "customers.guestCustomer",
                "could be the number"
            ),
            (
                "guestCustomer: WEBGUEST", "guestCustomer: W00000042E", "customers.guestCustomer",
                "could be the number"
            ),
            (
                "guestCustomer: GUESTEUR", "guestCustomer: webguest", "currencies.EUR.guestCustomer",
                "customer of USD"
            ),
            (
                "suffix: E}", "suffix: E}, GBP: {group: W, suffix: e}", "currencies.GBP.suffix",
                "suffix of EUR"
            ),
            (
                "suffix: E}", "suffix: \"E/\"}", "currencies.EUR.suffix",
                "none of < > * % & : \\ ? / +: it is part"
            ),
            ("prefix: W,", "prefix: \"W&\",", "customers.prefix", "no blanks and none of < > * % &"),
            ("suffix: E}", "suffix: E E}", "currencies.EUR.suffix", "no blanks"),
            (
                "guestCustomer: GUESTEUR", "guestCustomer: GUEST EUR", "currencies.EUR.guestCustomer",
                "no blanks"
            ),
        ]
    )
    func refusal(_ passage: String, _ other: String, _ key: String, _ reason: String) {
        let problems = ContractFile.problems(of: ContractFile.replacing(passage, with: other))
        #expect(problems.map(\.key) == ["companies[0].\(key)"])
        #expect(problems.first?.reason.contains(reason) == true, "\(problems)")
    }

    @Test(
        "what only looks alike",
        arguments: [
            ("guestCustomer: WEBGUEST", "guestCustomer: W00000042X"),
            ("guestCustomer: WEBGUEST", "guestCustomer: W0000042"),
            ("guestCustomer: WEBGUEST", "guestCustomer: V00000042"), ("suffix: E}", "suffix: \"2\"}"),
            ("suffix: E}", "suffix: G}"), ("prefix: W,", "prefix: WG,"),
        ]
    )
    func accepted(_ passage: String, _ other: String) {
        #expect(ContractFile.problems(of: ContractFile.replacing(passage, with: other)) == [])
    }
}
