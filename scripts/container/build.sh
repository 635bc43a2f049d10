#!/bin/sh
# Builds everything in a source tree: the daemon, the clients and the shim. Run from anywhere; needs Node and a C compiler.
#
# Packages that are in node_modules already are taken as they are, so that it also runs without a network.
set -eu
cd "$(dirname "$0")/../.."

[ -d node_modules ] || npm ci --ignore-scripts
npm run build
npm run build:c
