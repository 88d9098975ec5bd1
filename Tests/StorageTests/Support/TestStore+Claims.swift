import Accounting
import Foundation
import PostgresClient
import Storage
import Testing

extension TestStore {
    /// What will be sent for documents, each with a total of its own.
    func entries(_ records: [DocumentRecord]) -> [ClaimEntry] {
        records.map { record in
            ClaimEntry(
                key: record.key,
                revision: record.revision,
                document: record.document,
                customer: "W00000042",
                total: Decimal(record.key.sourceID) + Decimal(sign: .plus, exponent: -2, significand: 25),
                payload: #"{"DocumentNumber":"\#(record.document)"}"#
            )
        }
    }

    func takeLease(_ target: SageCompany? = nil, owner: UUID = UUID()) async throws -> WriterLease {
        try #require(
            try await database.takeLease(target ?? self.target, owner: owner, for: .seconds(60))
        )
    }

    /// The lease runs out and another worker has it now.
    func takeOver(_ lease: WriterLease) async throws -> WriterLease {
        try await expire(lease)
        return try await takeLease(lease.target)
    }

    func expire(_ lease: WriterLease) async throws {
        _ = try await client.query(
            """
            update writer_leases set expires_at = now() - interval '1 second'
            where sage_address = \(lease.target.address) and company = \(lease.target.company.name)
            """
        )
    }

    /// Publishes and claims documents.
    func claim(_ ids: [Int64], under lease: WriterLease) async throws -> Claim {
        let records = try await publish(ids)
        return try #require(
            try await database.claim(entries(records), tenant: tenant, isAutomatic: true, under: lease)
        )
    }

    /// A claim as the table holds it: state, tries, whether it has ended.
    func row(of claim: Claim) async throws -> (state: String, isFinished: Bool, dueIn: Int) {
        let row = try #require(
            try await client.query(
                """
                select state, finished_at is not null as finished,
                    round(extract(epoch from due_at - now()))::integer as due from claims where id = \(claim.id)
                """
            ).first
        )
        return (try row.get("state"), try row.get("finished"), try row.get("due"))
    }
}
