#!/bin/sh
# Starts a Sentinel that watches over the servers of start-replicated.sh.
#
#   start-sentinel.sh FOLDER NAME MASTER [OPTION ...]
#
# FOLDER  where its configuration lies, which it keeps rewriting
# NAME    the master's name, REDIS_SENTINEL_NAME of the gateways
# MASTER  host:port of the master at the very first start
set -eu

folder=$1 name=$2 master=$3
shift 3

if [ ! -s "$folder/sentinel.conf" ]; then
    {
        echo "dir $folder"
        # Two of three must agree.
        echo "sentinel monitor $name ${master%:*} ${master##*:} 2"
        echo "sentinel down-after-milliseconds $name 1000"
        echo "sentinel failover-timeout $name 10000"
        echo "sentinel parallel-syncs $name 1"
    } >"$folder/sentinel.conf.new"
    mv "$folder/sentinel.conf.new" "$folder/sentinel.conf"
fi

exec redis-server "$folder/sentinel.conf" --sentinel "$@"
