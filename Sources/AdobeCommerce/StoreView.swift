import ExactJSON
public import Foundation

/// A store view: what `store_id` of a document points to (reference Adobe 3.2).
public struct StoreView: Sendable, Hashable {
    /// `store_id` of documents; 0 is the administration.
    public let id: Int
    /// What the tenant file names it by.
    public let code: String
    /// For people.
    public let name: String
    /// False when it is switched off; its documents stay.
    public let isActive: Bool
}

/// The settings of a store view that accounting cares about.
public struct StoreConfig: Sendable, Hashable {
    /// Id of the store view.
    public let id: Int
    /// Its code.
    public let code: String
    /// ISO code of the `base_` amounts of its orders.
    public let baseCurrency: String
    /// What the store shows times in; documents are stamped in UTC all the same. Nil for a name unknown here.
    public let timeZone: TimeZone?
}

extension AdobeClient {
    /// Every store view, the administration (id 0) included.
    public func storeViews() async throws(AdobeError) -> [StoreView] {
        try await list(.storeViews) { (view) throws(AdobeDocumentError) in
            let code = try view.required("code", view.text("code"))
            return StoreView(
                id: try view.required("id", view.integer("id")),
                code: code,
                name: try view.text("name") ?? code,
                isActive: try view.integer("is_active") != 0
            )
        }
    }

    /// The settings of every store view.
    public func storeConfigs() async throws(AdobeError) -> [StoreConfig] {
        try await list(.storeConfigs) { (config) throws(AdobeDocumentError) in
            StoreConfig(
                id: try config.required("id", config.integer("id")),
                code: try config.required("code", config.text("code")),
                baseCurrency: try config.required("base_currency_code", config.text("base_currency_code")),
                timeZone: try config.text("timezone").flatMap { TimeZone(identifier: $0) }
            )
        }
    }

    private func list<Element>(
        _ resource: AdobeResource,
        _ read: (DocumentReader) throws(AdobeDocumentError) -> Element
    ) async throws(AdobeError) -> [Element] {
        let answer = try await configuration.retry.run { () async throws(AdobeError) in
            try await get(resource)
        }
        do throws(AdobeDocumentError) {
            guard let array = answer.json.array else { throw AdobeDocumentError(.notAnArray, at: "$") }
            var elements: [Element] = []
            for (index, element) in array.enumerated() {
                elements.append(try read(DocumentReader(element, at: "$[\(index)]")))
            }
            return elements
        } catch {
            throw AdobeError(.damaged(.unexpectedShape), resource: resource, status: 200)
        }
    }
}
