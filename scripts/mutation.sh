#!/usr/bin/env bash
# A mutation run over codec, peer table and receive buffer (stryker.config.json); the score is printed at the end.
# Stryker is fetched on demand: it has more packages than everything else here together.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ -d .cache/stryker/node_modules/@stryker-mutator/core ] ||
  npm install --silent --no-save --legacy-peer-deps --prefix .cache/stryker \
    @stryker-mutator/core@9.6.1 @stryker-mutator/vitest-runner@9.6.1
exec node .cache/stryker/node_modules/@stryker-mutator/core/bin/stryker.js run "$@"
