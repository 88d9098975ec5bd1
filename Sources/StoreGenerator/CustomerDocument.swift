import ExactJSON

/// Writes a customer as `GET /V1/customers/{id}` prints it.
struct CustomerDocument {
    let plan: StorePlan
    let index: Int

    private var id: Int { index + 1 }

    /// Accounts are older than the orders; half were changed within the span.
    static func times(_ index: Int, plan: StorePlan) -> (created: Int, updated: Int) {
        let slot = index / max(plan.options.burst, 1)
        var random = RandomSource(seed: plan.seed, stream: .customer, index: -1 - slot)
        let (start, end) = (plan.options.startSeconds, plan.options.endSeconds)
        let created = start - 1 - random.below(400 * 86_400)
        let updated =
            random.chance(.percent(50))
            ? start + random.below(max(end - start, 1)) : created + random.below(start - created)
        return (created, updated)
    }

    func json() -> JSON {
        let buyer = plan.customer(index)
        let times = Self.times(index, plan: plan)
        let hasAddress = !index.isMultiple(of: 23)
        var fields = Fields()
        fields.put("id", id)
        fields.put("group_id", buyer.company == nil ? 1 : 2)
        if hasAddress {
            fields.put("default_billing", String(id))
            fields.put("default_shipping", String(id))
        }
        fields.put("created_at", StoreTime.text(times.created))
        fields.put("updated_at", StoreTime.text(times.updated))
        fields.put("created_in", plan.options.views[buyer.view].name)
        fields.put("email", buyer.email)
        fields.put("firstname", buyer.firstname)
        fields.put("lastname", buyer.lastname)
        fields.put("gender", index % 4)
        fields.put("store_id", buyer.view + 1)
        fields.put("website_id", plan.options.websiteID(ofView: buyer.view))
        fields.put("taxvat", buyer.vatNumber)
        fields.put("addresses", json: hasAddress ? [address(buyer)] : [])
        fields.put("disable_auto_group_change", 0)
        fields.put(
            "extension_attributes",
            json: ["is_subscribed": .bool(index.isMultiple(of: 3)), "assistance_allowed": 1]
        )
        if index.isMultiple(of: 7) {
            fields.put(
                "custom_attributes",
                json: [["attribute_code": "loyalty_no", "value": .string("L-\(id)")]]
            )
        }
        return fields.json
    }

    private func address(_ buyer: Buyer) -> JSON {
        let place = buyer.destination
        var fields = Fields()
        fields.put("id", id)
        fields.put("customer_id", id)
        var region = Fields()
        region.put("region_code", json: place.regionID > 0 ? .string(place.regionCode) : .null)
        region.put("region", json: place.region.isEmpty ? .null : .string(place.region))
        region.put("region_id", place.regionID)
        fields.put("region", json: region.json)
        fields.put("region_id", place.regionID)
        fields.put("country_id", place.country)
        fields.put("street", json: .array(buyer.street.map { .string($0) }))
        fields.put("company", buyer.company)
        fields.put("vat_id", buyer.vatNumber)
        fields.put("telephone", buyer.telephone)
        fields.put("postcode", place.postcode)
        fields.put("city", place.city)
        fields.put("firstname", buyer.firstname)
        fields.put("lastname", buyer.lastname)
        fields.put("default_shipping", json: true)
        fields.put("default_billing", json: true)
        return fields.json
    }
}
