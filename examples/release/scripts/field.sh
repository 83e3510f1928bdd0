#!/bin/sh
# Reads one text out of JSON on standard input, where there is no jq: field.sh NAME
set -eu
grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4
