import ExactJSON
import Foundation
import PostgresClient
import Testing

extension EndToEnd {
    /// A host of many tenants, most of which have nothing to do most of the time.
    @Suite struct Idle {
        private static let seconds = 12

        /// What a while of idling took.
        private struct Cost {
            /// Transactions of the whole database: each statement of a service is one.
            let transactions: Int
            /// Seconds of a core.
            let processorSeconds: Double
            /// How often a thread of the services was woken up.
            let wakeUps: Int
        }

        @Test(.timeLimit(.minutes(4)))
        func `a thousand idle tenants cost the scheduler what ten do`() async throws {
            try await withStage { stage in
                let (_, _) = try await stage.opened(orders: 5, services: []) {
                    $0.schedule = #"{every: week, on: monday, at: "03:00", timeZone: UTC}"#
                }
                try await multiply(upTo: 10, on: stage)
                let few = try await cost(on: stage)
                try await multiply(upTo: 1000, on: stage)
                let list = ContinuousClock.now
                #expect(try await stage.ask("tenant", "list").array?.count == 1000)
                let listing = ContinuousClock.now - list
                let many = try await cost(on: stage)
                print(
                    "idle poller and replayer, \(Self.seconds) s: ten tenants \(few), a thousand \(many); list \(listing)"
                )
                #expect(Double(many.transactions) < Double(few.transactions) * 1.3 + 10, "\(few) \(many)")
                #expect(Double(many.wakeUps) < Double(few.wakeUps) * 1.5 + 200, "\(few) \(many)")
                // One look at all of them in half a minute is what there is, and it may fall into the while.
                #expect(many.processorSeconds < few.processorSeconds + 1.5, "\(few) \(many)")
                #expect(listing < .seconds(3))
            }
        }

        /// Copies the one tenant, as tenants whose stores were read just now.
        private func multiply(upTo count: Int, on stage: Stage) async throws {
            let copies: [PostgresQuery] = [
                """
                insert into tenants (tenant, name, version, configuration, sage_address, sage_user, schedule)
                select 'idle-' || n, name, 1, replace(configuration, '"acme"', '"idle-' || n || '"'), sage_address,
                    sage_user, schedule
                from tenants, generate_series(2, \(count)) n where tenant = 'acme' on conflict do nothing
                """,
                """
                insert into companies (tenant, company, position)
                select tenant, 'SAMINC', 1 from tenants on conflict do nothing
                """,
                """
                insert into cursors (tenant, resource, updated_at, entity_id, read_until)
                select tenant, resource, now(), 1, now() from tenants,
                    unnest(array['orders', 'customers', 'invoices', 'creditmemos', 'shipments']) resource
                on conflict do nothing
                """,
                """
                insert into runs (tenant, cause, started_at, finished_at, state)
                select tenant, cause, now(), now(), 'done' from tenants t, unnest(array['schedule', 'sweep']) cause
                where not exists (select 1 from runs r where r.tenant = t.tenant)
                """,
            ]
            // Its transactions would be counted with the services'.
            for table in ["tenants", "companies", "cursors", "runs"] {
                _ = try await stage.peek("alter table \(identifier: table) set (autovacuum_enabled = false)")
            }
            for copy in copies { _ = try await stage.peek(copy) }
        }

        /// What poller and replayer take once they have had their first look.
        private func cost(on stage: Stage) async throws -> Cost {
            let programs = try stage.startServices(["poller", "replayer"])
            try await Task.sleep(for: .seconds(12))
            let before = try await reading(programs, stage)
            try await Task.sleep(for: .seconds(Self.seconds))
            let after = try await reading(programs, stage)
            for program in programs { program.send(SIGTERM) }
            for program in programs { #expect(try await program.end() == 0) }
            return Cost(
                transactions: after.transactions - before.transactions,
                processorSeconds: after.processorSeconds - before.processorSeconds,
                wakeUps: after.wakeUps - before.wakeUps
            )
        }

        private func reading(_ programs: [Program], _ stage: Stage) async throws -> Cost {
            let rows = try await stage.peek(
                "select xact_commit + xact_rollback as count from pg_stat_database where datname = current_database()"
            )
            var (ticks, wakeUps) = (0, 0)
            for program in programs {
                let stat = try text("/proc/\(program.pid)/stat")
                // After the name in parentheses: the state is the third field, utime and stime the 14th and 15th.
                let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
                ticks += (Int(fields[12]) ?? 0) + (Int(fields[13]) ?? 0)
                for task in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.pid)/task") {
                    let status = try text("/proc/\(program.pid)/task/\(task)/status")
                    let line = status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches") }
                    wakeUps += line.flatMap { Int($0.split(separator: "\t").last ?? "") } ?? 0
                }
            }
            return Cost(
                transactions: try rows[0].get("count", as: Int.self),
                processorSeconds: Double(ticks) / 100,
                wakeUps: wakeUps
            )
        }

        private func text(_ path: String) throws -> String {
            String(
                decoding: try FileHandle(forReadingFrom: URL(filePath: path)).readToEnd() ?? Data(),
                as: UTF8.self
            )
        }
    }
}
