/// What a tenant's people are told, and when (docs/alerts.md). Where they are told is secret in part: the webhook stands
/// with the secrets.
public struct AlertRules: Sendable, Hashable {
    /// Days on which a digest is sent.
    public enum DigestDays: String, Sendable, CaseIterable { case daily, weekdays }

    /// A report of the day's money, sent at a time of the tenant's calendar.
    public struct Digest: Sendable, Hashable {
        /// When, on the tenant's clock.
        public var at: Schedule.TimeOfDay
        /// On which days.
        public var days: DigestDays

        /// A digest at a time.
        public init(at: Schedule.TimeOfDay, days: DigestDays = .daily) {
            self.at = at
            self.days = days
        }
    }

    /// Mailboxes, each of which gets a mail of its own.
    public var email: [String] = []
    /// Nil: none is sent.
    public var digest: Digest?
    /// Seconds that a document may wait before somebody is told; nil: nobody is.
    public var oldest: Int? = 7200
    /// Whether somebody is told when orders stay away.
    public var tellsSilence = true
    /// Days that a dead letter may lie open before somebody is told; nil: nobody is.
    public var unattended: Int? = 7

    /// What applies to a tenant whose file says nothing: nobody of its own, and the host's people are told the usual.
    public init() {}
}
