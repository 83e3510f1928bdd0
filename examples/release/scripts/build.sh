#!/bin/sh
# Builds greet into build/: build.sh VERSION
set -eu
mkdir -p build
sed "s/@VERSION@/$1/" src/greet.sh > build/greet
chmod 755 build/greet
echo "built greet $1"
