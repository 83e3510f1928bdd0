#!/bin/sh
set -eu
echo "call $URL"
test -n "$URL"
