package process

// EndScript is a program for any sh that ends the processes whose environment has a
// cookie, for places where this program cannot signal them, such as in a container. Its
// arguments are a signal, which it sends once, the cookie, and how often it looks, 0.05 s
// apart, for processes that live on. It exits with 0 if none does.
const EndScript = endFunction + `
signal=$1
send() { kill -s "$signal" "$1"; }
end_marked "$2" 1 || {
	[ "$signal" = KILL ] || signal=0
	end_marked "$2" "$3"
}
`

// endFunction calls send for each process that has a cookie, until there is none or it
// has looked often enough. A process that was killed stays listed for a while and may
// have forked before. Where there is no grep, each look costs a process for each process.
const endFunction = `
marked() {
	if command -v grep >/dev/null; then
		grep -slF -e "$1" /proc/[0-9]*/environ
		return
	fi
	for file in /proc/[0-9]*/environ; do
		case $(cat "$file") in
		*"$1"*) echo "$file" ;;
		esac
	done
}
end_marked() {
	looks=0
	found=yes
	while [ -n "$found" ] && [ "$looks" -lt "$2" ]; do
		found=
		for file in $(marked "$1"); do
			pid=${file#/proc/}
			send "${pid%/environ}" && found=yes
		done
		looks=$((looks + 1))
		[ -z "$found" ] || sleep 0.05
	done
	[ -z "$found" ]
}
`
