# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names below are shared with the scripts that source this
# Many tenants on one broker: how soon every service is ready, and what each costs while nothing happens.

bench_tenants() {
    step "$tenants tenants, each with a company of its own"
    start_broker management
    start_database durable
    start_many_systems
    prepare_system
    apply_tenants
    report_readiness 'first start, which declares the queues'
    wait_until 1800 'reading every store once' all_stores_read || fail_with_log "$log_dir/poller.log" 'the stores are not read'
    say "queues on the broker: $("$local_dir/rabbitmq/ctl" -q list_queues -p connector name | grep -c '^mlc\.')"
    stop_services
    report_readiness 'once the queues are declared (target: 60 s)'
    report_idling 60
    local began=${EPOCHREALTIME/./}
    ctl queues --json >/dev/null
    say "connectorctl queues     $(((${EPOCHREALTIME/./} - began) / 1000)) ms"
    began=${EPOCHREALTIME/./}
    ctl tenant list --json >/dev/null
    say "connectorctl tenant list $(((${EPOCHREALTIME/./} - began) / 1000)) ms"
}

# A store with one order that nobody posts, and as many companies as tenants.
start_many_systems() {
    local number
    mkdir -p "$local_dir/state"
    pick_port adobe_port adobe
    pick_port sage_port sage
    sed -e 's/^customers:.*/customers: 1/; s/^orders:.*/orders: 1/' "$checkout/deploy/demo-store.yaml" \
        >"$local_dir/demo-store.yaml"
    printf 'lifecycles: {pending: 1}\n' >>"$local_dir/demo-store.yaml"
    {
        printf 'keptRequests: 1000\ncompanies:\n'
        for ((number = 1; number <= tenants; number++)); do printf '  - {code: T%s}\n' "$number"; done
    } >"$local_dir/sage.yaml"
    spawn adobe-simulator "$programs/adobe-simulator" --port "$adobe_port" --scenario "$local_dir/demo-store.yaml"
    spawn sage-simulator "$programs/sage-simulator" --port "$sage_port" --scenario "$local_dir/sage.yaml"
    wait_until 60 'starting the store' simulator_answers adobe "$adobe_port" || fail 'the store did not start'
    wait_until 120 'starting Sage 300' simulator_answers sage "$sage_port" || fail 'Sage 300 did not start'
}

apply_tenants() {
    local number last
    mkdir -p "$local_dir/tenants"
    for ((number = 1; number <= tenants; number++)); do
        sed -e "s/@ADOBE_PORT@/$adobe_port/; s/@SAGE_PORT@/$sage_port/; s/^tenant: .*/tenant: tenant-$number/" \
            -e "s/company: [A-Z]*/company: T$number/; s/^schedule: .*/schedule: {every: week, on: monday, at: \"03:00\", timeZone: UTC}/" \
            "$checkout/deploy/demo-tenant.yaml" >"$local_dir/tenants/$number.yaml"
    done
    export -f ctl
    export local_dir
    # shellcheck source=/dev/null
    (source "$local_dir/environment" && seq "$tenants" | xargs -P 4 -I{} \
        bash -c 'ctl tenant apply "$local_dir/tenants/{}.yaml" >>"$local_dir/tenants/log" 2>&1 || exit 255') ||
        fail_with_log "$local_dir/tenants/log" 'a tenant file was refused'
    last=$(ctl tenant list --json | jq length)
    say "$last tenants applied"
}

# report_readiness WHAT: starts the services and tells how long each took until it served all it has to serve.
report_readiness() {
    local name began=${EPOCHREALTIME/./}
    step "Starting: $1"
    for name in "${services[@]}"; do : >"$log_dir/$name.log"; done
    start_services
    for name in "${services[@]}"; do
        wait_until 600 "waiting for $name" serves_all "$name" || fail_with_log "$log_dir/$name.log" "$name is not ready"
        say "$(printf '%-16s ready after %6d ms' "$name" $(((${EPOCHREALTIME/./} - began) / 1000)))"
    done
}

serves_all() {
    is_running "$1" || return 2
    case $1 in
        *-worker) grep -q "serving $tenants queues" "$log_dir/$1.log" ;;
        *) grep -q ' ready$' "$log_dir/$1.log" ;;
    esac
}

all_stores_read() {
    (($(database_query "select count(distinct tenant) from runs where state = 'done'" connector) >= tenants)) &&
        (($(database_query "select count(*) from runs where state in ('requested', 'running')" connector) == 0))
}

# report_idling SECONDS: each service's share of a core while nothing happens, and its memory.
report_idling() {
    local name pid ticks hertz
    local -A before=()
    hertz=$(getconf CLK_TCK)
    sleep 20
    for name in "${services[@]}" postgres rabbitmq; do before[$name]=$(cpu_ticks "$(pid_of "$name")"); done
    sleep "$1"
    step "Idle for $1 s (targets for a worker: 2 % of a core, 96 MiB)"
    for name in "${services[@]}" postgres rabbitmq; do
        pid=$(pid_of "$name")
        ticks=$(($(cpu_ticks "$pid") - ${before[$name]}))
        say "$(printf '%-16s %5d.%02d %% of a core, %4d MiB' "$name" $((ticks * 100 / hertz / $1)) \
            $((ticks * 10000 / hertz / $1 % 100)) $(($(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status") / 1024)))"
    done
}

# User and system time of a process and of the children it has waited for.
cpu_ticks() { awk '{sub(/^.*\) /, ""); print $12 + $13 + $14 + $15}' "/proc/$1/stat"; }
