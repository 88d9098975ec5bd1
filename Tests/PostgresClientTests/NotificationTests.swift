import PostgresClient
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct NotificationTests {
    @Test func notificationsArriveInOrderAfterTheOpeningGap() async throws {
        try await withDatabase { client, database in
            let channel = database.schema + "_Ünï"
            var notifications = client.listen(channel).makeAsyncIterator()
            #expect(await notifications.next()?.isGap == true)
            for payload in ["", "one", "zwölf 😀"] {
                _ = try await client.query("select pg_notify(\(channel), \(payload))")
                let notification = await notifications.next()
                #expect(notification?.payload == payload)
                #expect(notification?.channel == channel)
                #expect(notification?.isGap == false)
            }
        }
    }

    @Test func aLostConnectionIsMadeAnewAndLeavesAGap() async throws {
        try await withDatabase { client, database in
            var notifications = client.listen(database.schema).makeAsyncIterator()
            #expect(await notifications.next()?.isGap == true)
            for round in ["a", "b"] {
                let listener: PostgresQuery = """
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where application_name = \(database.schema) and query like 'listen %'
                    """
                #expect(try await client.query(listener).count == 1)
                #expect(await notifications.next()?.isGap == true)
                _ = try await client.query("select pg_notify(\(database.schema), \(round))")
                #expect(await notifications.next()?.payload == round)
            }
        }
    }

    @Test func aReaderLosesNothingWithoutBeingTold() async throws {
        try await withDatabase { client, database in
            var notifications = client.listen(database.schema).makeAsyncIterator()
            var witness = client.listen(database.schema).makeAsyncIterator()
            #expect(await notifications.next()?.isGap == true)
            #expect(await witness.next()?.isGap == true)
            _ = try await client.query(
                "select pg_notify(\(database.schema), n::text) from generate_series(1, 3000) n"
            )
            // Meanwhile the other buffer, of 1,024, overflows.
            while let notification = await witness.next(), notification.payload != "3000" {}
            var (gaps, payloads) = (0, 0)
            while let notification = await notifications.next() {
                if notification.isGap { gaps += 1 } else { payloads += 1 }
                if notification.payload == "3000" { break }
            }
            #expect(gaps > 0 || payloads == 3000)
            #expect(payloads > 0)
        }
    }

    @Test func theSequenceEndsWithItsTaskAndWithTheClient() async throws {
        try await withDatabase { client, database in
            let listeners: PostgresQuery = """
                select count(*) = 0 from pg_stat_activity
                where application_name = \(database.schema) and query like 'listen %'
                """
            let cancelled = Task {
                for await notification in client.listen(database.schema) where notification.isGap {
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
            await cancelled.value
            try await waitUntil(client, listeners)
            let second = PostgresClient(configuration: database.configuration(1))
            var notifications = second.listen(database.schema).makeAsyncIterator()
            #expect(await notifications.next()?.isGap == true)
            await second.close()
            #expect(await notifications.next() == nil)
        }
    }
}
