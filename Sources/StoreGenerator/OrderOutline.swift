/// The little that must be known of every order before any is written in full: when, which view, how far,
/// which documents. A few dozen bytes, so that a million fit in memory.
struct OrderOutline: Sendable {
    private let created: UInt32
    private let updated: UInt32
    /// Position among the customers; nil: a guest.
    let customer: Int32?
    /// Position among the guests when there is no customer.
    let guest: Int32
    let view: UInt8
    let lifecycle: Lifecycle
    let isVirtual: Bool
    /// Replaces the order before it, which was cancelled by an edit.
    let replacesPrevious: Bool
    let isReplaced: Bool
    /// `created_at` of the documents, oldest first; a document's `updated_at` is the same.
    let invoices: DocumentTimes
    let shipments: DocumentTimes
    let creditMemos: DocumentTimes

    init(
        times: EventTimes,
        buyer: (customer: Int?, guest: Int, view: Int),
        lifecycle: Lifecycle,
        isVirtual: Bool,
        edit: (replacesPrevious: Bool, isReplaced: Bool)
    ) {
        created = UInt32(clamping: times.created)
        updated = UInt32(clamping: times.updated)
        customer = buyer.customer.map { Int32(clamping: $0) }
        guest = Int32(clamping: buyer.guest)
        view = UInt8(clamping: buyer.view)
        self.lifecycle = lifecycle
        self.isVirtual = isVirtual
        (replacesPrevious, isReplaced) = edit
        (invoices, shipments, creditMemos) = (times.invoices, times.shipments, times.creditMemos)
    }

    var createdSeconds: Int { Int(created) }
    var updatedSeconds: Int { Int(updated) }
}

/// When the documents of one kind came into being: two at most.
struct DocumentTimes: Sendable {
    // Seconds since 1970 until the year 2106; 0 is none.
    private let seconds: (UInt32, UInt32)

    init(_ first: Int = 0, _ second: Int = 0) {
        seconds = (UInt32(clamping: first), UInt32(clamping: second))
    }

    var count: Int { (seconds.0 == 0 ? 0 : 1) + (seconds.1 == 0 ? 0 : 1) }
    var first: Int? { seconds.0 == 0 ? nil : Int(seconds.0) }
    subscript(position: Int) -> Int { Int(position == 0 ? seconds.0 : seconds.1) }
}

extension GeneratedStore {
    static func outline(_ index: Int, plan: StorePlan) -> OrderOutline {
        let options = plan.options
        let previousIsEdited = index > 0 && isEdited(index - 1, plan: plan)
        let isEdited = !previousIsEdited && Self.isEdited(index, plan: plan) && index + 1 < plan.orders
        // A replacement belongs to whoever placed the order it replaces.
        let person = buyerPosition(of: previousIsEdited ? index - 1 : index, plan: plan)
        var random = RandomSource(seed: plan.seed, stream: .outline, index: index)
        let isVirtual = random.chance(options.virtualOrders)
        let drawn = plan.drawLifecycle(&random)
        let lifecycle = isEdited ? .canceled : isVirtual ? drawn.forVirtualOrder : drawn
        let created = createdSeconds(index, plan: plan)
        let slot = index / max(options.burst, 1)
        var events = RandomSource(seed: plan.seed, stream: .documents, index: slot)
        let times = EventTimes(
            created: created,
            end: options.endSeconds,
            lifecycle: lifecycle,
            isVirtual: isVirtual,
            &events
        )
        return OrderOutline(
            times: times,
            buyer: person,
            lifecycle: lifecycle,
            isVirtual: isVirtual,
            edit: (previousIsEdited, isEdited)
        )
    }

