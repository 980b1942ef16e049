#!/usr/bin/env bash
# Packs the library and the command, installs them as a user does (without install scripts), and uses every export.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
user=$(mktemp -d)
trap 'rm -rf "$user"' EXIT

npm pack --silent --workspace aioespnow --workspace espnow-micropython --workspace espnow-gateway --workspace espnow --pack-destination "$user" --prefix "$root" >"$user/tarballs"
cd "$user"
printf '{ "name": "user", "private": true, "type": "module" }\n' >package.json
npm install --silent --ignore-scripts ./aioespnow-*.tgz ./espnow-*.tgz
cp "$root/scripts/installed-package.js" .
node --test installed-package.js
