# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names below are shared with the scripts that source this
# A private RabbitMQ cluster of three nodes: own epmd, cookie, data and ports, all on loopback, beside the one broker.

cluster_nodes=(1 2 3)

cluster_dir() { printf '%s' "$local_dir/cluster"; }

# start_cluster: sets CLUSTER_URLS (the three nodes, as AMQP_URL takes them). `cluster/node` steers the nodes afterwards.
start_cluster() {
    local node
    broker_scripts=$(find_broker_scripts) ||
        fail "RabbitMQ's server is not installed" "run deploy/install-dependencies"
    stop_cluster
    rm -rf -- "$(cluster_dir)"
    pick_port cluster_epmd_port cluster_epmd
    for node in "${cluster_nodes[@]}"; do
        pick_port "cluster_amqp_port_$node" "cluster_amqp_$node"
        pick_port "cluster_dist_port_$node" "cluster_dist_$node"
    done
    write_cluster_files
    spawn cluster-epmd epmd -port "$cluster_epmd_port" -address 127.0.0.1
    # The first makes the cluster, the others find it there.
    start_node 1
    start_node 2 &
    start_node 3
    wait $!
    wait_until 60 'joining the cluster' cluster_is_whole ||
        fail_with_log "$log_dir/cluster-3.log" 'the private RabbitMQ cluster did not come together'
    set_cluster_urls
    say "cluster of ${#cluster_nodes[@]} nodes ready on 127.0.0.1"
}

stop_cluster() {
    local node pid
    for node in "${cluster_nodes[@]}"; do
        if pid=$(pid_of "cluster-$node"); then kill -CONT "$pid" 2>/dev/null || true; fi
    done
    # Nobody wants the data: nodes that say good-bye to each other take half a minute.
    stop_signal=KILL stop_all 5 "${cluster_nodes[@]/#/cluster-}" cluster-epmd
}

set_cluster_urls() {
    local node port
    CLUSTER_URLS=''
    for node in "${cluster_nodes[@]}"; do
        port=$(<"$run_dir/cluster_amqp_$node.port")
        CLUSTER_URLS+=${CLUSTER_URLS:+,}amqp://connector:$(kept_secret broker)@127.0.0.1:$port/connector
    done
}

cluster_is_whole() {
    [[ $("$(cluster_dir)/node" ctl 1 eval 'length(rabbit_nodes:all_running()).' 2>/dev/null) == "${#cluster_nodes[@]}" ]]
}

# start_node N, also one that was killed: returns once it greets.
start_node() {
    local node=$1
    (
        unset "${!RABBITMQ_@}" "${!ERL_@}"
        # shellcheck source=/dev/null
        source "$(cluster_dir)/$node/environment"
        cd "$(cluster_dir)/$node" || exit 1
        export RUNNING_UNDER_SYSTEMD=true
        spawn "cluster-$node" "$broker_scripts/rabbitmq-server"
    )
    wait_until 120 "starting node $node" node_answers "$node" ||
        fail_with_log "$log_dir/cluster-$node.log" "node $node of the private RabbitMQ cluster did not start"
}

