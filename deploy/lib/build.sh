# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names below are shared with the scripts that source this
# `swift build`, with its pulse on the screen and its errors, should there be any.

# build LABEL LOG ARGUMENT…: `swift ARGUMENT…`; what is wrong is shown, the rest is in the log.
build() {
    local label=$1 log=$log_dir/$2
    shift 2
    with_progress "$label" "$log" env "$(owner_mark)" swift "$@" && return 0
    grep -E '(error|warning):' "$log" | sort -u | head -n 40 >&2 || tail -n 40 "$log" >&2
    say "all of it: $log"
    return 1
}

release_folder() { swift build -c release --show-bin-path; }

# Every test, as one program.
test_bundle() { printf '%s/ml-connectorPackageTests.xctest' "$(swift build --show-bin-path)"; }
