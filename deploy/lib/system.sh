# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names below are shared with the scripts that source this
# ml-connector's own processes: both simulators and the services.

services=(poller customer-worker invoice-worker replayer)

# start_simulators CUSTOMERS ORDERS [LINE]: the store is the same for the same numbers; Sage's books outlive the process.
# LINE is one more of the store's scenario file.
start_simulators() {
    mkdir -p "$local_dir/state"
    pick_port adobe_port adobe
    pick_port sage_port sage
    sed -e "s/^customers:.*/customers: $1/; s/^orders:.*/orders: $2/" "$checkout/deploy/demo-store.yaml" \
        >"$local_dir/demo-store.yaml"
    printf '%s\n' "${3:-}" >>"$local_dir/demo-store.yaml"
    spawn adobe-simulator "$programs/adobe-simulator" --port "$adobe_port" --scenario "$local_dir/demo-store.yaml"
    spawn sage-simulator "$programs/sage-simulator" --port "$sage_port" --state "$local_dir/state/sage.json"
    local name port
    for name in adobe sage; do
        port=${name}_port
        wait_until 60 "starting the $name simulator" simulator_answers "$name" "${!port}" ||
            fail_with_log "$log_dir/$name-simulator.log" "the $name simulator did not start"
        say "$name simulator ready on 127.0.0.1:${!port}"
    done
}

simulator_answers() {
    is_running "$1-simulator" || return 2
    port_answers "$2"
}

# prepare_system: the services' role and database, their environment, keys and schema.
prepare_system() {
    local password
    password=$(kept_secret connector)
    if [[ $(database_query "select 1 from pg_roles where rolname = 'connector'") != 1 ]]; then
        # Not a superuser: row-level security does not bind one.
        database_query "create role connector login createrole password '$password'"
    fi
    ensure_database connector connector
    write_environment "postgresql://connector:$password@127.0.0.1:$database_port/connector"
    [[ -s $local_dir/credentials.key ]] || ctl keys generate --output "$local_dir/credentials.key" ||
        fail 'connectorctl keys generate failed'
    ctl migrate || fail 'connectorctl migrate failed'
}

# The services' environment in a file, and `connectorctl` beside it, for whoever wants to look around.
write_environment() {
    local name
    local -A settings=(
        [AMQP_URL]=$AMQP_URL
        [AMQP_MANAGEMENT_URL]=$AMQP_MANAGEMENT_URL
        [DATABASE_URL]=$1
        [CREDENTIAL_KEY_FILE]=$local_dir/credentials.key
        # The simulators answer at once and have one clock with us: no need to wait as for real systems.
        [SAGE_SETTLE_SECONDS]=5
        [ADOBE_SETTLE_SECONDS]=2
        # What the simulated systems let in; they protect nothing.
        [ACME_CONSUMER_KEY]=democonsumerkey00000000000000001
        [ACME_CONSUMER_SECRET]=democonsumersecret00000000000001
        [ACME_ACCESS_TOKEN]=demoaccesstoken00000000000000001
        [ACME_ACCESS_TOKEN_SECRET]=demoaccesstokensecret00000000001
        [ACME_SAGE_PASSWORD]=secret
    )
    (
        umask 077
        for name in "${!settings[@]}"; do printf 'export %s=%q\n' "$name" "${settings[$name]}"; done |
            sort >"$local_dir/environment"
        cat >"$local_dir/connectorctl" <<WRAPPER
#!/bin/bash
# connectorctl for this folder's demo.
source $(printf %q "$local_dir/environment")
exec $(printf %q "$programs/connectorctl") "\$@"
WRAPPER
        chmod 700 "$local_dir/connectorctl"
    )
}

ctl() { "$local_dir/connectorctl" "$@" 9>&-; }

start_services() {
    local name
    for name in "${services[@]}"; do
        (
            # shellcheck source=/dev/null
            source "$local_dir/environment"
            spawn "$name" "$programs/$name"
        )
    done
    sleep 1
    dead_service && fail_with_log "$log_dir/$stopped_service.log" "$stopped_service stopped at once"
    say "running: ${services[*]}"
}

# They drain within 15 seconds.
stop_services() { stop_all 20 "${services[@]}"; }

stop_simulators() { stop_all 10 adobe-simulator sage-simulator; }

# dead_service: true when one of the services is not running any more; stopped_service names it.
dead_service() {
    for stopped_service in "${services[@]}" adobe-simulator sage-simulator rabbitmq postgres; do
        is_running "$stopped_service" || return 0
    done
    return 1
}

# ctl_watched ARGUMENT…: a long command of connectorctl, given up when a service dies meanwhile; its status.
ctl_watched() {
    local status=0 began=$SECONDS limit=$((${ML_DEMO_MINUTES:-30} * 60))
    # In a session of its own, and without our lock, should this script be killed.
    env "$(owner_mark)" setsid "$local_dir/connectorctl" "$@" </dev/null 9>&- &
    foreground_pid=$!
    while kill -0 "$foreground_pid" 2>/dev/null; do
        if dead_service; then
            end_foreground
            fail_with_log "$log_dir/$stopped_service.log" "$stopped_service has stopped during: connectorctl $*"
        fi
        if ((SECONDS - began > limit)); then
            end_foreground
            fail_with_log "$log_dir/invoice-worker.log" "connectorctl $* took more than $((limit / 60)) minutes" \
                'see the logs of the services; ML_DEMO_MINUTES allows more'
        fi
        sleep 0.3
    done
    wait "$foreground_pid" || status=$?
    foreground_pid=''
    return "$status"
}
