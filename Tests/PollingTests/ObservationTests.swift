import Accounting
import Crypto
import ExactJSON
import Foundation
import Storage
import StoreGenerator
import Tenancy
import TestBench
import Testing

@testable import AdobeCommerce
@testable import Polling

/// What a row of the store becomes.
@Suite(.timeLimit(.minutes(3)))
struct ObservationTests {
    private static let store = StoreGenerator(seed: 3).store(customers: 2, orders: 20)

    private func observation(_ change: (inout TenantPlan) -> Void = { _ in }) throws -> Observation {
        var plan = TenantPlan()
        plan.companies = [
            ("SAMINC", "[default, {code: us_en, documentPrefix: UE}]", "America/Vancouver"),
            ("SAMEUR", "[de]", "Europe/Berlin"),
        ]
        change(&plan)
        let file = plan.file(of: try #require(TenantID("acme")))
        return Observation(
            tenant: try TenantFile.parse(file),
            storeViews: [0: "admin", 1: "default", 2: "us_en", 3: "de", 4: "fr"]
        )
    }

    private static let readAt = Date(timeIntervalSince1970: 1_767_300_000)

    private func row(
        _ source: JSON = store.document(.orders, at: 0),
        store: Int? = 1,
        increment: String? = "000000042"
    ) -> ChangedRow {
        ChangedRow(
            entityID: 42,
            incrementID: increment,
            orderID: nil,
            storeID: store,
            updatedAt: Date(timeIntervalSince1970: 1_767_225_661),
            createdAt: Date(timeIntervalSince1970: 1_767_225_600),
            source: source
        )
    }

    @Test(
        "an order goes to its view's company under its view's prefix",
        arguments: [
            (1, "SAMINC", "default", "US000000042"), (2, "SAMINC", "us_en", "UE000000042"),
            (3, "SAMEUR", "de", "US000000042"),
        ]
    )
    func orderIsRouted(_ store: Int, _ company: String, _ view: String, _ document: String) throws {
        let observed = try observation().order(row(store: store), at: Self.readAt)
        #expect(observed.key.company?.name == company)
        #expect(observed.key.kind == .order)
        #expect(observed.key.sourceID == 42)
        #expect(observed.storeView == view)
        #expect(observed.number == "000000042")
        #expect(observed.document == document)
        #expect(observed.createdAt == Date(timeIntervalSince1970: 1_767_225_600))
        #expect(observed.updatedAt == Date(timeIntervalSince1970: 1_767_225_661))
    }

    @Test(
        "an order of a view nobody names has no company and the store's number",
        arguments: [
            (4, "fr"), (0, "admin"), (77, ""), (nil, ""),
        ]
    )
    func homelessOrderIsKept(_ store: Int?, _ view: String) throws {
        let observed = try observation().order(row(store: store), at: Self.readAt)
        #expect(observed.key.company == nil)
        #expect(observed.storeView == view)
        #expect(observed.document == "000000042")
        #expect(observed.amount == nil)
        #expect(observed.currency == nil)
    }

    @Test func amountIsTheStoresTotalToTheCent() throws {
        let observation = try observation()
        for position in 0..<20 {
            let source = Self.store.document(.orders, at: position)
            let observed = observation.order(row(source), at: Self.readAt)
            let total = try #require(source["base_grand_total"]?.decimal)
            var (exact, rounded) = (total, Decimal())
            NSDecimalRound(&rounded, &exact, 2, .plain)
            #expect(observed.amount == rounded)
            #expect(observed.currency == "USD")
        }
    }

    @Test("what cannot be totalled or numbered is published all the same; the worker says why")
    func oddOrderIsKept() throws {
        let broken = try observation().order(row(["entity_id": 42, "items": "none"]), at: Self.readAt)
        #expect(broken.amount == nil)
        #expect(broken.document == "US000000042")
        let long = String(repeating: "9", count: 30)
        let tooLong = try observation().order(row(increment: long), at: Self.readAt)
        #expect(tooLong.number == long)
        #expect(tooLong.document == long)
        let unnamed = try observation().order(row(increment: nil), at: Self.readAt)
        #expect(unnamed.number == "42")
    }

    @Test(
        "a customer has the number Sage 300 will have it under",
        arguments: [
            (1, "SAMINC", "W00000042"), (4, nil, "42"),
        ]
    )
    func customerIsNumbered(_ store: Int, _ company: String?, _ document: String) throws {
        let observed = try observation().customer(
            row(Self.store.document(.customers, at: 0), store: store, increment: nil),
            at: Self.readAt
        )
        #expect(observed.key.kind == .customer)
        #expect(observed.key.company?.name == company)
        #expect(observed.number == "42")
        #expect(observed.document == document)
        #expect(observed.amount == nil)
        #expect(observed.currency == nil)
    }

    @Test func hashIsOfTheContentAlone() throws {
        let observation = try observation()
        let source: JSON = ["entity_id": 42, "status": "processing"]
        let first = observation.order(row(source), at: Self.readAt)
        #expect(first.source == source.text)
        #expect(first.contentHash == Array(SHA256.hash(data: Data(source.text.utf8))))
        let moved = ChangedRow(
            entityID: 42,
            incrementID: "000000042",
            orderID: nil,
            storeID: 1,
            updatedAt: Date(),
            createdAt: Date(timeIntervalSince1970: 1_767_225_600),
            source: source
        )
        #expect(observation.order(moved, at: Self.readAt).contentHash == first.contentHash)
        let changed = observation.order(row(["entity_id": 42, "status": "complete"]), at: Self.readAt)
        #expect(changed.contentHash != first.contentHash)
    }
}
