#!/usr/bin/env bash
# Packs the library, installs it as a user does (without install scripts), and uses every export of it.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
user=$(mktemp -d)
trap 'rm -rf "$user"' EXIT

npm pack --silent --workspace aioespnow --pack-destination "$user" --prefix "$root" >"$user/tarball"
cd "$user"
printf '{ "name": "user", "private": true, "type": "module" }\n' >package.json
npm install --silent --ignore-scripts "./$(tail -n 1 tarball)"
cp "$root/scripts/installed-package.js" .
node --test installed-package.js
