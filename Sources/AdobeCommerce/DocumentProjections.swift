/// Exactly what `StoreOrder(adobe:…)`, `StoreCustomer(adobe:…)` and the like read. Nothing that moves without meaning
/// (`updated_at`, `email_sent`, …) and nothing sensitive that is not needed (payment, remote address).
extension Projection {
    static let order = Projection(
        [
            "entity_id", "increment_id", "store_id", "state", "status", "created_at", "original_increment_id",
            "relation_parent_id", "relation_child_id", "customer_id", "customer_is_guest", "customer_email",
            "customer_firstname", "customer_lastname", "customer_group_id", "customer_taxvat",
            "base_currency_code", "order_currency_code",
        ] + inBothCurrencies(orderAmounts) + shippingDiscountTaxCompensation,
        [
            "items": orderItem, "billing_address": orderAddress, "payment": Projection(["method"]),
            "status_histories": Projection(["status", "created_at"]),
            "extension_attributes": orderExtension,
        ]
    )

    static let customer = Projection(
        [
            "id", "group_id", "store_id", "email", "firstname", "lastname", "taxvat", "created_at",
            "default_billing", "default_shipping",
        ],
        ["addresses": customerAddress]
    )

    static let invoice = Projection(
        documentIdentity + ["state"] + inBothCurrencies(documentAmounts) + shippingDiscountTaxCompensation,
        ["items": Projection(documentLine), "extension_attributes": documentExtension]
    )

    static let creditMemo = Projection(
        documentIdentity + ["invoice_id", "state"]
            + inBothCurrencies(documentAmounts + ["adjustment_positive", "adjustment_negative"])
            + shippingDiscountTaxCompensation,
        [
            "items": Projection(documentLine + fixedProductTax), "extension_attributes": documentExtension,
        ]
    )

    static let shipment = Projection(
        ["entity_id", "order_id", "increment_id", "store_id", "created_at"],
        ["items": Projection(["order_item_id", "sku", "qty"])]
    )

    private static let documentIdentity = [
        "entity_id", "order_id", "increment_id", "store_id", "created_at", "base_currency_code",
        "order_currency_code",
    ]

    private static let documentAmounts = [
        "grand_total", "subtotal", "shipping_amount", "shipping_tax_amount", "tax_amount", "discount_amount",
        "discount_tax_compensation_amount",
    ]

    private static let documentLine =
        ["order_item_id", "sku", "name", "qty"]
        + inBothCurrencies([
            "price", "row_total", "discount_amount", "tax_amount", "discount_tax_compensation_amount",
        ])

    private static let documentExtension = Projection(
        inBothCurrencies(["gift_cards_amount", "customer_balance_amount"]) + giftWrapping
    )

    private static let shippingDiscountTaxCompensation = [
        "base_shipping_discount_tax_compensation_amnt", "shipping_discount_tax_compensation_amount",
    ]

    private static let fixedProductTax = ["base_weee_tax_applied_row_amnt", "weee_tax_applied_row_amount"]

    private static let giftWrapping = [
        "gw_base_price", "gw_price", "gw_items_base_price", "gw_items_price", "gw_card_base_price",
        "gw_card_price",
    ]

    private static let orderAmounts = [
        "grand_total", "subtotal", "shipping_amount", "shipping_tax_amount", "tax_amount", "discount_amount",
        "shipping_discount_amount", "discount_tax_compensation_amount", "total_invoiced", "total_canceled",
        "subtotal_invoiced", "shipping_invoiced", "tax_invoiced", "discount_invoiced",
        "discount_tax_compensation_invoiced",
    ]

    private static let orderItem = Projection(
        ["item_id", "parent_item_id", "sku", "name", "product_type", "qty_ordered", "qty_canceled"]
            + inBothCurrencies([
                "price", "row_total", "discount_amount", "tax_amount", "discount_tax_compensation_amount",
                "row_total_incl_tax", "row_invoiced", "discount_invoiced", "tax_invoiced",
                "discount_tax_compensation_invoiced",
            ]) + fixedProductTax
    )

    private static let orderAddress = Projection([
        "firstname", "lastname", "company", "street", "city", "region", "region_code", "postcode",
        "country_id",
        "telephone", "vat_id",
    ])

    private static let customerAddress = Projection(
        [
            "id", "firstname", "lastname", "company", "street", "city", "postcode", "country_id", "telephone",
            "vat_id", "default_billing", "default_shipping",
        ],
        ["region": Projection(["region", "region_code"])]
    )

    private static let orderExtension = Projection(
        inBothCurrencies([
            "gift_cards_amount", "gift_cards_invoiced", "customer_balance_amount",
            "customer_balance_invoiced",
            "reward_currency_amount",
        ]) + giftWrapping,
        [
            "applied_taxes": appliedTax,
            "item_applied_taxes": Projection(
                ["type", "item_id", "associated_item_id"],
                ["applied_taxes": appliedTax]
            ),
            "custom_fees": Projection(["base_amount", "amount", "base_value", "value"]),
            "shipping_assignments": Projection(
                [],
                ["shipping": Projection([], ["address": orderAddress])]
            ),
        ]
    )

    private static let appliedTax = Projection(["code", "title", "percent", "amount", "base_amount"])

    private static func inBothCurrencies(_ names: [String]) -> [String] {
        names.flatMap { ["base_\($0)", $0] }
    }
}
