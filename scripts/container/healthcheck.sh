#!/bin/sh
# Exit status 0 if the daemon at IOMMUFD_EMU_SOCKET answers a request, else 1.
#
# It gives up before the container's own time limit for a health check does, which would leave it behind.
exec node "$(dirname "$0")/client/cli/iommufd-emu" status --quiet --timeout 3000
