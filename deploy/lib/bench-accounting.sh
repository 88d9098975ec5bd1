# shellcheck shell=bash
# shellcheck disable=SC2154 # the names below are those of the script that sources this
# Whether every generated document comes to the store's total, and what one mapping costs.

bench_accounting() {
    local status=0
    step "Mapping $orders orders"
    # Its own progress goes to standard error.
    "$programs/accounting-proof" prove --orders "$orders" || status=$?
    step 'What one order costs'
    "$programs/accounting-proof" time 2>/dev/null
    return "$status"
}
