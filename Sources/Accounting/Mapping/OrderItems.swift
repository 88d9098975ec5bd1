/// An order's items by id, for the documents that name them.
struct OrderItems {
    private let items: [Int64: StoreOrderItem]
    private let physicalParents: Set<Int64>
    private let childrenOf: [Int64: [Int64]]

    init(_ order: StoreOrder) {
        items = Dictionary(order.items.map { ($0.itemID, $0) }, uniquingKeysWith: { first, _ in first })
        let children = order.items.filter { $0.parentItemID != nil }
        childrenOf = Dictionary(grouping: children.map(\.itemID)) { id in
            order.items.first { $0.itemID == id }?.parentItemID ?? 0
        }
        physicalParents = Set(children.filter(\.isPhysical).compactMap(\.parentItemID))
    }

    subscript(id: Int64) -> StoreOrderItem? { items[id] }

    func parent(of id: Int64) -> StoreOrderItem? { items[id]?.parentItemID.flatMap { items[$0] } }

    func children(of id: Int64) -> [Int64] { childrenOf[id] ?? [] }

    /// A composite product is shipped when any of its parts is.
    func isPhysical(_ id: Int64) -> Bool {
        guard let item = items[id] else { return true }
        return children(of: id).isEmpty ? item.isPhysical : physicalParents.contains(id)
    }
}
