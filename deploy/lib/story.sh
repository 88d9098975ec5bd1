# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names below are shared with the scripts that source this
# What the demo shows, chapter by chapter.

tell_story() {
    local tenant_file=$local_dir/demo-tenant.yaml fixed_file=$local_dir/demo-tenant-fixed.yaml
    local posted_before dead_before=0 dead_after replayed_document='' status=0
    write_tenant_files "$tenant_file" "$fixed_file"
    posted_before=$(books_number .documents)

    if [[ -e $local_dir/state/corrected ]]; then
        step 'Applying the tenant as an earlier run corrected it'
        tenant_file=$fixed_file
    else
        step 'Applying the sample tenant'
    fi
    ctl tenant apply "$tenant_file" || fail "connectorctl tenant apply $tenant_file failed"

    step 'Syncing the store with Sage 300'
    sync_tenant
    step 'Queues'
    ctl queues || fail 'connectorctl queues failed'
    dead_before=$(dead_count)
    if ((dead_before > 0)); then
        show_dead_letters
        replayed_document=$(ctl dead list --tenant acme --json | jq -r '.[0].document')
        correct_and_replay "$tenant_file" "$fixed_file"
        printf '%s\n' "$replayed_document" >"$local_dir/state/replayed"
    fi
    dead_after=$(dead_count)
    [[ -n $replayed_document || ! -s $local_dir/state/replayed ]] || replayed_document=$(<"$local_dir/state/replayed")
    if [[ -n $replayed_document ]]; then
        step "The life of a replayed order: connectorctl why acme $replayed_document"
        ctl why acme "$replayed_document" || fail "connectorctl why acme $replayed_document knows nothing"
    fi
    compare_books "$posted_before" "$dead_before" "$dead_after"
}

# The corrected file is the sample with the one line it lacks.
write_tenant_files() {
    sed -e "s/@ADOBE_PORT@/$adobe_port/; s/@SAGE_PORT@/$sage_port/" "$checkout/deploy/demo-tenant.yaml" >"$1"
    sed -e 's/^\( *\)storeCredit: .*/\1giftCard: "2310"\n&/' "$1" >"$2"
}

sync_tenant() {
    local status attempt
    for attempt in {1..30}; do
        status=0
        ctl_watched sync acme --wait || status=$?
        # 3: the poller has not reported for duty yet.
        if ((status != 3)); then break; fi
        ((attempt < 30)) || fail_with_log "$log_dir/poller.log" 'connectorctl finds no live poller'
        sleep 1
    done
    case $status in
        0) say 'everything that is due is posted' ;;
        1) say 'done, with dead letters left' ;;
        *) fail_with_log "$log_dir/poller.log" "connectorctl sync acme --wait failed ($status)" ;;
    esac
}

dead_count() { ctl dead list --tenant acme --json | jq length; }

show_dead_letters() {
    local list
    step 'Dead letters'
    list=$(ctl dead list --tenant acme) || fail 'connectorctl dead list failed'
    printf '%s\n' "$list" | head -n 12
    ((dead_before <= 10)) || say "… $dead_before in all"
    if ctl dead groups --help >/dev/null 2>&1; then
        printf '\n'
        ctl dead groups || fail 'connectorctl dead groups failed'
    fi
}

correct_and_replay() {
    local status=0
    step 'Correcting the tenant file'
    say 'These orders sell or redeem gift cards. Money taken for a gift card is owed to its holder, and the tenant'
    say 'file names no account for that liability: nothing was posted for them, everything else went on.'
    diff -U 1 "$1" "$2" | tail -n +3 | sed 's/^/   /' || true
    ctl tenant apply "$2" || fail "connectorctl tenant apply $2 failed"
    : >"$local_dir/state/corrected"
    step 'Replaying the dead letters'
    ctl_watched replay --tenant acme --wait || status=$?
    ((status <= 1)) || fail_with_log "$log_dir/replayer.log" "connectorctl replay --tenant acme --wait failed ($status)"
}

# books_number FILTER: a figure of the simulated Sage's books.
books_number() { curl -fsS --max-time 30 "http://127.0.0.1:$sage_port/_simulator/books" | jq -r "$1"; }

store_number() { curl -fsS --max-time 30 "http://127.0.0.1:$adobe_port/_simulator/totals" | jq -r "$1"; }
compare_books() { echo TODO "$@" "$(books_number .documents)"; }
