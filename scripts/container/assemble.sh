#!/bin/sh
# assemble.sh TARGET: copies what the daemon and its command need at run time from a built source tree into the empty
# directory TARGET, which can be moved anywhere. Needs no network.
set -eu
target=${1:?usage: assemble.sh TARGET}
mkdir -p "$target"
target=$(cd "$target" && pwd)
cd "$(dirname "$0")/../.."
[ -z "$(ls -A "$target")" ] || { echo "assemble.sh: $target is not empty" >&2; exit 1; }

mkdir -p "$target/build" "$target/client/c" "$target/client/cli" "$target/node_modules"
cp -a package.json package-lock.json LICENSE "$target/"
cp -a build/daemon build/client build/proto "$target/build/"
# For programs of other containers: the headers here, the libraries in build/client. Where they were built means nothing there.
cp -a client/c/include "$target/client/c/"
cp -a client/cli/iommufd-emu "$target/client/cli/"
rm -rf "$target"/build/client/*/objects "$target/build/client/c-asan" "$target/build/client/c/iommufd-emu.pc"
cp -a scripts/container/entrypoint.sh scripts/container/healthcheck.sh "$target/"
# "/." also follows node_modules where that is a link.
cp -a node_modules/. "$target/node_modules/"
cd "$target"
npm prune --omit=dev --offline --ignore-scripts --no-audit --no-fund