    /// Orders come evenly over the span, `burst` at a time.
    private static func createdSeconds(_ index: Int, plan: StorePlan) -> Int {
        let burst = max(plan.options.burst, 1)
        let slots = (max(plan.orders, 1) + burst - 1) / burst
        let slot = index / burst
        let span = max(plan.options.endSeconds - plan.options.startSeconds, 0)
        let (start, end) = (span * slot / slots, span * (slot + 1) / slots)
        var random = RandomSource(seed: plan.seed, stream: .checkout, index: slot)
        return plan.options.startSeconds + start + random.below(max(end - start, 1))
    }

    /// Never two in a row, so that chains stay one edit long.
    private static func isEdited(_ index: Int, plan: StorePlan) -> Bool {
        guard index.isMultiple(of: 2) else { return false }
        var random = RandomSource(seed: plan.seed, stream: .outline, index: -1 - index)
        return random.chance(plan.options.editedOrders)
    }

    private static func buyerPosition(of index: Int, plan: StorePlan) -> (
        customer: Int?, guest: Int, view: Int
    ) {
        var random = RandomSource(seed: plan.seed, stream: .cart, index: -1 - index)
        let isGuest = random.chance(plan.options.guests) || plan.customers == 0
        let guests = max(plan.orders * plan.options.guests.partsPerMillion / 1_400_000, 1)
        // Some customers come often: the smaller of two draws.
        let customer = min(random.below(plan.customers), random.below(plan.customers))
        let guest = random.below(guests)
        let view = plan.view(ofBuyer: isGuest ? guest : customer, isGuest: isGuest)
        return (isGuest ? nil : customer, guest, view)
    }
}

extension Lifecycle {
    /// What is left of a life without shipments.
    fileprivate var forVirtualOrder: Lifecycle {
        switch self {
        case .processing, .partlyShipped: .complete
        case .pending, .pendingPayment, .holded, .partlyInvoiced, .complete, .partlyRefunded, .closed,
            .canceled,
            .partlyCanceled:
            self
        }
    }
}

/// When things happened to one order.
struct EventTimes {
    var invoices = DocumentTimes()
    var shipments = DocumentTimes()
    var creditMemos = DocumentTimes()
    let created: Int
    var updated: Int

    init(created: Int, end: Int, lifecycle: Lifecycle, isVirtual: Bool, _ random: inout RandomSource) {
        self.created = created
        updated = created
        let day = 86_400
        let paid = min(created + (random.chance(.percent(60)) ? random.below(20) : random.below(day)), end)
        let inParts = random.chance(.percent(12))
        let shipped = min(paid + random.within(3600...2 * day), end)
        let shippedRest = min(shipped + random.within(3600...3 * day), end)
        let refunded = min(shipped + random.within(day...12 * day), end)
        let canceled = min(created + random.within(600...3 * day), end)
        switch lifecycle {
        case .pending, .pendingPayment: updated = min(created + random.below(4), end)
        case .holded, .canceled: updated = canceled
        case .processing: (invoices, updated) = (DocumentTimes(paid), paid)
        case .partlyInvoiced:
            (invoices, shipments, updated) = (DocumentTimes(paid), DocumentTimes(shipped), paid)
        case .partlyShipped:
            // Adobe often leaves `updated_at` of the order alone on a partial shipment (reference 2.7).
            (invoices, shipments, updated) = (DocumentTimes(paid), DocumentTimes(shipped), paid)
        case .complete, .partlyRefunded, .closed:
            invoices = inParts ? DocumentTimes(paid, shipped) : DocumentTimes(paid)
            shipments = inParts ? DocumentTimes(shipped, shippedRest) : DocumentTimes(shipped)
            updated = inParts ? shippedRest : shipped
        case .partlyCanceled:
            (invoices, shipments, updated) = (
                DocumentTimes(paid), DocumentTimes(shipped), max(canceled, shipped)
            )
        }
        if lifecycle == .partlyRefunded || lifecycle == .closed {
            creditMemos = DocumentTimes(max(refunded, updated))
            updated = max(refunded, updated)
        }
        if isVirtual { shipments = DocumentTimes() }
    }
}
