#!/bin/sh
set -eu
[ "$(build/greet --version)" = "greet test" ]
echo "version: ok"
