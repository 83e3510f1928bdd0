#!/bin/sh
set -eu
echo "migrate $TABLE"
printf '{"migrated":"%s"}' "$TABLE" > "$ATTINI_OUTPUT"
