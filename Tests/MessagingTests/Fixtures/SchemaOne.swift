/// Texts of schema 1 as they were written once: what this schema is, whatever the program becomes. Never edited; a
/// schema 2 gets texts of its own beside them.
enum Fixture {
    static let envelope = #"""
        {"schema":1,"tenant":"acme","company":"SAMINC","kind":"order","id":42,"number":"000000042",\#
        "document":"US000000042","revision":3,"storeView":"us_en","run":7,\#
        "firstPublishedAt":"2026-03-01T12:00:00.250Z","source":{"entity_id":42,\#
        "base_grand_total":93.60}}
        """#

    static let deadLetter = #"""
        {"schema":1,"death":"0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9",\#
        "failedAt":"2026-03-01T12:01:00.500Z","attempts":2,"class":"mapping","code":"account-missing",\#
        "subject":"giftCard","reason":"No account is named for gift cards.",\#
        "nextStep":"Add accounts.giftCard to the tenant file, apply it, then replay.",\#
        "moneyAtRisk":false,"amount":"93.6","currency":"USD","envelope":{"schema":1,"tenant":"acme",\#
        "company":"SAMINC","kind":"order","id":42,"number":"000000042","document":"US000000042",\#
        "revision":3,"storeView":"us_en","run":7,"firstPublishedAt":"2026-03-01T12:00:00.250Z",\#
        "source":{"entity_id":42,"base_grand_total":93.60}}}
        """#

    static let strayLetter = #"""
        {"schema":1,"death":"0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9",\#
        "failedAt":"2026-03-01T12:01:00.500Z","attempts":1,"class":"document","code":"foreign-message",\#
        "subject":"","reason":"This message is not a document of this connector.",\#
        "nextStep":"Find out who publishes to this queue, then discard it.","moneyAtRisk":false,\#
        "amount":null,"currency":null,"queue":"mlc.acme.SAMINC.invoices","beginning":"AP97"}
        """#
}
