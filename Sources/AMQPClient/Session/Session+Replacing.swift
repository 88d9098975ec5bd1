/// A channel that had its publishings refused, or gets no answer for seconds, is replaced by a fresh one.
///
/// RabbitMQ remembers for each channel what it knows of a quorum queue. If the queue's leader is on a node that has just died
/// when a channel first publishes to it, that channel refuses everything for the queue until the node is back, though another
/// leader was elected within a second (`rabbit_fifo_client:enqueue/3`, seen with 3.10: `{badrpc, nodedown}` leaves the state as
/// it was). A fresh channel asks again.
extension Session {
    /// How long a channel is kept at least: a queue that is full refuses all the time.
    private static let leastAge = Duration.milliseconds(200)

    /// The next publishings go over another channel; this one is closed once it owes nothing.
    func replace(_ channel: Channel) {
        guard let publisher = channel.publisher, publisher.isReady,
            .now - publisher.openedAt >= Self.leastAge,
            publishers.contains(where: { $0.value === channel })
        else { return }
        publishers = publishers.filter { $0.value !== channel }
        replaced.append(channel)
    }

    /// Closes replaced channels all of whose publishings are settled.
    func closeReplaced() {
        guard !replaced.isEmpty else { return }
        let done = replaced.filter { channel in
            let owes = channel.publisher?.confirms.unanswered.contains { !$0.isGivenUp } ?? false
            let sends = publishings.contains { $0.channel === channel } || partial?.channel === channel
            return !owes && !sends
        }
        replaced.removeAll { channel in done.contains { $0 === channel } }
        for channel in done where channels[channel.number] === channel {
            closing.insert(channel.number)
            retire(channel, .connectionLost("its channel was replaced"), .lost, farewell: .channelClose)
        }
    }
}
