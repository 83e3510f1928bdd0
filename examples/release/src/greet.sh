#!/bin/sh
# greet says hello. The build puts the version in.
case "${1-}" in
  --version) echo "greet @VERSION@" ;;
  "") echo "Hello, world!" ;;
  *) echo "Hello, $*!" ;;
esac
