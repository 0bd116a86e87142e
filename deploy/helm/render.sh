#!/bin/sh
# Renders the chart into plain manifests: rendered/default.yaml with the defaults, which kubectl can apply as
# it is, and rendered/full.yaml with everything switched on but the alerts. To be run after each change of the
# chart, which a test notices. HELM is the program, helm 3 if not set. --digest only tells the digest.
set -eu

cd "$(dirname "$0")"
helm=${HELM:-helm}
# What the manifests were made of. The alerts are a link to deploy/prometheus and do not count.
digest=$(cd terminal-gateway && find . -type f ! -name README.md | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -d ' ' -f 1)
if [ "${1:-}" = --digest ]; then
    echo "$digest"
    exit
fi

render() { # NAME [ARGUMENT ...]
    target=rendered/$1.yaml
    shift
    {
        echo "# Made by deploy/helm/render.sh from the chart with the digest $digest"
        $helm template terminal-gateway terminal-gateway --namespace terminal-gateway "$@"
    } >"$target.new"
    mv "$target.new" "$target"
}

render default
render full --values terminal-gateway/ci/full-values.yaml