node_answers() {
    local first='' port
    is_running "cluster-$1" || return 2
    port=$(<"$run_dir/cluster_amqp_$1.port")
    { exec 4<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || return 1
    printf 'AMQP\0\0\x09\x01' >&4
    LC_ALL=C IFS= read -r -t 2 -N 1 -u 4 first 2>/dev/null || true
    exec 4>&-
    [[ $first == $'\x01' ]]
}

signal_node() {
    local pid
    pid=$(pid_of "cluster-$2") || fail "node $2 is not running"
    kill -"$1" "$pid"
}

write_cluster_files() {
    local dir node
    dir=$(cluster_dir)
    mkdir -p "$dir/home"
    chmod 700 "$dir"
    (umask 077 && random_secret >"$dir/home/.erlang.cookie")
    chmod 400 "$dir/home/.erlang.cookie"
    for node in "${cluster_nodes[@]}"; do
        mkdir -p "$dir/$node"/{mnesia,plugins-expand,config}
        : >"$dir/$node/rabbitmq-env.conf"
        printf '[].\n' >"$dir/$node/enabled_plugins"
        (umask 077 && node_configuration "$node" >"$dir/$node/rabbitmq.conf")
        node_environment "$node" >"$dir/$node/environment"
    done
    write_node_script
}

node_configuration() {
    local port=cluster_amqp_port_$1 node
    cat <<CONFIGURATION
listeners.tcp.1 = 127.0.0.1:${!port}
default_user = connector
default_pass = $(kept_secret broker)
default_vhost = connector
default_user_tags.administrator = true
log.console = true
log.console.level = info
log.console.use_colors = off
log.file = false
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.absolute = 1GB
raft.wal_max_size_bytes = 64000000
cluster_partition_handling = pause_minority
net_ticktime = 15
cluster_formation.peer_discovery_backend = classic_config
CONFIGURATION
    for node in "${cluster_nodes[@]}"; do
        printf 'cluster_formation.classic_config.nodes.%s = connector%s@localhost\n' "$node" "$node"
    done
}

node_environment() {
    local dir name port=cluster_dist_port_$1
    dir=$(cluster_dir)/$1
    local -A settings=(
        [HOME]=$(cluster_dir)/home
        [ERL_EPMD_PORT]=$cluster_epmd_port
        [ERL_EPMD_ADDRESS]=127.0.0.1
        [RABBITMQ_NODENAME]=connector$1@localhost
        [RABBITMQ_DIST_PORT]=${!port}
        [RABBITMQ_CONF_ENV_FILE]=$dir/rabbitmq-env.conf
        [RABBITMQ_CONFIG_FILE]=$dir/rabbitmq.conf
        [RABBITMQ_ADVANCED_CONFIG_FILE]=$dir/advanced.config
        [RABBITMQ_ENABLED_PLUGINS_FILE]=$dir/enabled_plugins
        [RABBITMQ_MNESIA_BASE]=$dir/mnesia
        [RABBITMQ_LOG_BASE]=$log_dir
        [RABBITMQ_GENERATED_CONFIG_DIR]=$dir/config
        [RABBITMQ_PLUGINS_EXPAND_DIR]=$dir/plugins-expand
        [RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS]='-kernel inet_dist_use_interface {127,0,0,1}'
        [RABBITMQ_CTL_ERL_ARGS]='-kernel inet_dist_use_interface {127,0,0,1}'
        [RABBITMQ_CTL_DIST_PORT_MIN]=35672
        [RABBITMQ_CTL_DIST_PORT_MAX]=36671
    )
    for name in "${!settings[@]}"; do printf 'export %s=%q\n' "$name" "${settings[$name]}"; done | sort
}

# `cluster/node start|kill|freeze|thaw N` and `cluster/node ctl N ARGUMENT…`, for whoever disturbs the cluster.
write_node_script() {
    local file
    file=$(cluster_dir)/node
    {
        printf '#!/bin/bash\n# Steers one node of the private cluster of this folder.\nset -euo pipefail\n'
        for name in common progress ports processes broker cluster; do
            printf 'source %q\n' "$checkout/deploy/lib/$name.sh"
        done
        printf 'use_folder %q\nbroker_scripts=%q\n' "$local_dir" "$broker_scripts"
        cat <<'SCRIPT'
# A node outlives whoever started it, and must keep none of its files open: a test would wait for them.
close_inherited() {
    local fd
    for fd in /proc/"$$"/fd/*; do
        fd=${fd##*/}
        if ((fd > 2 && fd != 255)); then eval "exec $fd>&-"; fi
    done
}
case ${1:-} in
    start)
        close_inherited
        start_node "$2"
        ;;
    kill) signal_node KILL "$2" ;;
    freeze) signal_node STOP "$2" ;;
    thaw) signal_node CONT "$2" ;;
    ctl)
        unset "${!RABBITMQ_@}" "${!ERL_@}"
        source "$(cluster_dir)/$2/environment"
        exec "$broker_scripts/rabbitmqctl" "${@:3}"
        ;;
    *) fail "usage: node start|kill|freeze|thaw N, node ctl N ARGUMENT…" ;;
esac
SCRIPT
    } >"$file"
    chmod 700 "$file"
}
