public import Foundation

/// A shipment as the store made it: what of an order went out. It carries no amounts; they are the order's.
public struct StoreShipment: Sendable, Hashable {
    /// What of one order item went out.
    public struct Line: Sendable, Hashable {
        /// `item_id` of the order's item. Bundles shipped together name the parent, those shipped separately the
        /// children (reference Adobe 3.5).
        public var orderItemID: Int64
        /// Stock keeping unit.
        public var sku: String
        /// Units.
        public var quantity: Amount

        /// A line from its parts.
        public init(orderItemID: Int64, sku: String, quantity: Amount) {
            self.orderItemID = orderItemID
            self.sku = sku
            self.quantity = quantity
        }
    }

    /// Adobe's `entity_id`, unique in a store.
    public var entityID: Int64
    /// `entity_id` of its order.
    public var orderID: Int64
    /// What people call it, unique per store view only.
    public var incrementID: String
    /// Store view, by code.
    public var storeView: String
    /// When it was made.
    public var createdAt: Date
    /// When the row last moved.
    public var updatedAt: Date
    /// What went out.
    public var lines: [Line]

    /// A shipment from its parts.
    public init(
        entityID: Int64,
        orderID: Int64,
        incrementID: String,
        storeView: String,
        createdAt: Date,
        updatedAt: Date,
        lines: [Line]
    ) {
        self.entityID = entityID
        self.orderID = orderID
        self.incrementID = incrementID
        self.storeView = storeView
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.lines = lines
    }
}
