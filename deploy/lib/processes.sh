# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names below are shared with the scripts that source this
# Processes that outlive the command that started them, found again by pid file and start time.

# Every process started here carries this in its environment, so that none is ever lost sight of.
owner_mark() { printf 'ML_CONNECTOR_FOLDER=%s' "$local_dir"; }

# start_time PID: the kernel's start time of a living process; fails for one that is gone or a zombie.
start_time() {
    local stat fields
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} != Z && ${fields[0]} != X ]] && printf '%s' "${fields[19]}"
}

# pid_of NAME: its pid if it runs; a pid file left by a crash or a reboot names nobody.
pid_of() {
    local pid began
    { read -r pid began <"$run_dir/$1.pid"; } 2>/dev/null || return 1
    [[ -n ${began:-} && $(start_time "$pid") == "$began" ]] && printf '%s' "$pid"
}

is_running() { pid_of "$1" >/dev/null; }

# lock_folder NAME: one run of a script at a time in this folder; the lock goes with the process, whose pid it records.
lock_folder() {
    exec 9>>"$run_dir/$1.lock"
    if ! flock -n 9; then
        # A killed holder's last child may keep the lock for a moment.
        ! is_running "$1" && flock -w 5 9 || return 1
    fi
    record_pid "$1" "$$"
}

record_pid() { printf '%s %s\n' "$2" "$(start_time "$2")" >"$run_dir/$1.pid"; }

# spawn NAME COMMAND…: starts COMMAND detached, its output appended to log/NAME.log.
spawn() {
    local name=$1 pid
    shift
    env --default-signal=INT,QUIT "$(owner_mark)" setsid "$@" </dev/null >>"$log_dir/$name.log" 2>&1 9>&- &
    pid=$!
    record_pid "$name" "$pid"
    disown "$pid" 2>/dev/null || true
}

# stop_all SECONDS NAME…: asks all at once, waits for all, ends what does not listen.
stop_all() {
    local limit=$1 name pid
    local -a waiting=()
    shift
    for name in "$@"; do
        if pid=$(pid_of "$name"); then
            kill -"${stop_signal:-TERM}" "$pid" 2>/dev/null || true
            waiting+=("$name")
        else
            rm -f -- "$run_dir/$name.pid"
        fi
    done
    ((${#waiting[@]} > 0)) || return 0
    wait_until "$limit" "stopping ${waiting[*]}" none_running "${waiting[@]}" || true
    for name in "${waiting[@]}"; do
        if pid=$(pid_of "$name"); then
            warn "$name did not stop within $limit s and was killed (log/$name.log)"
            kill -KILL -- "-$pid" 2>/dev/null || kill -KILL "$pid" 2>/dev/null || true
        fi
        rm -f -- "$run_dir/$name.pid"
    done
}

none_running() {
    local name
    for name in "$@"; do ! is_running "$name" || return 1; done
}

# end_strays: ends what was started for this folder and no pid file names any more.
end_strays() {
    local signal attempt
    local -a pids
    for signal in TERM KILL; do
        for attempt in {1..30}; do
            mapfile -t pids < <(strays)
            ((${#pids[@]} > 0)) || return 0
            ((attempt > 1)) || kill -"$signal" "${pids[@]}" 2>/dev/null || true
            sleep 0.1
        done
    done
    warn "processes of $local_dir are still there: ${pids[*]}"
}

strays() {
    local file pid known=' '
    for file in "$run_dir"/*.pid; do
        [[ -e $file ]] || continue
        file=${file##*/}
        known+="$(pid_of "${file%.pid}" || true) "
    done
    while read -r pid; do
        [[ $pid == "$$" || $pid == "$BASHPID" ]] || descends_from "$known" "$pid" || printf '%s\n' "$pid"
    done < <(
        grep -lzxF -- "$(owner_mark)" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3 || true
        # PostgreSQL writes over its environment; its working folder is always its data.
        find /proc/[0-9]*/cwd -maxdepth 0 -lname "$(glob_literal "$local_dir/postgres/data")" 2>/dev/null |
            cut -d / -f 3 || true
    )
}

# descends_from " PID PID " PROCESS: PROCESS is one of them, or a child's child of one; or it is gone already.
descends_from() {
    local pid=$2 stat fields
    while ((pid > 1)); do
        [[ $1 != *" $pid "* ]] || return 0
        { read -r stat <"/proc/$pid/stat"; } 2>/dev/null || return 0
        read -ra fields <<<"${stat##*) }"
        [[ $pid != "$2" || ${fields[0]} != [ZX] ]] || return 0
        pid=${fields[1]}
    done
    return 1
}

glob_literal() { printf '%s' "$1" | sed 's/[][*?\\]/\\&/g'; }
