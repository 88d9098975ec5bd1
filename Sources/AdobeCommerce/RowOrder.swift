import Foundation

/// A row of a page and where it is.
struct PlacedRow: Sendable {
    enum Content: Sendable {
        case readable(ChangedRow)
        case unreadable(UnreadableRow)
    }

    let place: Cursor
    let content: Content

    var readable: ChangedRow? {
        if case .readable(let row) = content { row } else { nil }
    }

    var unreadable: UnreadableRow? {
        if case .unreadable(let row) = content { row } else { nil }
    }
}

/// The rows of a page in the one order that a cursor can stand for.
struct RowOrder {
    /// Why no cursor can stand for them.
    enum Disorder: Error {
        case unsorted
        case goesNowhere

        var cause: AdobeError.Cause { self == .unsorted ? .pageOutOfOrder : .pageDoesNotAdvance }
    }

    /// In order, each once.
    var rows: [PlacedRow] = []
    /// True when the store had sorted the rows of a second otherwise.
    private(set) var wasMended = false
    private let order: Listing.Order
    private let start: Cursor

    init(_ order: Listing.Order, behind start: Cursor) {
        self.order = order
        self.start = start
    }

    /// Takes rows as they came. A row that was printed twice in a row counts once; rows of one second that came in
    /// another order of ids are sorted: some databases know no order among equal times.
    mutating func take(_ printed: [PlacedRow]) throws(Disorder) {
        var position = start
        for row in order == .byChange ? sortedWithinSeconds(printed) : printed {
            if let last = rows.last, isSame(last.place, row.place) { continue }
            guard isAscending(position, row.place) else { throw .unsorted }
            position = row.place
            rows.append(row)
        }
    }

    /// Leaves the rows of the last second to the next page.
    mutating func dropLastSecond() throws(Disorder) {
        let last = rows.last?.place.updatedAt
        rows.removeAll { $0.place.updatedAt == last }
        if rows.isEmpty { throw .unsorted }
    }

    private mutating func sortedWithinSeconds(_ printed: [PlacedRow]) -> [PlacedRow] {
        var sorted: [PlacedRow] = []
        var second: [PlacedRow] = []
        for row in printed {
            if let first = second.first, first.place.updatedAt != row.place.updatedAt {
                sorted += inOrder(second)
                second = []
            }
            second.append(row)
        }
        return sorted + inOrder(second)
    }

    private mutating func inOrder(_ second: [PlacedRow]) -> [PlacedRow] {
        let isInOrder = zip(second, second.dropFirst()).allSatisfy { $0.place <= $1.place }
        guard !isInOrder else { return second }
        wasMended = true
        return second.sorted { $0.place < $1.place }
    }

    private func isSame(_ previous: Cursor, _ next: Cursor) -> Bool {
        order == .byChange ? previous == next : previous.entityID == next.entityID
    }

    private func isAscending(_ previous: Cursor, _ next: Cursor) -> Bool {
        switch order {
        case .byChange: previous < next
        case .byIdentifier: previous.entityID < next.entityID
        }
    }
}
