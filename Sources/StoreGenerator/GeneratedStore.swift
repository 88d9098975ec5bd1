public import ExactJSON

/// Makes believable Adobe Commerce stores: the same store for the same seed, everywhere and always.
public struct StoreGenerator: Sendable {
    /// Everything is drawn from it.
    public let seed: UInt64

    /// A generator; any seed will do.
    public init(seed: UInt64) { self.seed = seed }

    /// A store with this many customers and orders, and the documents that belong to them.
    ///
    /// Costs a few dozen bytes an order; documents are written when asked for. An entity depends on the seed,
    /// the counts and the options only, never on what was asked for before.
    public func store(customers: Int, orders: Int, options: StoreOptions = StoreOptions()) -> GeneratedStore {
        GeneratedStore(plan: StorePlan(seed: seed, customers: customers, orders: orders, options: options))
    }
}

/// What a store holds.
public enum EntityKind: String, Sendable, Hashable, CaseIterable {
    /// Registered customers.
    case customers
    /// Orders.
    case orders
    /// Invoices.
    case invoices
    /// Shipments.
    case shipments
    /// Credit memos.
    case creditMemos = "creditmemos"
}

/// A generated store. Positions run from 0; ids are positions plus one.
public struct GeneratedStore: Sendable {
    let plan: StorePlan
    let outlines: [OrderOutline]
    let increments: IncrementIDs
    let invoices: [DocumentReference]
    let shipments: [DocumentReference]
    let creditMemos: [DocumentReference]
    private let invoiceIDs: [Int32: Int32]

    /// What it was made with.
    public var options: StoreOptions { plan.options }

    init(plan: StorePlan) {
        self.plan = plan
        outlines = (0..<plan.orders).map { Self.outline($0, plan: plan) }
        increments = IncrementIDs(outlines: outlines, options: plan.options)
        invoices = DocumentReference.all(outlines, \.invoices)
        shipments = DocumentReference.all(outlines, \.shipments)
        creditMemos = DocumentReference.all(outlines, \.creditMemos)
        let refunded = Set(creditMemos.map(\.order))
        var invoiceIDs: [Int32: Int32] = [:]
        for (position, invoice) in invoices.enumerated()
        where invoice.ordinal == 0 && refunded.contains(invoice.order) {
            invoiceIDs[invoice.order] = Int32(clamping: position + 1)
        }
        self.invoiceIDs = invoiceIDs
    }

    /// How many there are of a kind.
    public func count(_ kind: EntityKind) -> Int {
        switch kind {
        case .customers: plan.customers
        case .orders: outlines.count
        case .invoices: invoices.count
        case .shipments: shipments.count
        case .creditMemos: creditMemos.count
        }
    }

    /// Id and times without writing the document. The position must be below `count(kind)`.
    public func outline(_ kind: EntityKind, at position: Int) -> EntityOutline {
        switch kind {
        case .customers:
            let times = CustomerDocument.times(position, plan: plan)
            return EntityOutline(
                id: position + 1,
                createdSeconds: times.created,
                updatedSeconds: times.updated
            )
        case .orders:
            let order = outlines[position]
            return EntityOutline(
                id: position + 1,
                createdSeconds: order.createdSeconds,
                updatedSeconds: order.updatedSeconds
            )
        case .invoices, .shipments, .creditMemos:
            let seconds = Int(references(kind)[position].createdSeconds)
            return EntityOutline(id: position + 1, createdSeconds: seconds, updatedSeconds: seconds)
        }
    }

    /// The whole entity, as Adobe's REST prints it. The position must be below `count(kind)`.
    public func document(_ kind: EntityKind, at position: Int) -> JSON {
        switch kind {
        case .customers:
            return CustomerDocument(plan: plan, index: position).json()
        case .orders:
            return OrderDocument(facts: facts(ofOrder: position), increments: increments).json()
        case .invoices:
            let invoice = invoices[position]
            return salesDocument(invoice, id: position + 1, \.invoices)
                .invoice(incrementID: increments.document(invoice))
        case .creditMemos:
            let memo = creditMemos[position]
            let order = outlines[Int(memo.order)]
            let invoiceID = order.invoices.count == 1 ? invoiceIDs[memo.order].map(Int.init) : nil
            return salesDocument(memo, id: position + 1, \.creditMemos)
                .creditMemo(incrementID: increments.document(memo), invoiceID: invoiceID)
        case .shipments:
            let shipment = shipments[position]
            return ShipmentDocument(
                facts: facts(ofOrder: Int(shipment.order)),
                id: position + 1,
                ordinal: Int(shipment.ordinal),
                createdSeconds: Int(shipment.createdSeconds)
            ).json(incrementID: increments.document(shipment))
        }
    }

    func facts(ofOrder position: Int) -> OrderFacts {
        OrderFacts(index: position, outline: outlines[position], plan: plan)
    }

    func references(_ kind: EntityKind) -> [DocumentReference] {
        switch kind {
        case .invoices: invoices
        case .shipments: shipments
        case .creditMemos: creditMemos
        case .customers, .orders: []
        }
    }

    private func salesDocument(
        _ reference: DocumentReference,
        id: Int,
        _ documents: (OrderFacts) -> [(share: DocumentShare, amounts: InCurrencies<DocumentAmounts>)]
    ) -> SalesDocument {
        let facts = facts(ofOrder: Int(reference.order))
        let document = documents(facts)[Int(reference.ordinal)]
        return SalesDocument(
            facts: facts,
            id: id,
            share: document.share,
            amounts: document.amounts,
            createdSeconds: Int(reference.createdSeconds)
        )
    }
}

/// What a list can be sorted and filtered by without writing the entity.
public struct EntityOutline: Sendable, Hashable {
    /// `entity_id` (a customer's `id`).
    public let id: Int
    /// Unix seconds.
    public let createdSeconds: Int
    /// Unix seconds.
    public let updatedSeconds: Int
}
