#!/bin/sh
set -eu
[ "$(build/greet)" = "Hello, world!" ]
echo "greeting: ok"
