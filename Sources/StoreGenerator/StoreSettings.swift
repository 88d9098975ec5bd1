public import ExactJSON

extension GeneratedStore {
    /// `GET /V1/store/storeViews`, the admin view included.
    public var storeViews: JSON {
        let views = options.views.enumerated().map { position, view in
            storeView(
                id: position + 1,
                code: view.code,
                name: view.name,
                websiteID: options.websiteID(ofView: position)
            )
        }
        return .array([storeView(id: 0, code: "admin", name: "Admin", websiteID: 0)] + views)
    }

    /// `GET /V1/store/websites`.
    public var websites: JSON {
        var sites: [JSON] = [["id": 0, "code": "admin", "name": "Admin", "default_group_id": 0]]
        for id in websiteIDs {
            let code = id == 1 ? "base" : "website_\(id)"
            sites.append(
                [
                    "id": .int(id), "code": .string(code), "name": .string(id == 1 ? "Main Website" : code),
                    "default_group_id": .int(id),
                ]
            )
        }
        return .array(sites)
    }

    /// `GET /V1/store/storeGroups`.
    public var storeGroups: JSON {
        var groups: [JSON] = [storeGroup(id: 0, storeID: 0, name: "Default", code: "default")]
        for id in websiteIDs {
            let first = options.views.indices.first { options.websiteID(ofView: $0) == id } ?? 0
            let name = id == 1 ? "Main Website Store" : "Store \(id)"
            groups.append(storeGroup(id: id, storeID: first + 1, name: name, code: "store_\(id)"))
        }
        return .array(groups)
    }

    /// `GET /V1/store/storeConfigs`; without the admin view.
    /// - Parameter baseURL: Where the store answers, with a slash at the end.
    public func storeConfigs(baseURL: String) -> JSON {
        .array(
            options.views.enumerated().map { position, view in
                var fields = Fields()
                fields.put("id", position + 1)
                fields.put("code", view.code)
                fields.put("website_id", options.websiteID(ofView: position))
                fields.put("locale", view.locale)
                fields.put("base_currency_code", options.baseCurrency(ofView: position))
                fields.put("default_display_currency_code", options.orderCurrency(ofView: position))
                fields.put("timezone", view.timeZone)
                fields.put("weight_unit", "kgs")
                for prefix in ["base", "secure_base"] {
                    fields.put(prefix + "_url", baseURL)
                    fields.put(prefix + "_link_url", baseURL)
                    fields.put(prefix + "_static_url", baseURL + "static/")
                    fields.put(prefix + "_media_url", baseURL + "media/")
                }
                return fields.json
            }
        )
    }

    private var websiteIDs: [Int] {
        Set(options.views.indices.map { options.websiteID(ofView: $0) }).sorted()
    }

    private func storeView(id: Int, code: String, name: String, websiteID: Int) -> JSON {
        [
            "id": .int(id), "code": .string(code), "name": .string(name), "website_id": .int(websiteID),
            "store_group_id": .int(websiteID), "is_active": 1,
        ]
    }

    private func storeGroup(id: Int, storeID: Int, name: String, code: String) -> JSON {
        [
            "id": .int(id), "website_id": .int(id), "root_category_id": .int(id == 0 ? 0 : 2),
            "default_store_id": .int(storeID), "name": .string(name), "code": .string(code),
        ]
    }
}
