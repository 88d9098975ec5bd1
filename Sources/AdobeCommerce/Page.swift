public import Accounting
public import ExactJSON
public import Foundation

/// How far a store has been read: the last row in the order of `(updated_at, entity_id)`.
public struct Cursor: Sendable, Hashable, Comparable {
    /// By the store's clock, to the second.
    public let updatedAt: Date
    /// `entity_id`; 0 for none.
    public let entityID: Int64

    /// A position. A fraction of a second is dropped.
    public init(updatedAt: Date, entityID: Int64 = 0) {
        self.updatedAt = Date(timeIntervalSince1970: TimeInterval(UTCTime.wholeSeconds(updatedAt)))
        self.entityID = entityID
    }

    /// Before everything a store can hold. The second day of 1970: the first begins outside of what a MySQL
    /// TIMESTAMP can be compared with.
    public static let beginning = Cursor(updatedAt: Date(timeIntervalSince1970: 86_400))

    /// By time, then by id.
    public static func < (left: Cursor, right: Cursor) -> Bool {
        (left.updatedAt, left.entityID) < (right.updatedAt, right.entityID)
    }
}

/// One document as it stood when it was read.
public struct ChangedRow: Sendable, Hashable {
    /// `entity_id`; for customers `id`.
    public let entityID: Int64
    /// What people call it; nil for customers.
    public let incrementID: String?
    /// `entity_id` of the order an invoice, a credit memo or a shipment belongs to; nil for orders and customers.
    public let orderID: Int64?
    /// Store view, by id; see `AdobeClient.storeViews()`. Nil when the view was deleted.
    public let storeID: Int?
    /// When the row last moved. Moves without meaning, and does not move for every change (reference Adobe 2.7).
    public let updatedAt: Date
    /// When it was made.
    public let createdAt: Date
    /// The document cut to what the decoders read, members in a fixed order: the same content is the same text.
    /// `updated_at` is not in it.
    public let source: JSON

    /// The row's place in the order of changes.
    public var cursor: Cursor { Cursor(updatedAt: updatedAt, entityID: entityID) }
}

/// A row that was left out of its page.
public struct UnreadableRow: Sendable, Hashable {
    /// `entity_id`, where that much could be read.
    public let entityID: Int64?
    /// What was read of it, to tell a repetition from a change.
    public let content: String
    /// Why, and who does what.
    public let failure: Failure
}

/// A stretch of documents in the order they were asked for.
public struct Page: Sendable {
    /// Readable rows.
    public let rows: [ChangedRow]
    /// Rows left out; the cursor goes past them, so they are to be reported now.
    public let unreadable: [UnreadableRow]
    /// True when there was nothing behind this page.
    public let isLast: Bool
    /// Where to go on from; where the page began when it is empty. Of a listing by id only the id counts.
    public let nextCursor: Cursor
    /// The store's time when it answered.
    public let serverTime: Date?
}
