import PostgresClient
import Storage

/// Counts the statements that write to the documents' tables, however many rows each of them touches.
struct StatementCounter {
    private let store: TestStore

    init(_ store: TestStore) async throws {
        self.store = store
        try await store.client.execute(
            script: """
                set search_path to \(try await store.client.query("select current_schema()")[0].get(0, as: String.self));
                create table statements (of text not null);
                create function note_statement() returns trigger language plpgsql as
                    $$ begin insert into statements values (tg_table_name); return null; end $$;
                create trigger count before insert or update or delete on documents
                    for each statement execute function note_statement();
                create trigger count before insert or update or delete on document_events
                    for each statement execute function note_statement();
                create trigger count before insert or update or delete on claim_entries
                    for each statement execute function note_statement();
                """
        )
    }

    /// How many statements `body` writes with; an upsert counts twice, as an insert and as an update.
    func writes(_ body: () async throws -> Void) async throws -> Int {
        let before = try await store.count("select count(*) from statements")
        try await body()
        return try await store.count("select count(*) from statements") - before
    }
}
