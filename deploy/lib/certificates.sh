# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the names below are shared with the scripts that source this
# A private certificate authority for the tests' TLS listener, and a second one that signed nothing.

make_certificates() {
    local dir=$local_dir/certificates
    mkdir -p "$dir"
    chmod 700 "$dir"
    {
        make_authority "$dir/authority" 'ml-connector test authority'
        make_authority "$dir/stranger" 'ml-connector test stranger'
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost \
            -keyout "$dir/server.key" -out "$dir/server.csr"
        openssl x509 -req -in "$dir/server.csr" -CA "$dir/authority.pem" -CAkey "$dir/authority.key" \
            -CAcreateserial -days 30 -out "$dir/server.pem" \
            -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n')
    } >"$log_dir/openssl.log" 2>&1 ||
        fail_with_log "$log_dir/openssl.log" 'openssl could not make the test certificates'
}

make_authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=$2" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign \
        -keyout "$1.key" -out "$1.pem"
}
