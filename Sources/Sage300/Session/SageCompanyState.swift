/// What a session knows of one company.
struct SageCompanyState: Sendable {
    let pace = ReadPace()
    /// When it last answered anything.
    var lastAnswer: ContinuousClock.Instant?

    /// IIS ends an application after 20 minutes of silence by default, and the next call starts it anew, which may
    /// take half a minute (reference Sage 2, 9).
    func isCold(after interval: Duration) -> Bool {
        guard let lastAnswer else { return true }
        return ContinuousClock.now - lastAnswer >= interval
    }
}
