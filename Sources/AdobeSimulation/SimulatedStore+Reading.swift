import ExactJSON
import StoreGenerator
import Synchronization

extension SimulatedStore {
    func document(_ route: Route, query: String) throws(AdobeError) -> JSON {
        switch route {
        case .list(let kind): return try list(kind, query: query)
        case .single(let kind, let id): return try single(kind, id: id)
        case .storeViews: return generated.storeViews
        case .storeConfigs: return storeConfigs(query: query)
        case .websites: return generated.websites
        case .storeGroups: return generated.storeGroups
        case .customerGroups: return try customerGroups(query: query)
        case .modules: return ["Magento_Store", "Magento_Customer", "Magento_Sales", "Magento_Webapi"]
        }
    }

    /// `storeCodes[0]=default` picks some.
    private func storeConfigs(query: String) -> JSON {
        let all = generated.storeConfigs(baseURL: baseURL.withLock { $0 })
        let codes = query.split(separator: "&").compactMap { part -> String? in
            let halves = part.split(separator: "=", maxSplits: 1).map {
                PercentEncoding.decode($0, plusIsSpace: true)
            }
            guard halves.count == 2, halves[0].hasPrefix("storeCodes[") else { return nil }
            return halves[1]
        }
        guard !codes.isEmpty, let configs = all.array else { return all }
        return .array(configs.filter { codes.contains($0["code"]?.string ?? "") })
    }

    private func list(_ kind: EntityKind, query: String) throws(AdobeError) -> JSON {
        let criteria = try SearchCriteria(query: query)
        let scenario = scenario
        if let maximum = scenario.maximumPageSize, let size = criteria.pageSize, size > maximum {
            throw AdobeError(
                400,
                "Maximum SearchCriteria pageSize is %max",
                parameters: ["max": .int(maximum)]
            )
        }
        let (table, shuffle) = state.withLock { ($0.tables[kind], $0.reports) }
        guard let table else { throw .noRoute }
        let page = try table.search(criteria, repeatsLastPage: scenario.repeatsLastPage, shuffle: shuffle)
        try refuse(badRows: page.ids, kind)
        return [
            "items": .array(page.ids.compactMap { table.document(id: $0) }),
            "search_criteria": criteria.echo,
            "total_count": .int(page.totalCount),
        ]
    }

    private func single(_ kind: EntityKind, id text: String) throws(AdobeError) -> JSON {
        guard let id = Int(text) else { throw .wrongType(text, "int") }
        let table = state.withLock { $0.tables[kind] }
        if let document = table?.document(id: id) {
            try refuse(badRows: [id], kind)
            return document
        }
        throw kind == .customers ? .noSuchEntity(field: "customerId", value: id) : .noSuchEntity
    }

    /// `json_encode` fails on the whole answer for one text that is not UTF-8 (reference 7).
    private func refuse(badRows ids: [Int], _ kind: EntityKind) throws(AdobeError) {
        guard let bad = state.withLock({ $0.scenario.badRows[kind] }) else { return }
        if let id = ids.first(where: bad.contains) { throw .masked(id) }
    }

    private func customerGroups(query: String) throws(AdobeError) -> JSON {
        let criteria = try SearchCriteria(query: query)
        let groups = ["NOT LOGGED IN", "General", "Wholesale", "Retailer"].enumerated().map {
            id,
            code -> JSON in
            ["id": .int(id), "code": .string(code), "tax_class_id": 3, "tax_class_name": "Retail Customer"]
        }
        return ["items": .array(groups), "search_criteria": criteria.echo, "total_count": .int(groups.count)]
    }
}
