/// Processes: superviews run by POST to `('$process')`.
extension EntitySchema {
    /// Seen as `PostBatchFrom` and `PostBatchTo` (reference §6.4); a scenario may choose other names.
    static func postInvoices(from: String, to: String) -> EntitySchema {
        EntitySchema(
            "PostInvoice",
            .receivable,
            key: ["ActionSelector"],
            [
                Field.choice("PostAllBatches", "Donotpostallbatches", "Postallbatches"),
                Field.counters(from, to), Field.texts(60, "ActionSelector"),
            ]
        )
    }

    static let createLedgerBatch = EntitySchema(
        "CreateGLBatch",
        .receivable,
        key: ["ActionSelector"],
        [
            Field.choice("ProcessReceiptBatch", "Donotpostcashbatches", "PostCashbatches"),
            Field.counters("ReceiptThroughPostingSequenceNumber"),
            Field.choice("ProcessInvoiceBatch", "Donotpostinvoicebatches", "PostInvoicebatches"),
            Field.counters("InvoiceThroughPostingSequenceNumber"),
            Field.choice("ProcessAdjustmentBatch", "Donotpostadjustmentbatches", "PostAdjustmentbatches"),
            Field.counters("AdjustmentThroughPostingSequenceNumber"),
            Field.choice("ProcessRevaluationBatch", "Donotrevalue", "PostRevaluebatches"),
            Field.counters("RevaluationThroughPostingSequenceNumber"),
            Field.choice("ProcessRefundBatch", "Donotpostrefundbatches", "PostRefundbatches"),
            Field.counters("RefundThroughPostingSequenceNumber"), Field.texts(60, "ActionSelector"),
        ]
    )

    /// The names of the range are unconfirmed (reference §7), so a scenario may choose others: a client has to
    /// read them from `$template`.
    static func postJournal(from: String, to: String) -> EntitySchema {
        EntitySchema(
            "PostJournal",
            .ledger,
            key: ["ActionSelector"],
            [
                Field.choice("PostAllBatches", "Donotpostallbatches", "Postallbatches"),
                Field.codes(6, from, to), Field.texts(60, "ActionSelector"),
            ]
        )
    }
}
