/// What a channel in confirm mode has sent and the broker has not answered for.
///
/// The broker numbers the publishings of a channel from 1 in the order it receives them
/// (https://www.rabbitmq.com/docs/confirms#publisher-confirms); so does this.
struct ConfirmLedger<Entry> {
    private var last: UInt64 = 0
    /// No entry is older than this.
    private var oldest: UInt64 = 1
    private var entries: [UInt64: Entry] = [:]

    var isEmpty: Bool { entries.isEmpty }

    /// The number the next publishing will have.
    var next: UInt64 { last + 1 }

    /// Notes a publishing about to be sent.
    mutating func add(_ entry: Entry) {
        last += 1
        entries[last] = entry
    }

    subscript(number: UInt64) -> Entry? { entries[number] }

    /// Removes what an ack or nack answers for, in the order it was sent. With `multiple` that is everything
    /// up to `number`, and 0 means all.
    mutating func settle(_ number: UInt64, multiple: Bool) -> [Entry] {
        guard multiple else { return entries.removeValue(forKey: number).map { [$0] } ?? [] }
        let end = number == 0 ? last : min(number, last)
        guard oldest <= end else { return [] }
        defer { oldest = end + 1 }
        return (oldest...end).compactMap { entries.removeValue(forKey: $0) }
    }

    /// Everything the broker has not answered for.
    var unanswered: [Entry] { Array(entries.values) }

    /// Removes everything, in the order it was sent.
    mutating func takeAll() -> [Entry] {
        settle(0, multiple: true)
    }
}
