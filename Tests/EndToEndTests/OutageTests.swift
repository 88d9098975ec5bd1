import ExactJSON
import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// Broker, database or Sage 300 away: waits, says so, loses nothing.
    @Suite struct Outages {
        @Test(.timeLimit(.minutes(3)))
        func `services wait for broker and database and outlive cuts`() async throws {
            try await withStage { stage in
                let (broker, brokerURL) = try Relay.before(stage.brokerURL)
                let (database, databaseURL) = try Relay.before(stage.databaseURL)
                defer {
                    broker.stop()
                    database.stop()
                }
                let (_, books) = try await stage.opened(orders: 120, sage: Crashes.slowSage, services: [])
                let services = try stage.startServices(
                    environment: ["AMQP_URL": brokerURL, "DATABASE_URL": databaseURL]
                )
                for service in services { try await service.says("no database connection") }
                try database.open()
                for service in services { try await service.says("broker: no connection") }
                try broker.open()
                for service in services { try await service.says("ready", within: .seconds(60)) }

                try await stage.begun()
                let cuts = try await stage.disturbed(times: 8, every: 200...900, seed: 5) { index in
                    if index.isMultiple(of: 2) { broker.cut() } else { database.cut() }
                }
                #expect(cuts >= 3, "the work was done too soon for this test to mean much")
                for service in services { #expect(service.isRunning, "\(service.name) has ended") }
                let states = try await stage.states()
                #expect(states["dead"] == nil, "\(states)")
                try await books.agree()
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `a Sage 300 that goes away pauses its company and nothing else`() async throws {
            try await withStage { stage in
                let store = try await stage.startStore(orders: 80)
                let first = try await stage.startSage(Crashes.slowSage, keepingState: true)
                let plan = TenantPlan(store: store, sage: first, maximumEntries: 5)
                try await stage.apply(plan)
                try stage.startServices()
                // Away in the middle of the work.
                try await eventually("something is posted", every: .milliseconds(20)) {
                    (try await stage.states(kind: "order")["posted"] != nil).orNil
                }
                first.program.send(SIGTERM)
                try await first.program.end()
                let paused = try await eventually("queues says that the company is paused") { () -> JSON? in
                    try await stage.ask("queues").array?.first { $0["paused"]?.bool == true }
                }
                #expect(paused["pauseReason"]?.string?.isEmpty == false)
                let states = try await stage.states()
                #expect(states["dead"] == nil, "\(states)")

                let port = try #require(URLComponents(string: first.url)?.port)
                let second = try await stage.startSage(Crashes.slowSage, port: port, keepingState: true)
                try await stage.settled(within: .seconds(90))
                #expect(try await stage.deadLetters().isEmpty)
                try await Books(store: store, sage: second).agree()
            }
        }
    }
}
