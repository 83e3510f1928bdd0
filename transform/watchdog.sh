# shellcheck shell=sh
# The host ends itself when it has had no container of its runner for 30 minutes:
# it has not joined its cluster, or no launcher knows it any more.
if command -v docker >/dev/null && command -v timeout >/dev/null && command -v xargs >/dev/null; then
  (
    without=0
    while sleep 60; do
      if timeout 20 sh -c 'docker ps -q | xargs -r docker inspect -f "{{.Config.Env}}"' | grep -q ATTINI_RUNNER_RESOURCE_NAME=; then
        without=0
      else
        without=$((without + 1))
      fi
      if [ "$without" -ge 30 ]; then
        shutdown -h now || poweroff -f
      fi
    done
  ) </dev/null >/dev/null 2>&1 &
fi
