import ExactJSON
import Foundation

/// What a rehearsal checks at its end.
extension Company {
    /// Amounts are decimal strings.
    func books() -> JSON {
        let sum = trialBalance.values.reduce(Decimal(0), +)
        return [
            "customers": .int(table(.customers).count),
            "batches": Self.counts(table(.invoiceBatches).values.map { $0.text("BatchStatus") }),
            "ledgerBatches": Self.counts(table(.journalBatches).values.map { $0.text("Status") }),
            "documents": documents(),
            "trialBalance": [
                "accounts": .object(
                    JSONObject(
                        trialBalance.sorted { $0.key < $1.key }.map {
                            ($0.key, JSON.string($0.value.description))
                        }
                    )
                ),
                "sum": .string(sum.description),
            ],
            "duplicates": duplicates(),
            "ledgerDuplicates": ledgerDuplicates(),
        ]
    }

    private static func counts(_ words: [String]) -> JSON {
        let counts = Dictionary(words.map { ($0, 1) }, uniquingKeysWith: +)
        return .object(JSONObject(counts.sorted { $0.key < $1.key }.map { ($0.key, JSON.int($0.value)) }))
    }

    private func documents() -> JSON {
        var totals: [String: (count: Int, total: Decimal)] = [:]
        for document in table(.postedDocuments).values {
            totals[document.text("DocumentType"), default: (0, 0)].count += 1
            totals[document.text("DocumentType"), default: (0, 0)].total +=
                document.number("CustomerCurrencyInvoiceAmount")
        }
        return .object(
            JSONObject(
                totals.sorted { $0.key < $1.key }.map { type, value in
                    (type, ["count": .int(value.count), "total": .string(value.total.description)])
                }
            )
        )
    }

    /// Document numbers that more than one live entry carries. What was copied to an error batch counts there.
    private func duplicates() -> JSON {
        var entries: [String: [String]] = [:]
        for batch in table(.invoiceBatches).values where batch.text("BatchStatus") != "Deleted" {
            for invoice in batch.rows("Invoices") where invoice.number("ErrorBatch") == 0 {
                let place = "\(batch.integer("BatchNumber"))-\(invoice.integer("EntryNumber"))"
                entries[invoice.text("DocumentNumber"), default: []].append(place)
            }
        }
        return Self.repeated(entries)
    }

    /// References that more than one journal entry carries.
    private func ledgerDuplicates() -> JSON {
        var entries: [String: [String]] = [:]
        for batch in table(.journalBatches).values where batch.text("Status") != "Deleted" {
            for entry in batch.rows("JournalHeaders") where entry.number("ErrorBatch") == 0 {
                let references = Set(entry.rows("JournalDetails").map { $0.text("Reference") }).filter {
                    !$0.isEmpty
                }
                let place = "\(batch.text("BatchNumber"))-\(entry.text("EntryNumber"))"
                for reference in references { entries[reference, default: []].append(place) }
            }
        }
        return Self.repeated(entries)
    }

    private static func repeated(_ entries: [String: [String]]) -> JSON {
        .array(
            entries.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { document, places in
                [
                    "document": .string(document), "count": .int(places.count),
                    "entries": .array(places.sorted().map(JSON.string)),
                ]
            }
        )
    }
}
