# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names below are shared with the scripts that source this
# Long commands: their output goes to a log, their pulse to the screen.

foreground_pid=''

# with_progress LABEL LOG COMMAND…: runs COMMAND, shows how far its log has come, returns its status.
with_progress() {
    local label=$1 log=$2 began=$SECONDS told=0 status=0
    shift 2
    : >"$log"
    # In a session of its own, so that an interrupted script can end the command with all its children.
    setsid "$@" </dev/null >"$log" 2>&1 9>&- &
    foreground_pid=$!
    [[ -t 1 ]] || say "$label …"
    while kill -0 "$foreground_pid" 2>/dev/null; do
        local elapsed=$((SECONDS - began))
        if [[ -t 1 ]]; then
            printf '\r\e[K   %s … %d s %s%s%s' "$label" "$elapsed" "$dim" "$(last_line "$log")" "$plain"
        elif ((elapsed - told >= 10)); then
            told=$elapsed
            say "$label: $elapsed s $(last_line "$log")"
        fi
        sleep 0.2
    done
    wait "$foreground_pid" || status=$?
    foreground_pid=''
    [[ -t 1 ]] && printf '\r\e[K'
    if ((status == 0)); then
        say "$label: done in $((SECONDS - began)) s"
    else
        say "$label: ${red}failed${plain} after $((SECONDS - began)) s"
    fi
    return "$status"
}

# wait_until SECONDS LABEL CONDITION…: true as soon as CONDITION is, false after SECONDS or when it says 2 (hopeless).
wait_until() {
    local limit=$1 label=$2 began=$SECONDS told=0 status=0
    shift 2
    while true; do
        status=0
        "$@" || status=$?
        local elapsed=$((SECONDS - began))
        if ((status != 1 || elapsed >= limit)); then break; fi
        if [[ -t 1 ]]; then
            ((elapsed < 1)) || printf '\r\e[K   %s … %d s' "$label" "$elapsed"
        elif ((elapsed >= 2 && (told == 0 || elapsed - told >= 10))); then
            told=$elapsed
            say "$label: $elapsed s"
        fi
        sleep 0.1
    done
    [[ -t 1 ]] && printf '\r\e[K'
    return "$status"
}

end_foreground() {
    [[ -n $foreground_pid ]] || return 0
    kill -TERM -- "-$foreground_pid" 2>/dev/null || kill -TERM "$foreground_pid" 2>/dev/null || true
    wait "$foreground_pid" 2>/dev/null || true
    foreground_pid=''
}

# The log's last line that says something, without colours, short enough for a terminal.
last_line() {
    tail -c 600 -- "$1" 2>/dev/null | tr '\r' '\n' | sed $'s/\e\\[[0-9;]*[A-Za-z]//g; /^[[:space:]]*$/d' |
        tail -n 1 | cut -c 1-70
}
