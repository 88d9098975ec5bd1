# shellcheck shell=bash
# shellcheck disable=SC2154 # the names below are those of the script that sources this
# What posting to Sage 300 promises, at full size: the end-to-end tests with larger numbers, and what they measure.

sage_benchmarks=(lost-answers frozen wrong-password away calls culprits speed)

bench_sage() {
    local name status=0
    build 'test build' debug.log build --build-tests || fail 'the tests do not build'
    start_broker management
    start_database durable
    ensure_database test postgres
    export TEST_AMQP_URL=$AMQP_URL TEST_DATABASE_URL=${DATABASE_ADMIN_URL%/postgres}/test
    # A shell command, so quoted for one.
    export TEST_RABBITMQCTL="'${local_dir//\'/\'\\\'\'}/rabbitmq/ctl'"
    export TEST_EXECUTABLES_DIR=$programs TEST_FIGURES=$log_dir/figures.txt
    : >"$TEST_FIGURES"
    for name in "${sage_names[@]}"; do
        step "Sage 300: $name"
        "measure_${name//-/_}" || status=1
    done
    step 'Measured'
    cat -- "$TEST_FIGURES"
    return "$status"
}

# 2,000 invoices over eight companies.
measure_lost_answers() { TEST_LOST_ANSWER_INVOICES=${TEST_LOST_ANSWER_INVOICES:-2000} run_suite LostAnswers; }

measure_frozen() { TEST_FREEZE_ROUNDS=${TEST_FREEZE_ROUNDS:-200} run_suite FrozenWorkers; }

measure_wrong_password() { run_suite OneAttempt; }

# Ten minutes, after the time it takes to read the orders.
measure_away() {
    TEST_AWAY_ORDERS=${TEST_AWAY_ORDERS:-100000} TEST_AWAY_SECONDS=${TEST_AWAY_SECONDS:-600} \
        TEST_AWAY_PROBE_SECONDS=5 run_suite Away
}

measure_calls() { run_suite CallsPerBatch; }

measure_culprits() { TEST_CULPRITS=2 run_suite Culprits; }

# Every test but the speed has no company to measure unless it is told how many.
measure_speed() {
    TEST_SPEED_COMPANIES=1 run_suite CallsPerBatch/.*second || return 1
    TEST_SPEED_COMPANIES=20 run_suite CallsPerBatch/.*second
}

# run_suite NAME: the tests of a suite, or those of it that a pattern matches.
run_suite() {
    local status=0
    # A session of its own, so that an interrupted run leaves nothing behind.
    env "$(owner_mark)" setsid swift test --skip-build --filter "EndToEnd/$1" </dev/null \
        > >(grep --line-buffered -v '^◇ ' | tee -a "$log_dir/bench-sage.log") 2>&1 9>&- &
    foreground_pid=$!
    wait "$foreground_pid" || status=$?
    foreground_pid=''
    return "$status"
}
