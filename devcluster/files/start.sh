#!/bin/sh
# As in docker-stacks: runs the hooks, here the image's prepare.sh, and then the command.
exec /usr/bin/prepare.sh "$@"
