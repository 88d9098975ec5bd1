import Accounting
import ExactJSON
import Foundation

/// Makes a page of an answer.
struct ListingReading {
    let listing: Listing
    let pageSize: Int

    /// The rows of an answer, the unreadable ones set aside.
    ///
    /// A row that cannot be read but says where it is counts like any other for the order and for the cursor.
    /// - Throws: `.damaged` when it is no listing; `.pageOutOfOrder` when going on would lose rows;
    ///   `.pageDoesNotAdvance` when there is no row to go on from.
    func page(_ answer: AdobeAnswer) throws(AdobeError) -> Page {
        let elements = try elements(of: answer.json)
        let (placed, astray) = rows(of: elements)
        var order = RowOrder(listing.order, behind: listing.cursor)
        do throws(RowOrder.Disorder) {
            // From the newest row down, the same order is read from its end.
            try order.take(listing.isNewestFirst ? placed.reversed() : placed)
            // Of a second whose rows come in an order of their own, more may follow on the next page.
            let isLast = isLast(elements.count, of: answer.json)
            if order.wasMended, !isLast { try order.dropLastSecond() }
            let isBeyondEnd = dropRowsBeyondEnd(&order.rows)
            guard isLast || isBeyondEnd || !order.rows.isEmpty else { throw .goesNowhere }
            return Page(
                rows: order.rows.compactMap(\.readable),
                unreadable: order.rows.compactMap(\.unreadable) + astray,
                isLast: isLast || isBeyondEnd,
                nextCursor: order.rows.last?.place ?? listing.cursor,
                serverTime: answer.serverTime
            )
        } catch {
            throw AdobeError(error.cause, resource: listing.resource.listing)
        }
    }

    /// Every request is for the first rows of what lies behind the cursor. A short page is the end only where the
    /// store does not count more rows than came: some cap the page size without a word.
    private func isLast(_ count: Int, of json: JSON) -> Bool {
        if count == 0 { return true }
        guard count < pageSize else { return false }
        return json["total_count"]?.int.map { $0 <= count } ?? true
    }

    /// Drops what comes from a store that does not keep to the bound asked for.
    /// - Returns: whether there was any; the rows are in order, so nothing asked for is behind.
    private func dropRowsBeyondEnd(_ rows: inout [PlacedRow]) -> Bool {
        guard let end = listing.end else { return false }
        let kept = rows.prefix { $0.place.updatedAt <= end }
        defer { rows = Array(kept) }
        return kept.count < rows.count
    }

    /// `{"items": […]}`; with `fields=` an empty page is `{"items": null}` or `[]` (reference Adobe 11). PHP prints
    /// a list with holes in it as an object.
    private func elements(of json: JSON) throws(AdobeError) -> [JSON] {
        if json == .array([]) { return [] }
        switch json["items"] {
        case .array(let elements)?: return elements
        case .object(let object)?:
            let elements = object.map(\.value)
            if elements.allSatisfy({ $0.object != nil }) { return elements }
        case .null?: return []
        case nil: if json["total_count"]?.int == 0 { return [] }
        default: break
        }
        throw AdobeError(.damaged(.unexpectedShape), resource: listing.resource.listing)
    }
}

// MARK: - Rows

extension ListingReading {
    /// The rows that say where they are, and those that do not.
    private func rows(of elements: [JSON]) -> (placed: [PlacedRow], astray: [UnreadableRow]) {
        var (placed, astray): ([PlacedRow], [UnreadableRow]) = ([], [])
        for (index, element) in elements.enumerated() {
            let place = place(of: element)
            do throws(AdobeDocumentError) {
                let row = try row(element, at: "$.items[\(index)]")
                placed.append(PlacedRow(place: row.cursor, content: .readable(row)))
            } catch {
                let row = UnreadableRow(
                    entityID: place?.entityID ?? identifier(of: element),
                    content: element.text,
                    failure: error.failure
                )
                if let place {
                    placed.append(PlacedRow(place: place, content: .unreadable(row)))
                } else {
                    astray.append(row)
                }
            }
        }
        return (placed, astray)
    }

    private func row(_ element: JSON, at path: String) throws(AdobeDocumentError) -> ChangedRow {
        let reader = try DocumentReader(element, at: path)
        let identifier = listing.resource.identifier
        return ChangedRow(
            entityID: try reader.required(identifier, reader.identifier(identifier)),
            incrementID: try reader.text("increment_id"),
            orderID: try listing.resource.orderIdentifier.flatMap { (name) throws(AdobeDocumentError) in
                try reader.identifier(name)
            },
            storeID: try reader.integer("store_id"),
            updatedAt: try reader.required("updated_at", reader.time("updated_at")),
            createdAt: try reader.required("created_at", reader.time("created_at")),
            source: listing.projection.trimmed(element)
        )
    }

    /// Where a row is that cannot be read; of a listing by id, the id is all that counts.
    private func place(of element: JSON) -> Cursor? {
        guard let identifier = identifier(of: element) else { return nil }
        let updatedAt = element["updated_at"]?.string.flatMap { UTCTime.date(adobe: $0) }
        switch listing.order {
        case .byChange: return updatedAt.map { Cursor(updatedAt: $0, entityID: identifier) }
        case .byIdentifier:
            return Cursor(updatedAt: updatedAt ?? listing.cursor.updatedAt, entityID: identifier)
        }
    }

    private func identifier(of element: JSON) -> Int64? {
        let reader = try? DocumentReader(element)
        // A row without a readable id simply has none.
        return try? reader?.identifier(listing.resource.identifier)
    }
}
