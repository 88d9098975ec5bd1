extension OrderFacts {
    /// Units of a row in an invoice or credit memo. Children without money follow their parent, the parent
    /// of a dynamic bundle its children.
    func quantity(of item: ItemRow, in share: DocumentShare) -> Amount {
        if let position = item.priced { return share.quantity(position) }
        if let range = item.summed {
            let factor = Int64(item.product.parts.first?.quantity ?? 1)
            return Amount(tenThousandths: share.quantity(range.lowerBound).tenThousandths / max(factor, 1))
        }
        let parent = items.first { $0.id == item.parentID }
        guard let position = parent?.priced else { return .zero }
        let factor = Int64(item.part?.quantity ?? 1)
        return Amount(tenThousandths: share.quantity(position).tenThousandths * factor)
    }

    /// True for the rows a shipment lists: a configurable's parent, a fixed bundle's parent (shipped
    /// together), a dynamic bundle's children (shipped separately).
    func isShipped(_ item: ItemRow) -> Bool {
        guard !item.product.kind.isVirtual else { return false }
        return item.product.kind == .dynamicBundle ? item.part != nil : item.part == nil
    }

    /// Units of a listed row in a shipment given as units per cart line.
    func shippedQuantity(of item: ItemRow, in shipment: [Amount]) -> Amount {
        let factor = Int64(item.part?.quantity ?? 1)
        return Amount(tenThousandths: shipment[item.cartLine].tenThousandths * factor)
    }
}
