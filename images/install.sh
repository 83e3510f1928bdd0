#!/bin/sh
# Installs a verified attini-runner, for instance into an image.
#
#   install.sh [FILE]            where to; default /usr/local/bin/attini-runner
#
# The environment says what:
#
#   ATTINI_RELEASES              the runner information API: https://HOST/api/v1/runner
#   ATTINI_RUNNER_VERSION        a version (2.1.0) or a range (2.x); default latest
#   ATTINI_RUNNER_SHA256         the binary's SHA-256; for several processors, one
#                                for each, separated by spaces. Without it the API
#                                is trusted for it, which finds damage only; its
#                                address then has to begin with https://, unless it
#                                is this machine's own.
#
# FILE is written last, when the binary is verified and has run; until then, and
# if anything fails, what was there stays. Needs curl or wget, and sha256sum,
# shasum or openssl. Exit codes: 64 usage, 65 wrong SHA-256, 69 no download, 70
# the binary does not run here, 72 a tool is missing, 73 FILE cannot be written.
set -eu

fail() {
  code=$1
  shift
  printf 'install attini-runner: %s\n' "$*" >&2
  exit "$code"
}

has() { command -v "$1" >/dev/null 2>&1; }

# get URL FILE
get() {
  if has curl; then
    # Without the settings of whoever builds the image, and with no way from https to
    # http, also by a redirect.
    case $1 in
      https:*) protocols='=https' ;;
      *) protocols='=http,https' ;;
    esac
    curl -q -gfsSL --proto "$protocols" --proto-redir "$protocols" --retry 3 --connect-timeout 20 --speed-limit 1 --speed-time 60 -o "$2" --url "$1"
    return
  fi
  # Some builds of busybox cannot give up on a server that says no more, and
  # crash when told to; their help does not have it.
  case $(wget --help 2>&1) in
    *-T*) wget -q -t 3 -T 60 -O "$2" "$1" ;;
    *) wget -q -t 3 -O "$2" "$1" ;;
  esac
}

# Prints the SHA-256 of a file, and nothing else.
sum() {
  if has sha256sum; then
    sum=$(sha256sum <"$1")
  elif has shasum; then
    sum=$(shasum -a 256 <"$1")
  else
    sum=$(openssl dgst -sha256 -r <"$1")
  fi
  printf '%s\n' "${sum%% *}"
}

[ $# -le 1 ] || fail 64 "usage: install.sh [FILE]"
target=${1:-/usr/local/bin/attini-runner}
[ -n "${ATTINI_RELEASES-}" ] || fail 64 "set ATTINI_RELEASES to the runner information API's address: https://HOST/api/v1/runner"
case ${ATTINI_RUNNER_SHA256:+pinned}:$ATTINI_RELEASES in
  pinned:* | :https://*) ;;
  # 127.0.0.1:x@HOST is HOST.
  *@*) fail 64 "$ATTINI_RELEASES has a user in it, which is not needed" ;;
  :http://127.0.0.1[:/]* | :http://localhost[:/]* | :http://\[::1\][:/]*) ;;
  *) fail 64 "$ATTINI_RELEASES is not https, so anybody on the way could give another agent; set ATTINI_RUNNER_SHA256, or use an https:// address" ;;
esac
version=${ATTINI_RUNNER_VERSION:-latest}
has curl || has wget || fail 72 "neither curl nor wget is there; install one of them"
has sha256sum || has shasum || has openssl || fail 72 "none of sha256sum, shasum and openssl is there; install one of them"
for tool in uname mktemp chmod mv rm; do
  has "$tool" || fail 72 "$tool is missing; install it"
done

case $target in
  */*) parent=${target%/*}/ ;;
  *) parent=./ ;;
esac
[ ! -d "$target" ] || fail 73 "$target is a directory; name the file in it"
# Beside the target, so that to move it there is one step.
directory=$(mktemp -d "${parent}.attini-runner.XXXXXX") || fail 73 "nothing can be written to $parent"
trap 'rm -rf "$directory"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
file=$directory/attini-runner
# An endless download ends here: 256 MiB, or twice that where a block is 1 KiB.
ulimit -f 524288 2>/dev/null || true

url=${ATTINI_RELEASES%/}/get-runner/$(uname -m)/$(uname -s)/$version
wanted=${ATTINI_RUNNER_SHA256-}
if [ -z "$wanted" ]; then
  get "$url.sha256" "$file.sha256" || fail 69 "$url.sha256 cannot be downloaded; is there such a version for $(uname -s) on $(uname -m)?"
  read -r wanted _ <"$file.sha256" || fail 65 "$url.sha256 has no checksum"
fi
get "$url" "$file" || fail 69 "$url cannot be downloaded; is there such a version for $(uname -s) on $(uname -m)?"

got=$(sum "$file")
[ ${#got} -eq 64 ] || fail 72 "the SHA-256 of the download cannot be computed"
verified=''
for one in $wanted; do
  [ "$one" != "$got" ] || verified=yes
done
[ -n "$verified" ] || fail 65 "$url has the SHA-256 $got, not $wanted; it is not installed"

chmod 755 "$file"
"$file" dry-run </dev/null >/dev/null 2>&1 || fail 70 "the binary from $url does not run here"
mv -f "$file" "$target" || fail 73 "$target cannot be written"
printf 'installed %s as %s, SHA-256 %s\n' "$url" "$target" "$got"
