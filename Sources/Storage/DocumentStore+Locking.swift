import ExactJSON
import PostgresClient

extension Database {
    /// Locks documents in the order of their keys. Whoever changes several at once does so first: a worker takes
    /// documents up while their page is still being marked, and in another order they would wait for each other.
    /// - Parameter rows: a JSON array of objects with the members of the key.
    func lock(documents rows: String, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query(
            """
            select count(*) from (
                select from documents d
                join jsonb_to_recordset(\(rows)::jsonb)
                    as r (tenant text, company text, kind text, source_id bigint)
                    using (tenant, company, kind, source_id)
                order by d.tenant, d.company, d.kind, d.source_id for no key update of d
            ) locked
            """
        )
    }

    /// Locks a claim's documents in the order of their keys.
    func lock(documentsOf claim: Int64, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query(
            """
            select count(*) from (
                select from documents where claim_id = \(claim)
                order by tenant, company, kind, source_id for no key update
            ) locked
            """
        )
    }
}
