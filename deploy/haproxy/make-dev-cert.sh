#!/bin/sh
# Makes the self-signed certificate that the balancer uses until you bring your own.
#
#   make-dev-cert.sh DIRECTORY [SAN ...]
#
# DIRECTORY/gateway.pem  key and certificate, for haproxy; never written if it exists
# DIRECTORY/gateway.crt  the certificate alone, for clients that shall trust it
#
# The certificate is valid for localhost, 127.0.0.1 and ::1, and for what is given as SAN in the words of
# openssl, such as DNS:tills.example or IP:192.168.1.10. CERT_OWNER, if set, is the owner of gateway.pem in
# the words of chown; whoever is the owner's group can read the key, nobody else.
set -eu

if [ $# -lt 1 ]; then
    echo "usage: $0 DIRECTORY [SAN ...]" >&2
    exit 2
fi
directory=$1
shift

mkdir -p "$directory"
# In the same directory, so that what is moved out of it appears whole or not at all.
scratch=$(mktemp -d "$directory/.new.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

names="DNS:localhost,IP:127.0.0.1,IP:::1"
for name in "$@"; do
    names="$names,$name"
done

if [ ! -s "$directory/gateway.pem" ]; then
    # An own configuration, because the one of the system differs and may add a second basicConstraints.
    # Not a CA: whoever trusts this certificate trusts this balancer and nothing else.
    cat >"$scratch/openssl.cnf" <<CONFIG
[req]
prompt = no
distinguished_name = subject
x509_extensions = extensions
[subject]
CN = localhost
O = Terminal Gateway development
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
subjectAltName = $names
CONFIG
    umask 077
    # 825 days is the longest that all common clients accept.
    openssl req -x509 -config "$scratch/openssl.cnf" -days 825 -nodes \
        -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
        -keyout "$scratch/key.pem" -out "$scratch/cert.pem" 2>"$scratch/log" || {
        cat "$scratch/log" >&2
        exit 1
    }
    cat "$scratch/key.pem" "$scratch/cert.pem" >"$scratch/gateway.pem"
    if [ -n "${CERT_OWNER:-}" ]; then
        chown "$CERT_OWNER" "$scratch/gateway.pem"
    fi
    chmod 640 "$scratch/gateway.pem"
    # A link fails if the name is taken: of two that start at once, the first one's certificate stays.
    if ln "$scratch/gateway.pem" "$directory/gateway.pem" 2>/dev/null; then
        echo "made a self-signed development certificate: $directory/gateway.pem"
    fi
fi

# Always taken from the one in use, which may be yours.
openssl x509 -in "$directory/gateway.pem" -out "$scratch/gateway.crt"
chmod 644 "$scratch/gateway.crt"
mv -f "$scratch/gateway.crt" "$directory/gateway.crt"
