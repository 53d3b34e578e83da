# SPDX-License-Identifier: BSD-2-Clause
# For scripts that look at a server from outside, which read it by '.'. There is a folder, $scratch, and a program, $running, whose
# words are in $scratch/said and $scratch/log; both are gone at the end. What was wrong is in $scratch/wrong.
scratch=$(mktemp -d)
running=
trap 'test -z "$running" || kill -9 "$running" 2>/dev/null || true; wait; rm -rf "$scratch"' EXIT

# Also in a pipeline, which is a shell of its own.
wrong() { printf 'WRONG: %s\n' "$*" | tee -a "$scratch/wrong"; }

await()                                         # what is to come true, a command
{
	tries=0
	until "$@" 2>/dev/null; do
		tries=$((tries + 1))
		test "$tries" -lt 400 || { wrong "it never came true: $*"; return; }
		sleep 0.05
	done
}

# Until the program has said so; without that nothing can be looked at.
await_said()                                    # pattern, and what it was started with
{
	tries=0
	until grep -q "$1" "$scratch/said"; do
		tries=$((tries + 1))
		if [ "$tries" -gt 200 ] || ! kill -0 "$running" 2>/dev/null; then
			cat "$scratch/said" "$scratch/log"
			echo "it did not start${2:+: $2}"
			exit 1
		fi
		sleep 0.05
	done
}
