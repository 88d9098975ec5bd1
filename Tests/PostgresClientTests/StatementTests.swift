import Foundation
import PostgresClient
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct StatementTests {
    @Test func interpolatedTextIsNeverPartOfTheStatement() async throws {
        try await withDatabase { client, _ in
            _ = try await client.query("create table shop (name text)")
            let name = "x'); drop table shop; --"
            let inserted = try await client.query("insert into shop (name) values (\(name))")
            #expect(inserted.affectedRows == 1)
            let rows = try await client.query("select name from shop where name = \(name)")
            #expect(try rows.map { try $0.get("name", as: String.self) } == [name])
        }
    }

    @Test func piecesOfAQueryNumberTheirParametersTogether() async throws {
        let condition: PostgresQuery = "a = \(1) and b = \("x")"
        let query: PostgresQuery =
            "select \(true) where \(condition) or \(identifier: "we\"ird") in \(unescaped: "(1)")"
        #expect(query.sql == "select $1 where a = $2 and b = $3 or \"we\"\"ird\" in (1)")
        #expect((query + " limit \(5)").sql.hasSuffix(" limit $4"))
    }

    @Test func aResultIsACollectionOfItsRows() async throws {
        try await withDatabase { client, _ in
            let result = try await client.query(
                "select n, n::bigint * n as square from generate_series(1, 100000) as n"
            )
            #expect(result.count == 100_000)
            #expect(result.columns == ["n", "square"])
            #expect(try result.last?.get("square", as: Int.self) == 10_000_000_000)
            var sum = 0
            for row in result { sum += try row.get(0, as: Int.self) }
            #expect(sum == 5_000_050_000)
        }
    }

    @Test func aConstraintIsNamedAndItsValuesAreNot() async throws {
        try await withDatabase { client, _ in
            _ = try await client.query("create table shop (name text constraint one_shop unique)")
            _ = try await client.query("insert into shop values (\("hush"))")
            let error = await failure { _ = try await client.query("insert into shop values (\("hush"))") }
            #expect(error?.kind == .server(sqlState: "23505"))
            #expect(error?.sqlState == "23505")
            #expect(error?.constraint == "one_shop")
            #expect(error?.description.contains("hush") == false)
        }
    }

    @Test(
        "a value the server refuses is not repeated",
        arguments: [
            ("integer", "22P02"), ("uuid", "22P02"), ("timestamptz", "22007"), ("jsonb", "22P02"),
            ("numeric", "22P02"),
        ]
    )
    func hidesValues(_ type: String, _ state: String) async throws {
        try await withDatabase { client, _ in
            let error = await failure {
                _ = try await client.query("select \("hu\"sh")::\(unescaped: type)")
            }
            #expect(error?.sqlState == state)
            #expect(error?.description.contains("sh") == false)
        }
    }

    @Test func aSyntaxErrorLeavesTheConnectionSound() async throws {
        try await withDatabase(maximumConnections: 1) { client, _ async throws in
            for _ in 0..<3 {
                #expect(await failure { _ = try await client.query("selec 1") }?.sqlState == "42601")
                #expect(await failure { _ = try await client.query("select absent") }?.sqlState == "42703")
                #expect(try await client.query("select 1").count == 1)
            }
        }
    }

    @Test func copyIsRefusedAndThePoolRecovers() async throws {
        try await withDatabase(maximumConnections: 1) { client, _ in
            _ = try await client.query("create table shop (name text)")
            for text in ["copy shop from stdin", "copy shop to stdout"] {
                #expect(await failure { try await client.execute(script: text) }?.sqlState == "0A000")
                #expect(
                    await failure { _ = try await client.query("\(unescaped: text)") }?.sqlState == "0A000"
                )
                #expect(try await client.query("select 1").count == 1)
            }
        }
    }

    @Test func statementsArePreparedOnceAndOldOnesLeave() async throws {
        try await withDatabase { _, database in
            var configuration = database.configuration(1)
            configuration.maximumPreparedStatements = 10
            let client = PostgresClient(configuration: configuration)
            for round in 0..<30 {
                _ = try await client.query("select \(round)::bigint")
                _ = try await client.query("select \(unescaped: "\(round)")")
            }
            let kept = try await client.query("select statement from pg_prepared_statements")
            // The statement that asks is the eleventh until the next one makes room.
            #expect((9...11).contains(kept.count))
            let texts = try kept.map { try $0.get(0, as: String.self) }
            #expect(texts.contains("select $1::bigint"))
            #expect(texts.contains("select 29"))
            #expect(!texts.contains("select 0"))
            await client.close()
        }
    }

    @Test func aPlanMadeVoidByDDLOrDiscardIsMadeAnew() async throws {
        try await withDatabase(maximumConnections: 1) { client, _ in
            _ = try await client.query("create table shop (id int)")
            _ = try await client.query("select * from shop")
            _ = try await client.query("alter table shop add name text")
            #expect(try await client.query("select * from shop").columns == ["id", "name"])
            _ = try await client.query("deallocate all")
            #expect(try await client.query("select * from shop").columns == ["id", "name"])
            // A second time, for what had been given up must not be deallocated twice.
            #expect(try await client.query("select * from shop").columns == ["id", "name"])
        }
    }

    @Test func aVoidPlanFailsOneTransactionOnly() async throws {
        try await withDatabase(maximumConnections: 1) { client, _ in
            _ = try await client.query("create table shop (id int)")
            _ = try await client.query("select * from shop")
            _ = try await client.query("alter table shop add name text")
            let read = {
                try await client.transaction { transaction in
                    _ = try await transaction.query("select 1")
                    return try await transaction.pipeline(["select 2", "select * from shop"]).last?.columns
                }
            }
            #expect(await failure { _ = try await read() }?.sqlState == "0A000")
            #expect(try await read() == ["id", "name"])
        }
    }

    @Test func aScriptRunsWholeOrNotAtAll() async throws {
        try await withDatabase(maximumConnections: 1) { client, _ in
            try await client.execute(
                script: "create table a (n int); insert into a values (1); insert into a values (2)"
            )
            #expect(try await client.query("select * from a").count == 2)
            let error = await failure {
                try await client.execute(script: "delete from a; select 1 / 0; delete from a")
            }
            #expect(error?.sqlState == "22012")
            #expect(try await client.query("select * from a").count == 2)
            try await client.execute(script: "")
            try await client.execute(
                script: "set statement_timeout = 5000; do $$ begin raise notice 'quiet'; end $$"
            )
            let timeout = try await client.query("show statement_timeout").first?.get(0, as: String.self)
            #expect(timeout == "20s")
        }
    }

    @Test func theSessionIsSetUpWhateverTheServerPrefers() async throws {
        try await withDatabase { client, _ in
            let settings = try await client.query(
                "select current_setting('TimeZone') as zone, current_setting('client_encoding') as encoding, current_setting('DateStyle') as style, current_setting('application_name') as name"
            )
            #expect(try settings.first?.get("zone", as: String.self) == "UTC")
            #expect(try settings.first?.get("encoding", as: String.self) == "UTF8")
            #expect(try settings.first?.get("style", as: String.self).hasPrefix("ISO") == true)
            #expect(try settings.first?.get("name", as: String.self).hasPrefix("t_") == true)
        }
    }

    @Test func aStatementThatTakesTooLongIsCancelledByTheServer() async throws {
        try await withDatabase { _, database async throws in
            var configuration = database.configuration(1)
            configuration.statementTimeout = .milliseconds(50)
            let client = PostgresClient(configuration: configuration)
            let error = await failure { _ = try await client.query("select pg_sleep(30)") }
            #expect(error?.kind == .server(sqlState: "57014"))
            #expect(error?.isTransient == true)
            #expect(try await client.query("select 1").count == 1)
            await client.close()
        }
    }
}
