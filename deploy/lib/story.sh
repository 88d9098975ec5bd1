# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names below are shared with the scripts that source this
# What the demo shows, chapter by chapter.

tell_story() {
    local tenant_file=$local_dir/demo-tenant.yaml fixed_file=$local_dir/demo-tenant-fixed.yaml
    local posted_before dead_before=0 dead_after replayed_document='' status=0
    write_tenant_files "$tenant_file" "$fixed_file"
    posted_before=$(posted_invoices)

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
    compare_books "$posted_before" "$dead_before" "$dead_after" ||
        fail 'the books differ' "ask about one of the documents: $(printf %q "$local_dir/connectorctl") why acme NUMBER"
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

# --- the books ---

# books FILTER: a figure of the simulated Sage's books.
books() { curl -fsS --max-time 60 "http://127.0.0.1:$sage_port/_simulator/books" | jq -r ".companies.SAMINC | $1"; }

posted_invoices() { books '.documents.Invoice.count // 0'; }

posted_documents() { books '[.documents[]?.count] | add // 0'; }

# The store's own orders, one a line: document number, total in cents, and whether it is due to be posted.
store_orders() {
    local count
    count=$(curl -fsS --max-time 60 "http://127.0.0.1:$adobe_port/_simulator/totals" | jq .counts.orders)
    ((count > 0)) || return 0
    curl -fsS --max-time 300 "http://127.0.0.1:$adobe_port/_simulator/orders/[1-$count]" | jq -r '
        (.base_grand_total * 100 | round) as $cents
        | (if (.status | IN("processing", "complete", "closed")) and $cents != 0 then "due" else "not-due" end) as $due
        | "US\(.increment_id) \($cents) \($due)"' | LC_ALL=C sort
}

# Sage's posted invoices, one a line: document number, total in cents. Read as any client reads them.
sage_invoices() {
    local count
    count=$(posted_documents)
    ((count > 0)) || return 0
    curl -fsS --max-time 300 -u CONNECTOR:SECRET \
        "http://127.0.0.1:$sage_port/Sage300WebApi/v1.0/-/SAMINC/AR/ARPostedDocuments?\$top=100&\$skip=[0-$count:100]" |
        jq -r '
        .value[] | select(.DocumentType == "Invoice")
        | "\(.DocumentNumber) \(.CustomerCurrencyInvoiceAmount * 100 | round)"' | LC_ALL=C sort
}

# compare_books POSTED-BEFORE DEAD-BEFORE DEAD-AFTER: store and Sage, document by document; false when they differ.
compare_books() {
    local dir=$local_dir/state posted different due_total posted_total status=0
    step 'The books'
    store_orders >"$dir/store-orders" || fail "the store simulator's orders could not be read"
    sage_invoices >"$dir/sage-invoices" || fail "the Sage simulator's invoices could not be read"
    awk '$3 == "due" { print $1, $2 }' "$dir/store-orders" >"$dir/store-due"
    posted=$(wc -l <"$dir/sage-invoices")
    due_total=$(sum_of_cents <"$dir/store-due")
    posted_total=$(sum_of_cents <"$dir/sage-invoices")
    different=$(LC_ALL=C comm -3 "$dir/store-due" "$dir/sage-invoices" | tee "$dir/differences" | wc -l)

    row 'customers in Sage 300' "$(books .customers)"
    row 'orders in the store' "$(wc -l <"$dir/store-orders")"
    row '  of these due (paid, not free)' "$(wc -l <"$dir/store-due")" "$due_total"
    row 'orders posted in Sage 300' "$posted" "$posted_total"
    row '  of these new in this run' "$((posted - $1))"
    row 'refunds and cancellations posted' "$(books '.documents.CreditNote.count // 0')"
    row 'dead-lettered before the correction' "$2"
    row 'dead-lettered after the replay' "$3"
    row 'documents entered twice' "$(books '.duplicates | length')"
    row "sum of Sage's trial balance" '' "$(books .trialBalance.sum)"
    if ((different == 0)); then
        say "${green}Every order that is due is posted once, and every total is equal to the cent.${plain}"
    else
        say "${red}$different lines differ${plain} (left: the store's, right: Sage's); all in $dir/differences"
        head -n 10 "$dir/differences" | sed 's/^/   /'
        status=1
    fi
    return "$status"
}

row() { printf '   %-38s %8s   %16s\n' "$1" "$2" "${3:-}"; }

sum_of_cents() { awk '{ sum += $2 } END { printf "%d.%02d\n", sum / 100, sum % 100 }'; }
