# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names below are shared with the scripts that source this
# A private PostgreSQL: own data folder and port, TCP on loopback only. There is no Unix socket: a socket's path may
# hold 107 bytes, a checkout's may be longer.

database_dir() { printf '%s' "$local_dir/postgres"; }

# start_database durable|unsafe: sets DATABASE_ADMIN_URL. `unsafe` does not wait for the disk: tests only.
start_database() {
    local -a durability=()
    [[ $1 != unsafe ]] || durability=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
    postgres_bin=$(find_postgres) || fail "PostgreSQL's server is not installed" 'run deploy/install-dependencies'
    choose_database_user
    if is_running postgres; then
        database_port=$(<"$run_dir/database.port")
        set_database_url
        say "database already running on 127.0.0.1:$database_port"
        return 0
    fi
    [[ -s $(database_dir)/data/PG_VERSION ]] || create_cluster
    check_cluster_owner
    forget_dead_postmaster
    local attempt
    for attempt in 1 2 3; do
        pick_port database_port database
        : >"$log_dir/postgres.log"
        spawn postgres "${as_database_user[@]}" "$postgres_bin/postgres" -D "$(database_dir)/data" \
            -c listen_addresses=127.0.0.1 -c port="$database_port" -c unix_socket_directories= \
            -c max_connections=300 -c logging_collector=off -c log_destination=stderr \
            -c password_encryption=scram-sha-256 "${durability[@]}"
        set_database_url
        if wait_until 60 'starting the database' database_answers; then
            say "database ready on 127.0.0.1:$database_port"
            return 0
        fi
        if ((attempt == 3)) || ! grep -q 'could not bind' "$log_dir/postgres.log"; then break; fi
        stop_database
        rm -f -- "$run_dir/database.port"
    done
    fail_with_log "$log_dir/postgres.log" 'the private PostgreSQL did not start'
}

# INT is PostgreSQL's fast shutdown: sessions are ended, the data is left clean.
stop_database() { stop_signal=INT stop_all 30 postgres; }

find_postgres() {
    local -a found
    shopt -s nullglob
    found=(/usr/lib/postgresql/*/bin/initdb)
    shopt -u nullglob
    ((${#found[@]} > 0)) && printf '%s\n' "${found[@]%/initdb}" | sort -V | tail -n 1
}

# PostgreSQL refuses to run as root, so root runs it as `postgres`.
choose_database_user() {
    as_database_user=()
    mkdir -p "$(database_dir)"
    ((EUID == 0)) || return 0
    chown postgres: "$(database_dir)"
    as_database_user=(setpriv --reuid=postgres --regid=postgres --init-groups)
    database_user_reaches && return 0
    # A checkout below /root, say: PostgreSQL may then pass through the closed folders above its own, and only
    # those of this folder's server may.
    local capability
    for capability in dac_read_search dac_override; do
        as_database_user=(
            setpriv --reuid=postgres --regid=postgres --init-groups
            "--inh-caps=+$capability" "--ambient-caps=+$capability"
        )
        database_user_reaches && return 0
    done
    fail "the user postgres may not enter $(database_dir)" \
        'run again with ML_LOCAL_DIR=/var/tmp/ml-connector (or any folder it may enter)'
}

database_user_reaches() {
    "${as_database_user[@]}" env -C "$(database_dir)" test -w . 2>/dev/null
}

check_cluster_owner() {
    local owner
    owner=$(stat -c %U "$(database_dir)/data")
    if ((EUID == 0)); then
        [[ $owner == postgres ]] || fail "the database in $local_dir belongs to $owner, and this is root" \
            "run as $owner, or remove it with deploy/demo --down"
    else
        [[ -O $(database_dir)/data ]] || fail "the database in $local_dir belongs to $owner" \
            "run as the user who made it, or remove it as that user with deploy/demo --down"
    fi
}

# After a crash PostgreSQL refuses to start while any process has the pid its lock file names.
forget_dead_postmaster() {
    local data pid
    data=$(database_dir)/data
    { read -r pid <"$data/postmaster.pid"; } 2>/dev/null || return 0
    [[ $(readlink "/proc/$pid/cwd" 2>/dev/null) == "$data" ]] || rm -f -- "$data/postmaster.pid"
}

create_cluster() {
    local secret_file
    secret_file=$(database_dir)/initial-secret
    rm -rf -- "$(database_dir)/data" "$secret_file"
    (umask 077 && kept_secret database >"$secret_file")
    ((EUID != 0)) || chown postgres: "$secret_file"
    with_progress 'creating the database' "$log_dir/initdb.log" \
        env -C "$(database_dir)" LC_ALL=C.UTF-8 "${as_database_user[@]}" "$postgres_bin/initdb" \
        --pgdata="$(database_dir)/data" --username=postgres --pwfile="$secret_file" --auth=scram-sha-256 \
        --encoding=UTF8 --locale=C.UTF-8 --no-instructions --no-sync ||
        fail_with_log "$log_dir/initdb.log" 'the private database could not be created'
    rm -f -- "$secret_file"
}

set_database_url() {
    DATABASE_ADMIN_URL=postgresql://postgres:$(kept_secret database)@127.0.0.1:$database_port/postgres
}

database_answers() {
    is_running postgres || return 2
    database_query 'select 1' >/dev/null 2>&1 || return 1
}

# database_query SQL [DATABASE]: as the superuser, one value a line.
database_query() {
    PGPASSWORD=$(kept_secret database) PGCONNECT_TIMEOUT=5 "$postgres_bin/psql" -X -q -A -t \
        -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$database_port" -U postgres -d "${2:-postgres}" -c "$1"
}

# ensure_database NAME OWNER: makes the database when it is not there.
ensure_database() {
    [[ $(database_query "select 1 from pg_database where datname = '$1'") == 1 ]] ||
        database_query "create database \"$1\" owner \"$2\"" >/dev/null ||
        fail_with_log "$log_dir/postgres.log" "the database '$1' could not be created"
}
