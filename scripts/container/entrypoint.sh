#!/bin/sh
# What a container runs: the command iommufd-emu with the container's arguments, in place of this shell.
#
# IOMMUFD_EMU_UMASK decides who may connect to the socket: 0077, the default, only the daemon's own user.
set -eu
umask "${IOMMUFD_EMU_UMASK:-0077}"
exec node "$(dirname "$0")/client/cli/iommufd-emu" "$@"
