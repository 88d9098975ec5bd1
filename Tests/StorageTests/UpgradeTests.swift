import Accounting
import PostgresClient
import Testing

@testable import Storage

/// A database of an earlier release keeps its dead letters and replays.
@Suite(.enabled(if: TestStore.isAvailable), .timeLimit(.minutes(2)))
struct UpgradeTests {
    @Test func lettersThatHadMovedOnAreResolvedAndReplaysCounted() async throws {
        try await withStore(isMigrated: false) { store in
            let own = try #require(Migration.all.first { $0.name == "dead-letters" }).version
            for migration in Migration.all where migration.version < own {
                for statement in migration.statements {
                    _ = try await store.client.query(PostgresQuery(unescaped: statement))
                }
            }
            try await store.client.execute(
                script: """
                    set search_path to \(try await store.client.query("select current_schema()")[0].get(0, as: String.self));
                    create table schema_migrations (version integer primary key, name text not null,
                        applied_at timestamptz not null default now());
                    insert into schema_migrations select i, 'earlier' from generate_series(1, \(own - 1)) i;
                    insert into documents (tenant, company, kind, source_id, number, document, store_view,
                        source_created_at, source_updated_at, source, content_hash, state, death_id)
                    select 'acme', 'SAMINC', 'order', i, i::text, 'US' || i, 'default', now(), now(), '{}', '',
                        case i when 1 then 'dead' else 'posted' end, case i when 1 then md5('1')::uuid end
                    from generate_series(1, 2) i;
                    insert into failures (death_id, tenant, company, kind, source_id, class, code, reason, next_step,
                        group_id, failed_at, message)
                    select md5(i::text)::uuid, 'acme', 'SAMINC', case when i < 3 then 'order' end,
                        case when i < 3 then i end, 'mapping', 'x', 'No.', '', 'mapping:x', now(), '{}'
                    from generate_series(1, 3) i;
                    insert into replays (state) values ('done');
                    insert into replay_items (replay_id, position, failure_id, state)
                        values (1, 1, 1, 'replayed'), (1, 2, 2, 'untouched');
                    """
            )
            #expect(try await store.database.migrate().map(\.version).first == own)
            let open = try await store.database.openFailures().map(\.id).sorted()
            #expect(open == [1, 3], "the dead one and the stray")
            #expect(try await store.database.failure(2)?.resolution == "overtaken")
            let replay = try #require(try await store.database.replay(1))
            #expect([replay.selected, replay.replayed, replay.untouched] == ([2, 1, 1] as [Int]))
            // What leaves its death from now on resolves its letter.
            try await store.set(1, .posted)
            #expect(try await store.database.failure(1)?.resolution == "overtaken")
        }
    }

    @Test func bodiesOfFunctionsAreNotTakenApart() throws {
        let migration = try #require(Migration.all.first { $0.name == "dead-letters" })
        let functions = migration.statements.filter { $0.contains("create function") }
        #expect(functions.count == 3)
        #expect(functions.allSatisfy { $0.contains("return") && $0.hasSuffix("$$") })
        #expect(!migration.statements.contains { $0.contains("create table") && $0.contains("create index") })
    }
}
