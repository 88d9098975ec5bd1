/// What each service may do with one table, and whose its rows are.
///
/// `connectorctl` may read and change nearly every table; what stands here are above all the rights of everybody else, as
/// GRANT words them.
struct TableRights: Sendable {
    /// How a row tells whose it is.
    enum Ownership: Sendable, Hashable {
        /// A column that names the tenant.
        case column(String)
        /// A company of Sage 300, by address and company: every tenant's that has it.
        case company
        /// A user of Sage 300, by address: every tenant's that signs in with it.
        case signIn
        /// That of the row another table has under this id.
        case through(String, id: String)
        /// A letter of a replay is its letter's, and is put into a replay while that is asked for.
        case replayItem
        /// A replay is whose letters it holds, all of them.
        case replay
        /// No tenant's: of the installation, or of processes.
        case nobody
    }

    let table: String
    let ownership: Ownership
    var poller = ""
    var worker = ""
    var replayer = ""
    var tenant = ""
    var control = TableRights.everything
    /// Each service sees the rows of one system alone.
    var isPartedBySystem = false

    init(
        _ table: String,
        _ ownership: Ownership,
        all: String = "",
        poller: String? = nil,
        worker: String? = nil,
        replayer: String? = nil,
        tenant: String = "",
        control: String = TableRights.everything,
        isPartedBySystem: Bool = false
    ) {
        self.table = table
        self.ownership = ownership
        self.poller = poller ?? all
        self.worker = worker ?? all
        self.replayer = replayer ?? all
        self.tenant = tenant
        self.control = control
        self.isPartedBySystem = isPartedBySystem
    }

    /// The privileges of a role; empty for none.
    func privileges(of role: DatabaseRole) -> String {
        switch role {
        case .poller: poller
        case .worker: worker
        case .replayer: replayer
        case .control: control
        case .tenant: tenant
        }
    }
}

extension TableRights {
    private static let reading = "select"
    static let everything = "select, insert, update, delete"
    private static let keeping = "select, insert, update"
    /// What a document's own triggers write into its letter (migration 10).
    private static let resolving = "select, update (resolution, resolved_at, resolved_why)"

    /// Every table of the schema but `binding_keys`, which nobody is granted.
    static let all: [TableRights] = tenants + documents + runs + posting + failures + alerts + processes

    private static let tenants: [TableRights] = [
        .init("tenants", .column("tenant"), all: "select", tenant: "select, update (paused, removing_since)"),
        .init("tenant_versions", .column("tenant"), tenant: "select"),
        .init("companies", .column("tenant"), all: "select", tenant: "select"),
        .init("removed_tenants", .column("tenant")),
        .init(
            "credentials",
            .column("tenant"),
            all: "select",
            tenant: "select (tenant, system, field, key_id, changed_at, expires_on)",
            isPartedBySystem: true
        ),
        .init(
            "access_tokens",
            .column("tenant"),
            poller: keeping,
            tenant: "select (tenant, key_id, issued_at, expires_at)"
        ),
        .init(
            "sign_ins",
            .signIn,
            all: "select",
            worker: "select, update",
            tenant: "select, update (state, detail, changed_at)"
        ),
    ]

    private static let documents: [TableRights] = [
        .init(
            "documents",
            .column("tenant"),
            all: "select, update",
            poller: keeping,
            tenant: "select, update"
        ),
        // Append-only.
        .init("document_events", .column("tenant"), all: "insert", tenant: "select, insert"),
        .init("document_edits", .column("tenant"), tenant: "select, insert"),
        .init("document_matches", .column("tenant"), worker: everything, tenant: "select"),
        .init("ledger_remains", .column("tenant"), poller: "select", worker: "select"),
    ]

    private static let runs: [TableRights] = [
        .init("tenant_usage", .column("tenant"), all: "select", poller: keeping, tenant: "select"),
        .init("cursors", .column("tenant"), all: "select", poller: keeping, tenant: "select"),
        .init("sweeps", .column("tenant"), poller: keeping, tenant: "select"),
        .init(
            "runs",
            .column("tenant"),
            all: "select, update (documents)",
            poller: keeping,
            tenant: "select, insert"
        ),
        .init("run_positions", .through("runs", id: "run_id"), poller: keeping, tenant: "select"),
    ]

    private static let posting: [TableRights] = [
        .init("writer_leases", .company, worker: keeping, tenant: "select"),
        .init(
            "company_health",
            .company,
            all: "select",
            worker: keeping,
            tenant: "select, update (paused_at, failures_in_row, reason)"
        ),
        .init("claims", .column("tenant"), all: "select", worker: everything, tenant: "select"),
        .init("claim_entries", .column("tenant"), worker: "select, insert", tenant: "select"),
        .init("sage_customers", .column("tenant"), worker: everything, tenant: "select"),
        .init("guests", .column("tenant"), worker: keeping, tenant: "select"),
        // A document that stood in an Open batch when its tenant was removed is watched on once the poller finds it again.
        .init("watched_batches", .company, poller: "insert", worker: everything, tenant: "select"),
        .init("ledger_findings", .company, all: "select", worker: everything, tenant: "select"),
        .init("batch_sweeps", .company, worker: keeping, tenant: "select"),
    ]

    private static let failures: [TableRights] = [
        .init("failures", .column("tenant"), all: resolving, replayer: keeping, tenant: "select, update"),
        .init(
            "failure_actions",
            .through("failures", id: "failure_id"),
            replayer: "select, insert",
            tenant: "select, insert"
        ),
        .init("replays", .replay, all: "select", replayer: "select, update", tenant: keeping),
        .init(
            "replay_items",
            .replayItem,
            all: "select",
            replayer: "select, update",
            tenant: "select, insert"
        ),
    ]

    private static let alerts: [TableRights] = [
        .init("alerts", .column("scope"), replayer: everything, tenant: "select"),
        .init("alert_notices", .column("scope"), replayer: everything, tenant: "select"),
        .init("alert_messages", .column("scope"), replayer: everything, tenant: "select"),
        .init("company_pauses", .company, replayer: everything, tenant: "select"),
        .init("alert_digests", .column("tenant"), replayer: keeping, tenant: "select"),
    ]

    private static let processes: [TableRights] = [
        .init("services", .nobody, all: everything),
        .init("crash_reports", .nobody, all: "select, insert, delete"),
        .init("delivery_marks", .nobody, worker: everything),
        .init("schema_migrations", .nobody, all: reading, tenant: reading, control: reading),
        .init("isolation", .nobody, all: reading, tenant: reading, control: reading),
        .init("credential_dates", .nobody, poller: reading, replayer: reading, control: reading),
    ]
}
