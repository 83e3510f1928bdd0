#!/bin/sh
set -eu
[ "$(build/greet Ada Lovelace)" = "Hello, Ada Lovelace!" ]
echo "arguments: ok"
