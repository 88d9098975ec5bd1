# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names below are shared with the scripts that source this
# A private RabbitMQ: own epmd, node, cookie, data and ports, all on loopback.
# Debian's /usr/sbin/rabbitmq-server switches to the system's user and folders, so the server's own script is called.

broker_dir() { printf '%s' "$local_dir/rabbitmq"; }

# start_broker [tls] [management]: sets AMQP_URL, and AMQPS_URL and AMQP_MANAGEMENT_URL when asked for.
start_broker() {
    local tls='' management='' attempt option
    for option in "$@"; do
        case $option in
            tls) tls=yes ;;
            management) management=yes ;;
        esac
    done
    broker_scripts=$(find_broker_scripts) ||
        fail "RabbitMQ's server is not installed" "run deploy/install-dependencies"
    if is_running rabbitmq && is_running epmd; then
        read_broker_ports
        set_broker_urls "$tls" "$management"
        say "broker already running on 127.0.0.1:$amqp_port"
        return 0
    fi
    stop_broker
    for attempt in 1 2 3; do
        pick_broker_ports
        write_broker_files "$tls" "$management"
        launch_broker
        if wait_until 90 'starting the broker' broker_answers; then
            set_broker_urls "$tls" "$management"
            say "broker ready on 127.0.0.1:$amqp_port"
            return 0
        fi
        # Another program may have taken a port between our look and the broker's.
        if ((attempt == 3)) || ! grep -q eaddrinuse "$log_dir/rabbitmq.log"; then break; fi
        stop_broker
        rm -f -- "$run_dir"/{epmd,dist,amqp,amqps,management}.port
    done
    fail_with_log "$log_dir/rabbitmq.log" 'the private RabbitMQ did not start'
}

stop_broker() {
    stop_all 30 rabbitmq
    stop_all 5 epmd
}

find_broker_scripts() {
    local -a found
    shopt -s nullglob
    found=(/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server)
    shopt -u nullglob
    ((${#found[@]} > 0)) && printf '%s' "${found[-1]%/rabbitmq-server}"
}

pick_broker_ports() {
    pick_port epmd_port epmd
    pick_port dist_port dist
    pick_port amqp_port amqp
    pick_port amqps_port amqps
    pick_port management_port management
}

read_broker_ports() {
    amqp_port=$(<"$run_dir/amqp.port")
    amqps_port=$(<"$run_dir/amqps.port")
    management_port=$(<"$run_dir/management.port")
}

set_broker_urls() {
    local account
    account=connector:$(kept_secret broker)
    AMQP_URL=amqp://$account@127.0.0.1:$amqp_port/connector
    [[ -z $1 ]] || AMQPS_URL=amqps://$account@localhost:$amqps_port/connector
    [[ -z $2 ]] || AMQP_MANAGEMENT_URL=http://$account@127.0.0.1:$management_port
}

# Not listening alone: the broker greets once every part of it has started.
broker_answers() {
    is_running rabbitmq || return 2
    local first=''
    { exec 4<>"/dev/tcp/127.0.0.1/$amqp_port"; } 2>/dev/null || return 1
    printf 'AMQP\0\0\x09\x01' >&4
    LC_ALL=C IFS= read -r -t 2 -N 1 -u 4 first 2>/dev/null || true
    exec 4>&-
    [[ $first == $'\x01' ]]
}

write_broker_files() {
    local dir
    dir=$(broker_dir)
    mkdir -p "$dir"/{home,mnesia,plugins-expand,config}
    chmod 700 "$dir"
    if [[ ! -s $dir/home/.erlang.cookie ]]; then
        (umask 077 && random_secret >"$dir/home/.erlang.cookie")
        chmod 400 "$dir/home/.erlang.cookie"
    fi
    : >"$dir/rabbitmq-env.conf"
    if [[ -n $2 ]]; then
        printf '[rabbitmq_management].\n' >"$dir/enabled_plugins"
    else
        printf '[].\n' >"$dir/enabled_plugins"
    fi
    write_broker_environment
    (umask 077 && broker_configuration "$@" >"$dir/rabbitmq.conf")
}

broker_configuration() {
    cat <<CONFIGURATION
listeners.tcp.1 = 127.0.0.1:$amqp_port
default_user = connector
default_pass = $(kept_secret broker)
default_vhost = connector
default_user_tags.administrator = true
log.console = true
log.console.level = info
log.console.use_colors = off
log.file = false
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.absolute = 3GB
raft.wal_max_size_bytes = 64000000
CONFIGURATION
    if [[ -n $1 ]]; then
        cat <<CONFIGURATION
listeners.ssl.1 = 127.0.0.1:$amqps_port
ssl_options.cacertfile = $local_dir/certificates/authority.pem
ssl_options.certfile = $local_dir/certificates/server.pem
ssl_options.keyfile = $local_dir/certificates/server.key
ssl_options.verify = verify_none
ssl_options.fail_if_no_peer_cert = false
CONFIGURATION
    fi
    if [[ -n $2 ]]; then
        cat <<CONFIGURATION
management.tcp.ip = 127.0.0.1
management.tcp.port = $management_port
CONFIGURATION
    fi
}

# `rabbitmq/environment` is what the server runs with; `rabbitmq/ctl` is rabbitmqctl for this broker.
write_broker_environment() {
    local dir name
    dir=$(broker_dir)
    local -A settings=(
        [HOME]=$dir/home
        [ERL_EPMD_PORT]=$epmd_port
        [ERL_EPMD_ADDRESS]=127.0.0.1
        [RABBITMQ_NODENAME]=connector@localhost
        [RABBITMQ_DIST_PORT]=$dist_port
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
        # Many rabbitmqctl at once, on a machine with other brokers, need more than its usual ten ports.
        [RABBITMQ_CTL_DIST_PORT_MIN]=35672
        [RABBITMQ_CTL_DIST_PORT_MAX]=36671
    )
    for name in "${!settings[@]}"; do printf 'export %s=%q\n' "$name" "${settings[$name]}"; done |
        sort >"$dir/environment"
    cat >"$dir/ctl" <<WRAPPER
#!/bin/bash
# rabbitmqctl for this folder's private broker.
unset "\${!RABBITMQ_@}" "\${!ERL_@}"
source $(printf %q "$dir/environment")
exec $(printf %q "$broker_scripts")/rabbitmqctl "\$@"
WRAPPER
    chmod 700 "$dir/ctl"
}

launch_broker() {
    : >"$log_dir/rabbitmq.log"
    (
        unset "${!RABBITMQ_@}" "${!ERL_@}"
        # shellcheck source=/dev/null
        source "$(broker_dir)/environment"
        cd "$(broker_dir)" || exit 1
        spawn epmd epmd -port "$epmd_port" -address 127.0.0.1
        # Makes the script replace itself by the server, which then gets our signals and owns the pid.
        export RUNNING_UNDER_SYSTEMD=true
        spawn rabbitmq "$broker_scripts/rabbitmq-server"
    )
}
