import StoreGenerator

/// The columns a list can be filtered and sorted by: the scalar fields of each entity, from
/// `adobe-commerce-fields.json` (published schemas of 2.4.6-2.4.9). An unknown column of a sales table is an
/// SQL error and so a masked 500; customers are EAV and answer 400 (reference 2.1).
enum Columns {
    enum Kind: Sendable { case number, text, time }

    static func of(_ kind: EntityKind) -> [String: Kind] {
        switch kind {
        case .orders: orders
        case .invoices: invoices
        case .shipments: shipments
        case .creditMemos: creditMemos
        case .customers: customers
        }
    }

    private static func table(numbers: String, texts: String) -> [String: Kind] {
        var table: [String: Kind] = ["created_at": .time, "updated_at": .time]
        for name in numbers.split(whereSeparator: \.isWhitespace) { table[String(name)] = .number }
        for name in texts.split(whereSeparator: \.isWhitespace) { table[String(name)] = .text }
        return table
    }

    private static let orders = table(
        numbers: """
            adjustment_negative adjustment_positive base_adjustment_negative base_adjustment_positive
            base_discount_amount base_discount_canceled base_discount_invoiced base_discount_refunded
            base_grand_total base_discount_tax_compensation_amount base_discount_tax_compensation_invoiced
            base_discount_tax_compensation_refunded base_shipping_amount base_shipping_canceled
            base_shipping_discount_amount base_shipping_discount_tax_compensation_amnt
            base_shipping_incl_tax base_shipping_invoiced base_shipping_refunded base_shipping_tax_amount
            base_shipping_tax_refunded base_subtotal base_subtotal_canceled base_subtotal_incl_tax
            base_subtotal_invoiced base_subtotal_refunded base_tax_amount base_tax_canceled
            base_tax_invoiced base_tax_refunded base_total_canceled base_total_due base_total_invoiced
            base_total_invoiced_cost base_total_offline_refunded base_total_online_refunded base_total_paid
            base_total_qty_ordered base_total_refunded base_to_global_rate base_to_order_rate
            billing_address_id can_ship_partially can_ship_partially_item customer_gender customer_group_id
            customer_id customer_is_guest customer_note_notify discount_amount discount_canceled
            discount_invoiced discount_refunded edit_increment email_sent entity_id
            forced_shipment_with_invoice grand_total discount_tax_compensation_amount
            discount_tax_compensation_invoiced discount_tax_compensation_refunded is_virtual
            payment_authorization_amount payment_auth_expiration quote_address_id quote_id shipping_amount
            shipping_canceled shipping_discount_amount shipping_discount_tax_compensation_amount
            shipping_incl_tax shipping_invoiced shipping_refunded shipping_tax_amount shipping_tax_refunded
            store_id store_to_base_rate store_to_order_rate subtotal subtotal_canceled subtotal_incl_tax
            subtotal_invoiced subtotal_refunded tax_amount tax_canceled tax_invoiced tax_refunded
            total_canceled total_due total_invoiced total_item_count total_offline_refunded
            total_online_refunded total_paid total_qty_ordered total_refunded weight
            """,
        texts: """
            applied_rule_ids base_currency_code coupon_code customer_dob customer_email customer_firstname
            customer_lastname customer_middlename customer_note customer_prefix customer_suffix
            customer_taxvat discount_description ext_customer_id ext_order_id global_currency_code
            hold_before_state hold_before_status increment_id order_currency_code original_increment_id
            protect_code relation_child_id relation_child_real_id relation_parent_id relation_parent_real_id
            remote_ip shipping_description state status store_currency_code store_name x_forwarded_for
            """
    )

    private static let invoices = table(
        numbers: """
            base_discount_amount base_grand_total base_discount_tax_compensation_amount base_shipping_amount
            base_shipping_discount_tax_compensation_amnt base_shipping_incl_tax base_shipping_tax_amount
            base_subtotal base_subtotal_incl_tax base_tax_amount base_total_refunded base_to_global_rate
            base_to_order_rate billing_address_id can_void_flag discount_amount email_sent entity_id
            grand_total discount_tax_compensation_amount is_used_for_refund order_id shipping_address_id
            shipping_amount shipping_discount_tax_compensation_amount shipping_incl_tax shipping_tax_amount
            state store_id store_to_base_rate store_to_order_rate subtotal subtotal_incl_tax tax_amount
            total_qty
            """,
        texts: """
            base_currency_code discount_description global_currency_code increment_id order_currency_code
            store_currency_code transaction_id
            """
    )

    private static let shipments = table(
        numbers: """
            billing_address_id customer_id email_sent entity_id order_id shipment_status shipping_address_id
            store_id total_qty total_weight
            """,
        texts: """
            increment_id shipping_label
            """
    )

    private static let creditMemos = table(
        numbers: """
            adjustment adjustment_negative adjustment_positive base_adjustment base_adjustment_negative
            base_adjustment_positive base_discount_amount base_grand_total
            base_discount_tax_compensation_amount base_shipping_amount
            base_shipping_discount_tax_compensation_amnt base_shipping_incl_tax base_shipping_tax_amount
            base_subtotal base_subtotal_incl_tax base_tax_amount base_to_global_rate base_to_order_rate
            billing_address_id creditmemo_status discount_amount email_sent entity_id grand_total
            discount_tax_compensation_amount invoice_id order_id shipping_address_id shipping_amount
            shipping_discount_tax_compensation_amount shipping_incl_tax shipping_tax_amount state store_id
            store_to_base_rate store_to_order_rate subtotal subtotal_incl_tax tax_amount
            """,
        texts: """
            base_currency_code discount_description global_currency_code increment_id order_currency_code
            store_currency_code transaction_id
            """
    )

    private static let customers = table(
        numbers: """
            entity_id group_id gender store_id website_id disable_auto_group_change
            """,
        texts: """
            default_billing default_shipping confirmation created_in dob email firstname lastname middlename
            prefix suffix taxvat billing_postcode billing_telephone billing_company billing_firstname
            billing_lastname billing_country_id
            """
    )
}
