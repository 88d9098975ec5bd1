# shellcheck shell=bash
# shellcheck disable=SC2154 # the names below are those of the script that sources this
# A hundred thousand dead letters: looking at them, and replaying them at a rate, with a kill and a cancellation in between.

bench_replay() {
    step "$letters dead letters"
    start_broker management
    start_database durable
    start_simulators 100 200
    prepare_system
    # Not applied as it stands: with an account for gift cards every order maps.
    sed -e "s/@ADOBE_PORT@/$adobe_port/; s/@SAGE_PORT@/$sage_port/" "$checkout/deploy/demo-tenant.yaml" \
        >"$local_dir/tenant.yaml"
    (
        # shellcheck source=/dev/null
        source "$local_dir/environment"
        ctl tenant apply "$local_dir/tenant.yaml"
    ) || fail 'the tenant file was refused'
    make_letters 1 "$letters" || fail 'the letters could not be made'
    look_at_letters
    replay_letters
}

# make_letters FROM TO: dead orders with their failures, in ten causes, as the workers and the replayer leave them.
make_letters() {
    database_query "
        insert into documents (tenant, company, kind, source_id, number, document, store_view, source_created_at,
            source_updated_at, source, content_hash, published_revision, state, reason, amount, currency, death_id, death,
            order_id, attempts)
        select 'acme', 'SAMINC', 'order', 900000000 + i, (900000000 + i)::text, 'US' || 900000000 + i, 'default', '2025-03-01',
            '2025-03-01', jsonb_build_object('entity_id', 900000000 + i, 'increment_id', (900000000 + i)::text, 'store_id', 1,
                'state', 'processing', 'status', 'processing', 'created_at', '2025-03-01 10:00:00',
                'base_currency_code', 'USD', 'order_currency_code', 'USD', 'base_grand_total', 10, 'grand_total', 10,
                'base_subtotal', 10, 'subtotal', 10, 'customer_email', 'a@example.com', 'customer_is_guest', 1,
                'billing_address', jsonb_build_object('firstname', 'A', 'lastname', 'B', 'country_id', 'CA',
                    'street', jsonb_build_array('Main St ' || i), 'city', 'Kingston', 'postcode', 'K7L 1A1'),
                'items', jsonb_build_array(jsonb_build_object('item_id', 1, 'sku', 'S', 'name', 'Thing',
                    'product_type', 'simple', 'qty_ordered', 1, 'base_price', 10, 'price', 10, 'base_row_total', 10,
                    'row_total', 10)))::text,
            sha256(i::text::bytea), 1, 'dead', 'No.', 10, 'USD', md5('death' || i)::uuid, '{\"schema\":1}', 900000000 + i, 1
        from generate_series($1, $2) i;
        insert into failures (death_id, tenant, company, kind, source_id, revision, number, document, class, code, reason,
            next_step, group_id, amount, currency, failed_at, message)
        select death_id, tenant, company, kind, source_id, 1, number, document, 'ledger', 'account-inactive',
            'Sage 300 does not take it: account ' || 4000 + source_id % 10 || ' is inactive in Sage 300''s general ledger.',
            'Make the account active in G/L Accounts, or correct accounts in the tenant file, then replay.',
            'ledger:account-inactive:' || 4000 + source_id % 10, amount, currency,
            now() - (source_id % 100000) * interval '1 second', repeat('x', 3000)
        from documents where source_id between 900000000 + $1 and 900000000 + $2 order by source_id;
        analyze documents; analyze failures" connector >/dev/null
    database_query 'vacuum failures' connector >/dev/null
}

figure() {
    say "$*"
    printf '   measured: %s\n' "$*" >>"$log_dir/figures.txt"
}

# fastest ARGUMENT…: the fastest of five runs of connectorctl, in milliseconds.
fastest() {
    local began took best=999999
    for _ in 1 2 3 4 5; do
        began=$(date +%s%N)
        ctl "$@" >/dev/null 2>&1
        took=$((($(date +%s%N) - began) / 1000000))
        ((took >= best)) || best=$took
    done
    printf '%s' "$best"
}

look_at_letters() {
    local began
    figure "dead groups                  $(fastest dead groups) ms, --json $(fastest dead groups --json) ms (target: 300)"
    figure "dead list                    $(fastest dead list) ms, --json $(fastest dead list --json) ms (target: 300)"
    figure "dead list --tenant           $(fastest dead list --tenant acme) ms, --json $(fastest dead list --tenant acme --json) ms"
    figure "dead list --group            $(fastest dead list --group ledger:account-inactive:4003 --json) ms"
    figure "for comparison: --version    $(fastest --version) ms, migrate $(fastest migrate) ms"
    began=$SECONDS
    ctl replay --all --dry-run || fail 'the rehearsal failed'
    figure "replay --all --dry-run       $((SECONDS - began)) s (target: well under 60)"
}

replay_letters() {
    local id rest cancelled last twice
    start_replayer
    ctl replay --all --rate 500/s --json >"$local_dir/replay.json"
    id=$(jq -r .id "$local_dir/replay.json")
    make_letters 2000001 2000100
    sleep 20
    kill -KILL "$(pid_of replayer)"
    start_replayer
    wait_until 60 'another replayer goes on' grown "$(sent)" || fail_with_log "$log_dir/replayer.log" 'nobody went on'
    sleep 15
    figure "rate asked for 500/s         $(rate_before_kill) documents/s before the kill, $(rate_after_kill) after it"
    ctl replays cancel "$id"
    cancelled=$(date +%s%N)
    sleep 4
    last=$(database_query "select (extract(epoch from max(at)) * 1000)::bigint from document_events where stage = 'replay'" connector)
    figure "last document sent           $((last - cancelled / 1000000)) ms after the cancellation returned (target: at most 2000)"
    figure "newcomers left alone         $(database_query \
        "select count(*) from documents where state = 'dead' and source_id > 902000000" connector) of 100"
    rest=$(database_query "select count(*) from failures where resolution is null" connector)
    say "$rest are dead still; replaying them without a rate"
    SECONDS=0
    ctl replay --all --json >"$local_dir/replay.json"
    wait_until 1800 'replaying the rest' none_dead || fail_with_log "$log_dir/replayer.log" 'the replay does not end'
    figure "without a rate               $((rest / (SECONDS > 0 ? SECONDS : 1))) documents/s"
    twice=$(database_query "select count(*) from (select from document_events where stage = 'replay'
        group by source_id having count(*) > 1) t" connector)
    figure "sent back twice              $twice (of $(sent)); dead still $(database_query \
        "select count(*) from documents where state = 'dead'" connector)"
    [[ $twice == 0 ]] || fail 'documents were sent back twice'
}

start_replayer() {
    (
        # shellcheck source=/dev/null
        source "$local_dir/environment"
        spawn replayer "$programs/replayer"
    )
}

sent() { database_query "select count(*) from document_events where stage = 'replay'" connector; }

grown() { (($(sent) > $1)); }

none_dead() { [[ $(database_query "select 1 from failures where resolution is null limit 1" connector) != 1 ]]; }

# The longest gap between two documents is where one replayer died and the other took over.
rates() {
    database_query "
        with sent as (select at, at - lag(at) over (order by at) as gap from document_events where stage = 'replay'),
        cut as (select at from sent where gap is not null order by gap desc limit 1)
        select round(count(*) / extract(epoch from max(at) - min(at)), 1) from sent
        where at $1 (select at from cut)" connector
}

rate_before_kill() { rates '<'; }

rate_after_kill() { rates '>='; }
