/// What happened to an order besides: its shipments and credit memos, as far as they are known.
public struct OrderHistory: Sendable, Hashable {
    /// In any sequence.
    public var shipments: [StoreShipment]
    /// In any sequence.
    public var creditMemos: [StoreCreditMemo]

    /// A history; nothing unless given.
    public init(shipments: [StoreShipment] = [], creditMemos: [StoreCreditMemo] = []) {
        self.shipments = shipments
        self.creditMemos = creditMemos
    }

    /// The same with a shipment that may not be in it yet.
    func with(_ shipment: StoreShipment) -> OrderHistory {
        var history = self
        history.shipments.removeAll { $0.entityID == shipment.entityID }
        history.shipments.append(shipment)
        return history
    }

    /// The same with a credit memo that may not be in it yet.
    func with(_ memo: StoreCreditMemo) -> OrderHistory {
        var history = self
        history.creditMemos.removeAll { $0.entityID == memo.entityID }
        history.creditMemos.append(memo)
        return history
    }
}
