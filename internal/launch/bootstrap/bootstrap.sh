# shellcheck shell=sh
# Shell.Command removes the comments and the indentation of this script. Its
# arguments: token, version, tries, stall and timeout in seconds, and then, for
# each kind of machine, its name, an address and a SHA-256.
set -u
token=$1 version=$2 tries=$3 stall=$4 timeout=$5
shift 5
directory='' child='' guard=''

has() { command -v "$1" >/dev/null 2>&1; }

# The output of the AWS CLI may contain the token.
fail() {
  code=$1
  shift
  printf 'attini-bootstrap: %s\n' "$*" >&2
  if [ -n "$token" ] && has aws; then
    aws stepfunctions send-task-failure --region "${ATTINI_AWS_REGION-}" --cli-connect-timeout 9 --cli-read-timeout 9 \
      --task-token "$token" --error 'Startup tasks failed' --cause "$*" >/dev/null 2>&1 || echo 'attini-bootstrap: the waiting step could not be failed' >&2
  fi
  leave "$code"
}

# A process that the shell has just forked keeps the shell's trap for a moment,
# and a SIGTERM that comes then is lost. SIGKILL is not.
leave() {
  kill -9 "$guard" 2>/dev/null
  kill "$child" 2>/dev/null
  [ -z "$directory" ] || rm -rf "$directory"
  exit "$1"
}

start() {
  export ATTINI_RUNNER_EXEC="$1"
  exec "$1" "$token" "$version"
}

# Compares as the agent does: three numbers, and nothing after a hyphen.
enough() {
  own=${1%%-*}. least=${version%%-*}.
  for _ in 1 2 3; do
    [ "${own%%.*}" -gt "${least%%.*}" ] && return
    [ "${own%%.*}" -eq "${least%%.*}" ] || return
    own=${own#*.} least=${least#*.}
  done
}

run() {
  "$@" &
  wait "$!"
}

get() {
  if has curl; then
    run curl -qgfsSL --connect-timeout "$stall" --speed-limit 1 --speed-time "$stall" -o "$file" --url "$url" && return
  fi
  has wget || return
  run wget -q -t 1 -T "$stall" -O "$file" "$url" && return
  # A BusyBox that is built without time limits, as Debian's is, crashes at -T.
  [ $? -gt 128 ] && run wget -q -O "$file" "$url"
}

# Process 1 does not get a signal that it has no trap for, and a trap waits for
# the command that runs, unless that is wait.
trap 'leave 143' TERM INT

status=0
attini-runner dry-run </dev/null >/dev/null 2>&1 || status=$?
case $status in
  0)
    # Without a download, the agent itself fails the step if it is too old.
    [ $# -gt 0 ] && [ -n "$version" ] || start attini-runner
    found=$(attini-runner command-mode version </dev/null 2>/dev/null)
    ! enough "$found" 2>/dev/null || start attini-runner
    why="the attini-runner in the image has the version '$found', and $version is required"
    ;;
  127) why='there is no attini-runner on PATH' ;;
  *) why="the attini-runner in the image does not work: its dry run ended with $status" ;;
esac

for name in uname mktemp chmod sleep rm; do
  has "$name" || fail 72 "$why, and to download one, $name is missing in the image"
done
system=$(uname -s) machine=$(uname -m)
case $machine in
  amd64) machine=x86_64 ;;
  arm64) machine=aarch64 ;;
esac
case $system/$machine in
  Linux/x86_64 | Linux/aarch64) ;;
  *) fail 71 "the agent is for Linux on x86_64 or aarch64, and this is $system on $machine" ;;
esac
url='' sum=''
while [ $# -ge 3 ]; do
  [ "$1" != "$machine" ] || url=$2 sum=$3
  shift 3
done
[ -n "$url" ] || fail 71 "$why, and the launcher has none to download for $machine; install attini-runner $version in the image"
has curl || has wget || fail 72 "$why, and neither curl nor wget is there to download one; install attini-runner $version in the image, or one of them"

# Some directories are not writable, others do not allow to run programs.
for parent in "${TMPDIR-}" /tmp /var/tmp "${HOME-}" "$PWD"; do
  [ -d "$parent" ] || continue
  directory=$(mktemp -d "$parent/attini-runner.XXXXXX") || continue
  file=$directory/attini-runner
  echo '#!/bin/sh' >"$file" && chmod 700 "$file" && "$file" && break
  rm -rf "$directory"
  directory=''
done 2>/dev/null
[ -n "$directory" ] || fail 73 "$why, and no directory lets one be downloaded to it and run; make TMPDIR, /tmp or HOME writable, or install attini-runner $version in the image"

# The shell waits until the time is over. The download ends the wait.
sleep "$timeout" &
guard=$!
{
  # Until it has started a program, the last one in the background is the guard.
  trap '[ "$!" = "$guard" ] || kill -9 "$!" 2>/dev/null; exit 1' TERM
  try=1 status=0
  until get; do
    if [ "$try" -ge "$tries" ]; then
      status=1
      break
    fi
    run sleep "$try"
    try=$((try + 1))
  done
  kill -9 "$guard"
  exit "$status"
} &
child=$!
wait "$guard" 2>/dev/null && kill "$child" 2>/dev/null
wait "$child" 2>/dev/null || fail 69 "$why, and $url cannot be downloaded within $tries tries and $timeout s; give the runner's subnets a way there, or install attini-runner $version in the image"

got=$({ sha256sum || shasum -a 256 || openssl dgst -sha256 -r || busybox sha256sum; } <"$file" 2>/dev/null) ||
  fail 72 "$why, and to verify a downloaded one, sha256sum, shasum, openssl and busybox are all missing in the image; install one of them"
[ ${#sum} -eq 64 ] && [ "${got%% *}" = "$sum" ] || fail 65 "the agent from $url has the SHA-256 ${got%% *}, not $sum, and is not run"
status=0
"$file" dry-run </dev/null >/dev/null 2>&1 || status=$?
[ "$status" -eq 0 ] || fail 70 "the agent from $url does not work here: its dry run ended with $status"
start "$file"
