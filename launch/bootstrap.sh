set -eu
fail() { echo "attini-bootstrap: $*" >&2; exit 1; }
token=$1 version=$2
shift 2
status=0
attini-runner dry-run >/dev/null 2>&1 || status=$?
if [ "$status" -ne 127 ]; then
  export ATTINI_RUNNER_EXEC=attini-runner
  exec attini-runner "$token" "$version"
fi
system=$(uname -s) machine=$(uname -m)
[ "$system" = Linux ] || fail "the agent runs on Linux, not on $system"
case $machine in
  amd64) machine=x86_64 ;;
  arm64) machine=aarch64 ;;
esac
url='' sum=''
while [ $# -ge 3 ]; do
  if [ "$1" = "$machine" ]; then url=$2 sum=$3; fi
  shift 3
done
[ -n "$url" ] || fail "attini-runner is not on PATH, and there is none to download for $machine; install it in the image"
directory=$(mktemp -d) || fail "no directory can be made for the agent; is the file system read-only?"
file=$directory/attini-runner
if command -v curl >/dev/null 2>&1; then
  curl -fsSL --retry 5 --connect-timeout 10 -o "$file" "$url" || fail "cannot download $url"
elif command -v wget >/dev/null 2>&1; then
  wget -q -O "$file" "$url" || fail "cannot download $url"
else
  fail "attini-runner is not on PATH, and neither curl nor wget is there to download it; install one of them in the image"
fi
if command -v sha256sum >/dev/null 2>&1; then
  got=$(sha256sum "$file")
elif command -v openssl >/dev/null 2>&1; then
  got=$(openssl dgst -sha256 -r "$file")
else
  fail "neither sha256sum nor openssl is there to verify the agent; install one of them in the image"
fi
[ "${got%% *}" = "$sum" ] || fail "the agent from $url has the SHA-256 ${got%% *}, not $sum"
chmod 0700 "$file"
export ATTINI_RUNNER_EXEC="$file"
exec "$file" "$token" "$version"
