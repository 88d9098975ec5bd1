import Testing

@testable import AMQPClient

/// Refusals, as of a full queue, cost a channel and nobody's confirm.
@Suite(.enabled(if: Broker.isPresent), .timeLimit(.minutes(1)))
struct ReplacedChannelTests {
    @Test func channelThatRefusesIsReplacedAndEveryPublishingAnswered() async throws {
        try await withConnection { connection in
            let full: [String: AMQPValue] = ["x-max-length": 1, "x-overflow": "reject-publish"]
            try await withQueue(connection, kind: .quorum, arguments: full) { queue in
                try await withQueue(connection) { roomy in
                    var channels: Set<UInt64> = []
                    var outcomes: [Bool] = []
                    for round in 0..<40 {
                        let refusals = await withTaskGroup { group in
                            for index in 0..<20 {
                                group.addTask { () -> Bool in
                                    let target = index.isMultiple(of: 2) ? roomy : queue
                                    do {
                                        try await connection.publish(
                                            AMQPMessage("x"),
                                            to: "",
                                            routingKey: target
                                        )
                                        return false
                                    } catch { return error as? AMQPError == .nacked }
                                }
                            }
                            return await group.reduce(into: []) { $0.append($1) }
                        }
                        outcomes += refusals
                        if let channel = await connection.publisherChannel { channels.insert(channel) }
                        if round.isMultiple(of: 4) { try await Task.sleep(for: .milliseconds(60)) }
                    }
                    #expect(outcomes.contains(true))
                    // What the other queue took was confirmed, whichever channel it went over.
                    #expect(try await connection.inspectQueue(roomy)?.readyCount == 400)
                    #expect(channels.count > 1)
                    #expect(await connection.replacedCount == 0)
                }
            }
        }
    }
}

extension AMQPConnection {
    fileprivate var publisherChannel: UInt64? { session?.publishers[""]?.id }

    fileprivate var replacedCount: Int { session?.replaced.count ?? 0 }
}
