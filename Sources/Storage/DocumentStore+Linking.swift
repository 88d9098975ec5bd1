import Accounting
import PostgresClient

extension Database {
    /// A replayed document that stands in the ledger already, entered by hand or by an answer that was never heard of: it is
    /// posted from now on, and nothing is entered.
    /// - Parameters:
    ///   - batch: where Sage 300 says it was posted from; nil when it does not say.
    ///   - ledgerHash: of the entry it equals.
    /// - Returns: false when it has moved on meanwhile.
    public func link(
        _ record: DocumentRecord,
        customer: String,
        batch: Int64?,
        ledgerHash: [UInt8],
        configurationVersion: Int? = nil
    ) async throws -> Bool {
        let key = record.key
        let place = batch.map { "posted from batch \($0)" } ?? "posted"
        return try await client.query(
            """
            with linked as (
                update documents set state = 'posted', reason = null, state_since = now(), attempts = attempts + 1,
                    sage_customer = \(customer), sage_batch = coalesce(\(batch), sage_batch), sage_entry = null,
                    ledger_hash = \(ledgerHash), posted_at = now(), refused_customer = null,
                    configuration_version = coalesce(\(configurationVersion), configuration_version)
                where tenant = \(key.tenant.name) and company = \(key.companyText) and kind = \(key.kind.rawValue)
                    and source_id = \(key.sourceID) and revision = \(record.revision) and state = 'waiting'
                returning 1
            )
            insert into document_events (tenant, company, kind, source_id, stage, outcome, detail,
                configuration_version)
            select \(key.tenant.name), \(key.companyText), \(key.kind.rawValue), \(key.sourceID), 'link', 'posted',
                \("it stands in Sage 300 already, \(place), with the same total: linked, not entered again"),
                \(configurationVersion)::integer
            from linked
            """
        ).affectedRows == 1
    }
}
