import ExactJSON
import StoreGenerator
import Testing

/// A generator that never made a bundle would let every test of bundles pass.
@Suite(.timeLimit(.minutes(1)))
struct Variety {
    private static let store = StoreGenerator(seed: 11).store(customers: 200, orders: 1500)
    private static let orders = (0..<1500).map { store.document(.orders, at: $0) }

    @Test(arguments: ["simple", "configurable", "bundle", "virtual", "downloadable", "giftcard"])
    func sells(_ type: String) {
        let items = Self.orders.flatMap { $0["items"]?.array ?? [] }
        #expect(items.contains { $0["product_type"]?.string == type })
    }

    @Test(arguments: ["pending", "processing", "complete", "closed", "canceled", "holded", "pending_payment"])
    func hasOrdersIn(_ status: String) {
        #expect(Self.orders.contains { $0["status"]?.string == status })
    }

    @Test(arguments: ["gift_cards_amount", "customer_balance_amount", "reward_currency_amount"])
    func redeems(_ credit: String) {
        #expect(Self.orders.contains { money($0["extension_attributes"] ?? .null, credit) > 0 })
    }

    @Test func hasGuestsFreeOrdersAndCoupons() {
        #expect(Self.orders.contains { number($0, "customer_is_guest") == 1 && $0["customer_id"] == nil })
        #expect(Self.orders.contains { money($0, "grand_total") == 0 && $0["coupon_code"] != nil })
        #expect(Self.orders.contains { money($0, "discount_amount") < 0 && $0["coupon_code"] == nil })
        #expect(Self.orders.contains { money($0, "shipping_discount_amount") > 0 })
    }

    @Test func anEditedOrderNamesItsReplacement() throws {
        let old = try #require(Self.orders.first { $0["relation_child_id"] != nil })
        let new = try #require(Self.orders.first { $0["entity_id"]?.int == old["relation_child_id"]?.int })
        #expect(old["state"]?.string == "canceled")
        #expect(new["original_increment_id"] == old["increment_id"])
        #expect(new["increment_id"]?.string == (old["increment_id"]?.string ?? "") + "-1")
        #expect(new["customer_email"]?.string?.lowercased() == old["customer_email"]?.string?.lowercased())
    }

    @Test func incrementIDsAreUniquePerViewAndOtherwiseOnlyByPrefix() {
        var options = StoreOptions()
        options.storeViews = [
            StoreViewOptions(code: "a", incrementPrefix: ""),
            StoreViewOptions(code: "b", incrementPrefix: ""),
        ]
        let store = StoreGenerator(seed: 3).store(customers: 10, orders: 200, options: options)
        let keys = (0..<200).map { position -> [JSON?] in
            let order = store.document(.orders, at: position)
            return [order["store_id"], order["increment_id"]]
        }
        #expect(Set(keys).count == 200)
        #expect(Set(keys.map { $0[1] }).count < 200, "two views share numbers")
    }

    @Test func nothingIsPrintedThatAdobeWouldNot() {
        for order in Self.orders.prefix(300) {
            #expect(!order.text.contains(":null,\"increment_id\""))
            #expect(order.text.firstRange(of: #/:-?\d+\.\d*0[,}\]]/#) == nil, "no trailing zeros")
        }
    }

    @Test func aBurstSharesItsSecond() {
        var options = StoreOptions()
        options.burst = 50
        let store = StoreGenerator(seed: 3).store(customers: 10, orders: 200, options: options)
        let seconds = Set((0..<200).map { store.outline(.orders, at: $0).createdSeconds })
        #expect(seconds.count == 4)
    }

    @Test func nothingHappensOutsideTheSpan() {
        let options = StoreOptions()
        for kind in EntityKind.allCases {
            for position in 0..<Self.store.count(kind) {
                let outline = Self.store.outline(kind, at: position)
                #expect(outline.createdSeconds <= outline.updatedSeconds)
                #expect(outline.updatedSeconds <= options.endSeconds)
            }
        }
    }
}
