# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names below are shared with the scripts that source this
# The first run over a large store: memory of the poller, and resuming after kill -9.

bench_first_sync() {
    local killed_at total read peak=0 began elapsed
    step "First sync of $orders orders"
    start_broker management
    start_database durable
    # Not invoiced yet: an invoice, a shipment and now and then a credit memo for each would only treble the time.
    start_simulators 1000 "$orders" 'lifecycles: {pending: 1}'
    prepare_system
    sed -e "s/@ADOBE_PORT@/$adobe_port/; s/@SAGE_PORT@/$sage_port/; s/pageSize: 100/&\n  requestsPerMinute: 6000/" \
        "$checkout/deploy/demo-tenant.yaml" >"$local_dir/tenant.yaml"
    (
        # shellcheck source=/dev/null
        source "$local_dir/environment"
        ctl tenant apply "$local_dir/tenant.yaml"
    ) || fail 'the tenant file was refused'

    began=$SECONDS
    start_poller --once --tenant acme --now
    wait_until 7200 'reading the first third' recorded_at_least $((orders / 3)) ||
        fail_with_log "$log_dir/poller.log" 'the poller stopped early'
    note_peak
    kill -KILL "$(pid_of poller)"
    killed_at=$(recorded)
    read=$(orders_pages)
    say "killed after $killed_at documents and $read pages of orders"
    wait_until 10 'ending it' none_running poller || true

    start_poller --once
    wait_until 7200 'reading the rest' poller_has_ended || fail_with_log "$log_dir/poller.log" 'the poller does not end'
    elapsed=$((SECONDS - began))
    total=$(recorded)
    read=$(orders_pages)
    say "documents          $total, $(database_query "select count(*) from documents where kind = 'order'" connector) orders of $orders"
    say "pages of orders    $read of 100 rows; starting over would have taken $((orders / 100 + killed_at / 100)) or more"
    say "time               $elapsed s, $((total / (elapsed > 0 ? elapsed : 1))) documents a second, recorded, published and confirmed"
    say "poller's memory    at most $((peak / 1024)) MiB resident (target: 96)"
}

start_poller() {
    (
        # shellcheck source=/dev/null
        source "$local_dir/environment"
        spawn poller "$programs/poller" "$@"
    )
}

recorded() { database_query 'select count(*) from documents' connector; }

# Drained meanwhile, as workers would: it is not the broker that is measured.
recorded_at_least() {
    drain_queues
    note_peak
    is_running poller || return 2
    (($(recorded) >= $1))
}

poller_has_ended() {
    drain_queues
    note_peak
    ! is_running poller
}

drain_queues() {
    sleep 5
    "$local_dir/rabbitmq/ctl" -q purge_queue -p connector mlc.acme.SAMINC.invoices >/dev/null 2>&1 || true
}

note_peak() {
    local pid kilobytes
    pid=$(pid_of poller) || return 0
    kilobytes=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status" 2>/dev/null || true)
    ((${kilobytes:-0} <= peak)) || peak=$kilobytes
}

# Pages of orders the store gave out.
orders_pages() {
    curl -fsS "http://127.0.0.1:$adobe_port/_simulator/requests?last=1" |
        jq '[.counts[] | select(.status == 200 and (.path | test("orders"))) | .count] | add // 0'
}
