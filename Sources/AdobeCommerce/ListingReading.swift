import Accounting
import ExactJSON
import Foundation

/// Makes a page of an answer.
struct ListingReading {
    let listing: Listing
    let pageSize: Int

    /// The rows of an answer, the unreadable ones set aside.
    /// - Throws: `.damaged` when it is no listing; `.pageOutOfOrder` when going on would lose rows;
    ///   `.pageDoesNotAdvance` when there is no row to go on from.
    func page(_ answer: AdobeAnswer) throws(AdobeError) -> Page {
        let elements = try elements(of: answer.json)
        var rows: [ChangedRow] = []
        var unreadable: [UnreadableRow] = []
        var position = listing.cursor
        for (index, element) in elements.enumerated() {
            let row: ChangedRow
            do throws(AdobeDocumentError) {
                row = try self.row(element, at: "$.items[\(index)]")
            } catch {
                unreadable.append(
                    UnreadableRow(
                        entityID: identifier(of: element),
                        content: element.text,
                        failure: error.failure
                    )
                )
                continue
            }
            guard listing.isAscending(position, row.cursor) else { throw error(.pageOutOfOrder) }
            position = row.cursor
            rows.append(row)
        }
        let isLast = elements.count < pageSize
        guard isLast || !rows.isEmpty else { throw error(.pageDoesNotAdvance) }
        return Page(
            rows: rows,
            unreadable: unreadable,
            isLast: isLast,
            nextCursor: position,
            serverTime: answer.serverTime
        )
    }

    /// `{"items": […]}`; with `fields=` an empty page is `{"items": null}` or `[]` (reference Adobe 11).
    private func elements(of json: JSON) throws(AdobeError) -> [JSON] {
        if json == .array([]) { return [] }
        guard json.object != nil, let items = json["items"] else { throw error(.damaged(.unexpectedShape)) }
        if items.isNull { return [] }
        guard let elements = items.array else { throw error(.damaged(.unexpectedShape)) }
        return elements
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

    private func identifier(of element: JSON) -> Int64? {
        element[listing.resource.identifier]?.int.map(Int64.init)
    }

    private func error(_ cause: AdobeError.Cause) -> AdobeError {
        AdobeError(cause, resource: listing.resource.listing)
    }
}
