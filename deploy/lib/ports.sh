# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names below are shared with the scripts that source this
# Loopback ports: configured, else the ones of the last run, else any free ones.

ports_given=' '

# No socket of this machine has the port, but for connections closed a while ago (TIME_WAIT, 06): servers may reuse it.
port_is_free() {
    local port
    printf -v port '%04X' "$1"
    ! grep -qE "^ *[0-9]+: [0-9A-F]+:$port [0-9A-F]+:[0-9A-F]+ (0[1-57-9]|0[A-F])" \
        /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# pick_port VARIABLE NAME: sets VARIABLE to ML_<NAME>_PORT, or to the last run's port, or to a free one.
pick_port() {
    local name=$2 setting port='' attempt
    setting=ML_${name^^}_PORT
    if [[ -n ${!setting:-} ]]; then
        port=${!setting}
        if [[ ! $port =~ ^[0-9]{1,5}$ ]] || ((port == 0 || port > 65535)); then fail "$setting=$port is not a port"; fi
        port_is_free "$port" || fail "port $port ($setting) is in use" "choose another, or unset $setting"
    elif [[ -s $run_dir/$name.port ]] && port_is_free "$(<"$run_dir/$name.port")"; then
        port=$(<"$run_dir/$name.port")
    fi
    if [[ -z $port || $ports_given == *" $port "* ]]; then
        # Below Linux's range for outgoing connections, which would otherwise take it in between.
        for attempt in {1..200}; do
            port=$((20000 + SRANDOM % 12000))
            [[ $ports_given != *" $port "* ]] && port_is_free "$port" && break
            ((attempt < 200)) || fail "no free port between 20000 and 32000 on this machine"
        done
    fi
    ports_given+="$port "
    printf '%s\n' "$port" >"$run_dir/$name.port"
    printf -v "$1" '%s' "$port"
}

# port_answers PORT: something accepts connections there.
port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
