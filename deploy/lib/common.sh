# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names below are shared with the scripts that source this
# Where things are, and how the scripts speak. Sourced first by deploy/demo and deploy/test.

shopt -s inherit_errexit

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

# Everything the scripts make lies in here, and nothing of theirs anywhere else.
local_dir=${ML_LOCAL_DIR:-$checkout/.local}
[[ $local_dir == /* ]] || local_dir=$PWD/$local_dir

if [[ -t 1 ]]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
    bold='' dim='' red='' green='' plain=''
fi

step() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
say() { printf '   %s\n' "$*"; }
warn() { printf '%swarning:%s %s\n' "$red" "$plain" "$*" >&2; }

# fail WHAT [NEXT STEP…]: says both and ends the script.
fail() {
    printf '\n%serror:%s %s\n' "$red" "$plain" "$1" >&2
    shift
    local line
    for line in "$@"; do printf '   next: %s\n' "$line" >&2; done
    exit 1
}

# fail_with_log LOG WHAT [NEXT STEP…]: the same, after the end of the log that tells why.
fail_with_log() {
    local log=$1
    shift
    if [[ -s $log ]]; then
        printf '\n%slast lines of %s%s\n' "$dim" "$log" "$plain" >&2
        tail -n 25 -- "$log" | sed 's/^/   | /' >&2
    fi
    fail "$@" "read all of $log"
}

# use_folder FOLDER: the folder whose logs, pid files and ports the functions sourced after this work on.
use_folder() {
    local_dir=$1
    log_dir=$local_dir/log
    run_dir=$local_dir/run
    mkdir -p "$local_dir" "$log_dir" "$run_dir" ||
        fail "cannot make $local_dir" "make it writable, or choose another folder with ML_LOCAL_DIR"
    # Traversable whatever the umask: as root, the database's own user has to reach its data below.
    chmod u+rwx,go+x "$local_dir"
    chmod 700 "$run_dir"
}

# random_secret: 32 letters and digits, safe in a URI, a shell and an Erlang configuration.
random_secret() { openssl rand -hex 16; }

# kept_secret NAME: the secret of that name, made when there is none yet.
kept_secret() {
    local file=$run_dir/$1.secret
    [[ -s $file ]] || (umask 077 && random_secret >"$file")
    cat -- "$file"
}
