/// What a statement takes on before it runs: a role and settings.
struct Confinement: Sendable {
    let role: String?
    let settings: [(name: String, value: String)]

    /// Takes them on, for the transaction alone or for the session. The role comes last: it need not be allowed to
    /// set anything.
    func query(isLocal: Bool) -> PostgresQuery {
        var query: PostgresQuery = "select true"
        for setting in settings + (role.map { [("role", $0)] } ?? []) {
            query = query + ", set_config(\(setting.name), \(setting.value), \(isLocal))"
        }
        return query
    }
}
