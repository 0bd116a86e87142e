#!/bin/sh
# Makes a Redis Cluster of servers that do not belong to one yet: the first half masters, the others their
# replicas. Does nothing where there is one already.
#
#   create-cluster.sh HOST:PORT ...
set -eu

first=$1

is_whole() {
    redis-cli -h "${first%:*}" -p "${first##*:}" cluster info | grep -q '^cluster_state:ok'
}

if is_whole; then
    echo "the cluster is there"
    exit 0
fi
redis-cli --cluster create "$@" --cluster-replicas 1 --cluster-yes

# The servers tell each other; until all of them know, a gateway would be refused.
attempts=0
until is_whole; do
    attempts=$((attempts + 1))
    if [ "$attempts" -ge 60 ]; then
        echo "the cluster did not become whole" >&2
        exit 1
    fi
    sleep 1
done
