import Accounting
public import Foundation
import PostgresClient

/// Whether work for a company goes on.
public struct CompanyHealth: Sendable {
    /// Since when it is paused; nil while it works.
    public let pausedAt: Date?
    /// Why.
    public let reason: String?
}

extension Database {
    /// Counts a failure of a company that is not a document's fault. The third in a row pauses the company. One that
    /// is stopped already, as by a refused sign-in, stays stopped for the reason it has.
    /// - Parameter tolerated: how many in a row are borne before the pause; 0 where trying again is of no use.
    /// - Returns: true if it is paused now.
    public func recordFailure(
        _ target: SageCompany,
        reason: String,
        probeAfter: Duration,
        tolerated: Int = 2
    ) async throws -> Bool {
        let pausedAtOnce = tolerated <= 0
        let rows = try await client.query(
            """
            insert into company_health as h (sage_address, company, failures_in_row, reason, paused_at, next_probe_at)
            values (\(target.address), \(target.company.name), 1, \(reason),
                case when \(pausedAtOnce)::boolean then now() end,
                case when \(pausedAtOnce)::boolean then now() + \(probeAfter.secondsText)::interval end)
            on conflict (sage_address, company) do update set
                failures_in_row = h.failures_in_row + case when h.paused_at is null then 1 else 0 end,
                reason = case when h.paused_at is not null and h.next_probe_at is null then h.reason
                              else excluded.reason end,
                paused_at = coalesce(h.paused_at, case when h.failures_in_row + 1 > \(tolerated) then now() end),
                next_probe_at = case when h.paused_at is not null then h.next_probe_at
                    when h.failures_in_row + 1 > \(tolerated) then now() + \(probeAfter.secondsText)::interval
                        * power(2, least(h.failures_in_row - \(tolerated), 3)) end
            returning paused_at
            """
        )
        return try rows.first?.get("paused_at", as: Date?.self) != nil
    }

    /// The company answered: what was counted against it is forgotten, and a pause ends. A company that a refused
    /// sign-in stopped stays so: what was in hand then may have ended well without a word to Sage 300.
    public func recordSuccess(_ target: SageCompany) async throws {
        _ = try await client.query(
            """
            update company_health set failures_in_row = 0, paused_at = null, reason = null, next_probe_at = null
            where sage_address = \(target.address) and company = \(target.company.name)
                and (failures_in_row > 0 and paused_at is null or next_probe_at is not null)
            """
        )
    }

    /// A probe was answered: the pause ends. What was counted stays until work has been done: a probe reads, and what failed
    /// may be writing. The next failure pauses the company again, for twice as long each time, eight times at most.
    public func recordAnsweredProbe(_ target: SageCompany) async throws {
        _ = try await client.query(
            """
            update company_health set paused_at = null, next_probe_at = null
            where sage_address = \(target.address) and company = \(target.company.name)
                and next_probe_at is not null
            """
        )
    }

    /// Paused companies and why, by company.
    public func pausedCompanies() async throws -> [SageCompany: CompanyHealth] {
        var paused: [SageCompany: CompanyHealth] = [:]
        for row in try await client.query("select * from company_health where paused_at is not null") {
            guard let company = CompanyID(try row.get("company")) else { continue }
            let target = SageCompany(address: try row.get("sage_address"), company: company)
            paused[target] = CompanyHealth(pausedAt: try row.get("paused_at"), reason: try row.get("reason"))
        }
        return paused
    }

    /// Paused companies whose turn to be probed has come.
    public func companiesToProbe() async throws -> Set<SageCompany> {
        let rows = try await client.query(
            "select sage_address, company from company_health where paused_at is not null and next_probe_at <= now()"
        )
        return Set(
            try rows.compactMap { row in
                guard let company = CompanyID(try row.get("company")) else { return nil }
                return SageCompany(address: try row.get("sage_address"), company: company)
            }
        )
    }

    /// Takes the turn to probe a paused company; false when it is not due or another process has it.
    public func takeProbe(_ target: SageCompany, interval: Duration) async throws -> Bool {
        try await client.query(
            """
            update company_health set next_probe_at = now() + \(interval.secondsText)::interval
            where sage_address = \(target.address) and company = \(target.company.name)
                and paused_at is not null and next_probe_at <= now()
            """
        ).affectedRows == 1
    }
}
