/// What a session has learnt of its server where releases and installations differ, so that it is asked but once.
struct SageHabits: Sendable {
    /// How it takes dates in a filter; nil as long as none was.
    var dates: ODataDialect?
    /// How many conditions joined by `or` it takes. ASP.NET's OData refuses filters of more than 100 nodes by
    /// default, each condition being up to five.
    var alternatives = 40
    /// Whether posted documents have a total of the name we know.
    var knowsPostedTotals = true
    /// What posted documents do not have under the names we know.
    var unknownPostedProperties: [String] = []
    /// What the properties of processes are called, by path, where the documented names were not understood.
    var processes: [String: SageProcess.Names] = [:]
}
