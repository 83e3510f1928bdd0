#!/usr/bin/env bash
# Runs $RUNNERCTL validate over $PATHS, one a line, for the action beside this file.
set -euo pipefail

arguments=()
while IFS= read -r parameter; do
  if [[ -n $parameter ]]; then arguments+=("--parameter=$parameter"); fi
done <<<"$PARAMETERS"
if [[ -n $LOOKUPS ]]; then arguments+=("--lookups=$LOOKUPS"); fi
arguments+=(--skip-others --)
while IFS= read -r path; do
  if [[ -n $path ]]; then arguments+=("$path"); fi
done <<<"$PATHS"

# Its errors are the next command's too, which shows them at their lines.
if [[ -n $SARIF ]]; then
  "$RUNNERCTL" validate --format=sarif "${arguments[@]}" >"$SARIF" || true
fi
exec "$RUNNERCTL" validate --format=github "${arguments[@]}"
