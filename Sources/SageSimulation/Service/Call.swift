import ExactJSON

/// One request to a resource, past sign-on and parsing.
struct Call: Sendable {
    enum Verb: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    let verb: Verb
    let resource: Resource
    var key: EntityKey?
    var query: [QueryItem] = []
    var payload = JSONObject()
    /// `http://host:port/Sage300WebApi/v1.0/-/SAMINC/AR`
    var moduleAddress: String
    var user: String
    /// What a fault wants the business layer to do wrong.
    var distortion: Distortion?

    enum Distortion: Sendable {
        case orphanBatch, addsCent, stuckPosting
    }
}

/// What the business layer answers.
struct Answer: Sendable {
    var status: Int
    var body: String?
    /// Of the created entity.
    var location: String?

    static let noContent = Answer(status: 204)
}

/// What reading answers depend on.
struct ReadingRules: Sendable {
    var pageSize = 100
    var query = QueryRules()
    var writesFullBodies = false
}
