#!/bin/sh
# Starts one of several servers of which one is the master and Sentinels say which.
#
#   start-replicated.sh FOLDER BASE MASTER SELF [OPTION ...]
#
# FOLDER  its data; the configuration lies there too, because a failover rewrites it
# BASE    configuration that is the same for all
# MASTER  host:port of the server that is the master at the very first start
# SELF    host:port of this one
set -eu

folder=$1 base=$2 master=$3 self=$4
shift 4

# Made once: afterwards it holds what the Sentinels have decided, and must not be forgotten at a restart.
if [ ! -s "$folder/redis.conf" ]; then
    {
        echo "include $base"
        echo "dir $folder"
        # A master that has lost its replicas takes no payment that a failover would forget.
        echo "min-replicas-to-write 1"
        echo "min-replicas-max-lag 10"
        if [ "$self" != "$master" ]; then
            echo "replicaof ${master%:*} ${master##*:}"
        fi
    } >"$folder/redis.conf.new"
    mv "$folder/redis.conf.new" "$folder/redis.conf"
fi

exec redis-server "$folder/redis.conf" "$@"
