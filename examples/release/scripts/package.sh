#!/bin/sh
# Packages build/ so that the same files give the same bytes: package.sh FILE
set -eu
tar --create --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=755 build | gzip --no-name > "$1"
echo "packaged $1"
