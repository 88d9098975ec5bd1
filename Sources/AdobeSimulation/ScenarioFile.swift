import Foundation
import StoreGenerator
import Yams

/// Why a scenario file is refused: the line, the key and what would be right.
public struct ScenarioError: Error, Sendable, Hashable, CustomStringConvertible {
    /// From 1; nil when the text is not YAML at all.
    public let line: Int?
    /// One sentence.
    public let problem: String

    /// `line 4: …`
    public var description: String { line.map { "line \($0): \(problem)" } ?? problem }
}

extension Scenario {
    /// Reads a scenario file (YAML, or JSON, which is YAML too).
    /// - Throws: `ScenarioError` for unknown keys, wrong values and text that is not YAML.
    public init(yaml: String) throws(ScenarioError) {
        self.init()
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw ScenarioError(line: nil, problem: "not YAML: \(error)")
        }
        guard let root, root.null == nil else { return }
        let file = try ScenarioSection(root)
        try readStore(file)
        authentication = try file.choice("auth") ?? authentication
        tenantID = try file.text("tenant")
        try readBehaviour(file)
        badRows = try file.section("badRows")?.rows() ?? [:]
        if let list = try file.list("faults") {
            for node in list { faults.append(try Fault(ScenarioSection(node))) }
        }
        try readDocuments(file)
        try file.refuseUnknownKeys()
    }

    private mutating func readStore(_ file: ScenarioSection) throws(ScenarioError) {
        seed = UInt64(try file.integer("seed") ?? Int(seed))
        customers = try file.integer("customers") ?? customers
        orders = try file.integer("orders") ?? orders
        store.baseCurrency = try file.text("baseCurrency") ?? store.baseCurrency
        store.burst = try file.integer("burst") ?? store.burst
        if let to = try file.seconds("to") {
            store.endSeconds = to
            store.startSeconds = to - 30 * 86_400
        }
        store.startSeconds = try file.seconds("from") ?? store.startSeconds
        store.guests = try file.share("guests") ?? store.guests
        store.credits = try file.share("credits") ?? store.credits
        store.giftCardProducts = try file.share("giftCardProducts") ?? store.giftCardProducts
        store.virtualOrders = try file.share("virtualOrders") ?? store.virtualOrders
        store.discounts = try file.share("discounts") ?? store.discounts
        store.freeOrders = try file.share("freeOrders") ?? store.freeOrders
        store.fixedProductTax = try file.share("fixedProductTax") ?? store.fixedProductTax
        store.editedOrders = try file.share("editedOrders") ?? store.editedOrders
        store.version = try file.choice("version") ?? store.version
        if let views = try file.list("storeViews") {
            store.storeViews = []
            for node in views { store.storeViews.append(try StoreViewOptions(node)) }
        }
        if let section = try file.section("lifecycles") {
            store.lifecycles = [:]
            for life in Lifecycle.allCases { store.lifecycles[life] = try section.integer(life.rawValue) }
            try section.refuseUnknownKeys()
        }
    }

    /// What can be changed while the store is open, too; what is not named stays as it is.
    mutating func readBehaviour(_ file: ScenarioSection) throws(ScenarioError) {
        tokenLifetimeSeconds = try file.integer("tokenLifetime") ?? tokenLifetimeSeconds
        isStrict = try file.boolean("strict") ?? isStrict
        if let size = try file.integer("maximumPageSize") { maximumPageSize = size > 0 ? size : nil }
        compresses = try file.boolean("gzip") ?? compresses
        if let section = try file.section("rateLimit") {
            let requests = try section.integer("requests") ?? 0
            rateLimit =
                requests == 0
                ? nil : RateLimit(requests: requests, seconds: try section.integer("seconds") ?? 60)
            try section.refuseUnknownKeys()
        }
        repeatsLastPage = try file.boolean("repeatLastPage") ?? repeatsLastPage
        clockOffsetSeconds = try file.signedInteger("clockOffset") ?? clockOffsetSeconds
        if let list = try file.list("resources") { resources = Set(list.compactMap(\.string)) }
        try readCredentials(file)
    }

    private mutating func readCredentials(_ file: ScenarioSection) throws(ScenarioError) {
        guard let section = try file.section("credentials") else { return }
        credentials.consumerKey = try section.text("consumerKey") ?? credentials.consumerKey
        credentials.consumerSecret = try section.text("consumerSecret") ?? credentials.consumerSecret
        credentials.accessToken = try section.text("accessToken") ?? credentials.accessToken
        credentials.accessTokenSecret = try section.text("accessTokenSecret") ?? credentials.accessTokenSecret
        credentials.clientID = try section.text("clientId") ?? credentials.clientID
        credentials.clientSecret = try section.text("clientSecret") ?? credentials.clientSecret
        try section.refuseUnknownKeys()
    }

    private mutating func readDocuments(_ file: ScenarioSection) throws(ScenarioError) {
        guard let section = try file.section("documents") else { return }
        for kind in EntityKind.allCases {
            for node in try section.list(kind.rawValue) ?? [] {
                documents[kind, default: []].append(try ScenarioSection.json(node))
            }
        }
        try section.refuseUnknownKeys()
    }
}

extension ScenarioSection {
    /// `{orders: [12, 34], customers: [5]}`: ids of rows.
    func rows() throws(ScenarioError) -> [EntityKind: Set<Int>] {
        var rows: [EntityKind: Set<Int>] = [:]
        for kind in EntityKind.allCases {
            for node in try list(kind.rawValue) ?? [] {
                guard let id = node.int else { throw problem("\(kind.rawValue): expected ids", at: node) }
                rows[kind, default: []].insert(id)
            }
        }
        try refuseUnknownKeys()
        return rows
    }
}

extension StoreViewOptions {
    init(_ node: Node) throws(ScenarioError) {
        if let code = node.string {
            self.init(code: code)
            return
        }
        let section = try ScenarioSection(node)
        self.init(
            code: try section.required("code"),
            name: try section.text("name"),
            weight: try section.integer("weight") ?? 1,
            orderCurrency: try section.text("currency"),
            baseCurrency: try section.text("baseCurrency"),
            baseToOrderRate: try section.amount("rate") ?? Amount(1),
            pricesIncludeTax: try section.boolean("pricesIncludeTax") ?? false
        )
        countries = try section.list("countries")?.compactMap(\.string) ?? countries
        incrementPrefix = try section.text("incrementPrefix")
        timeZone = try section.text("timeZone") ?? timeZone
        locale = try section.text("locale") ?? locale
        try section.refuseUnknownKeys()
    }
}

extension Fault {
    init(_ section: ScenarioSection) throws(ScenarioError) {
        guard let kind: Kind = try section.choice("kind") else { throw section.problem("kind is missing") }
        self.init(on: try section.text("on") ?? "*", kind: kind)
        after = try section.integer("after") ?? 0
        retryAfter = try section.integer("retryAfter")
        retryAfterIsDate = try section.boolean("retryAfterDate") ?? false
        millisecondsPerRow = try section.integer("millisecondsPerRow") ?? 0
        // A delay by rows alone has no fixed part unless one is given.
        milliseconds = try section.integer("milliseconds") ?? (millisecondsPerRow > 0 ? 0 : milliseconds)
        reason = try section.choice("reason") ?? reason
        megabytes = min(try section.integer("megabytes") ?? megabytes, 1024)
        if let count = try section.integer("first") { occurrence = .first(count) }
        if let count = try section.integer("every") { occurrence = .every(count) }
        if let share = try section.share("probability") { occurrence = .probability(share) }
        try section.refuseUnknownKeys()
    }
}
