# shellcheck shell=bash
# shellcheck disable=SC2154 # the names below are those of the script that sources this
# What a cluster of three promises, at full size: the end-to-end tests with more rounds, and what they measure.

bench_cluster() {
    local status=0
    build 'test build' debug.log build --build-tests || fail 'the tests do not build'
    start_cluster
    start_database durable
    ensure_database test postgres
    export TEST_CLUSTER_URLS=$CLUSTER_URLS TEST_CLUSTER_NODE="'${local_dir//\'/\'\\\'\'}/cluster/node'"
    # What every end-to-end test asks for.
    export TEST_AMQP_URL=${CLUSTER_URLS%%,*} TEST_RABBITMQCTL="$TEST_CLUSTER_NODE ctl 1"
    export TEST_DATABASE_URL=${DATABASE_ADMIN_URL%/postgres}/test
    export TEST_EXECUTABLES_DIR=$programs TEST_FIGURES=$log_dir/figures.txt
    export TEST_CLUSTER_ROUNDS=${TEST_CLUSTER_ROUNDS:-20} TEST_CLUSTER_MINUTES=${TEST_CLUSTER_MINUTES:-30}
    : >"$TEST_FIGURES"
    step 'Cluster'
    run_suite Clusters || status=1
    step 'Measured'
    cat -- "$TEST_FIGURES"
    return "$status"
}
