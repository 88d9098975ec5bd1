/// A queue with cheap removal at the front.
struct FIFO<Element> {
    private var items: [Element] = []
    private var head = 0

    var isEmpty: Bool { head == items.count }
    var count: Int { items.count - head }

    mutating func append(_ item: Element) { items.append(item) }

    mutating func popFirst() -> Element? {
        guard head < items.count else { return nil }
        let item = items[head]
        head += 1
        // The dead front is dropped once it is the larger part, so that it costs little per element.
        if head == items.count || (head >= 64 && head * 2 >= items.count) {
            items.removeFirst(head)
            head = 0
        }
        return item
    }

    func contains(where matches: (Element) -> Bool) -> Bool { items[head...].contains(where: matches) }

    /// Removes and returns all, in order.
    mutating func takeAll() -> [Element] { take(where: { _ in true }) }

    /// Removes and returns what matches, in order.
    mutating func take(where matches: (Element) -> Bool) -> [Element] {
        let taken = items[head...].filter(matches)
        if !taken.isEmpty {
            items = items[head...].filter { !matches($0) }
            head = 0
        }
        return taken
    }
}
