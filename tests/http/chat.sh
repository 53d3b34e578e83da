#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The chat of examples/chat, and people at both of its doors: nc, and the page in a browser, which is driven by its debugging protocol. A
# line that is typed at nc stands in the page, and what is typed into the page is heard at nc; the page comes back after the server has
# gone and come again; who reads nothing holds nobody up; the end is said.
set -eu
: "${top_builddir:=.}" "${top_srcdir:=.}"
chat=$top_builddir/examples/chat/19-chat
page=$top_srcdir/examples/chat/page.html
test -x "$chat" || { echo "skipped: built without libodeon-http"; exit 77; }
for tool in nc curl timeout mkfifo; do
	command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
nc -h 2>&1 | grep -q -e '-[A-Za-z]*N' || { echo "skipped: this nc cannot end only its own side (-N)"; exit 77; }
browser=
for tool in chromium chromium-browser google-chrome; do
	test -n "$browser" || browser=$(command -v "$tool" || true)
done
scratch=$(mktemp -d)
children=
trap 'kill $children 2>/dev/null || true; wait; clean' EXIT

# A browser's helpers may write into its profile for a moment after it has gone.
clean()
{
	tries=0
	until rm -rf "$scratch" 2>/dev/null; do
		tries=$((tries + 1))
		test "$tries" -lt 100 || { rm -rf "$scratch"; return; }
		sleep 0.1
	done
}

wrong() { printf 'WRONG: %s\n' "$*"; tail -n 20 "$scratch"/heard-* "$scratch/log" 2>/dev/null | cut -c1-100 || true; exit 1; }

# Until the file has such a line; within 15 seconds.
await()                                         # file, pattern
{
	tries=0
	until grep -a -q -e "$2" "$1" 2>/dev/null; do
		tries=$((tries + 1))
		test "$tries" -lt 300 || wrong "'$2' was not heard in ${1##*/}"
		sleep 0.05
	done
}

start()                                         # addresses of both doors: sets lines and http
{
	: >"$scratch/said"
	"$chat" "$1" "$2" "$page" >"$scratch/said" 2>"$scratch/log" &
	server=$!
	children="$children $server"
	await "$scratch/said" '^lines at '
	lines=$(sed -n 's/^lines at \(.*\), the page at .*/\1/p' "$scratch/said")
	http=$(sed -n 's|.*, the page at http://\(.*\)/$|\1|p' "$scratch/said")
}

stop()                                          # it ends well, and soon
{
	kill -s TERM "$server"
	began=$(date +%s)
	answer=0
	wait "$server" || answer=$?
	test "$answer" -eq 0 || wrong "it answered $answer"
	test $(($(date +%s) - began)) -lt 8 || wrong "it took $(($(date +%s) - began)) s to end"
	! grep -v 'dead letter' "$scratch/log" || wrong "it said on standard error:"
}

# Somebody at nc: what is written to type-NAME is said, and heard-NAME is what was heard.
sit()                                           # name, descriptor
{
	mkfifo "$scratch/type-$1"
	nc -N "${lines%:*}" "${lines##*:}" <"$scratch/type-$1" >"$scratch/heard-$1" &
	children="$children $!"
	eval "exec $2>'$scratch/type-$1'"
	await "$scratch/heard-$1" 'what is your name?$'
	eval "echo '$1' >&$2"
	await "$scratch/heard-$1" "^\\* you are $1, in lobby\$"
}

# ---- nc, and plain requests
start 127.0.0.1:0 127.0.0.1:0
curl -s -m 10 "http://$http/" | cmp - "$page" || wrong "the page"
test "$(curl -s -m 10 -o "$scratch/refused" -w '%{http_code}' "http://$http/chat")" = 426 || wrong "a websocket's place, asked for plainly"
sit ann 4
sit bert 5
echo 'hello, Bert' >&4
await "$scratch/heard-bert" '^ann: hello, Bert$'
printf 'caf\351 \033[31m\r\n' >&5
await "$scratch/heard-ann" '^bert: caf? ?\[31m$'
exec 5>&-
await "$scratch/heard-ann" '^\* bert has left$'

# ---- somebody who reads nothing of megabytes, which all others hear; and then is told what he missed
mkfifo "$scratch/deaf" "$scratch/type-deaf"
nc -N "${lines%:*}" "${lines##*:}" <"$scratch/type-deaf" >"$scratch/deaf" 4>&- &
children="$children $!"
exec 5>"$scratch/type-deaf" 7<"$scratch/deaf"
echo deaf >&5
await "$scratch/heard-ann" '^\* deaf is here$'
awk 'BEGIN { x = sprintf("%480s", ""); gsub(/ /, "x", x); for (i = 0; i < 20000; i++) print i x; print "that was all" }' >&4
await "$scratch/heard-ann" '^ann: that was all$'
test "$(grep -a -c '^ann: [0-9]*x*$' "$scratch/heard-ann")" -eq 20000 || wrong "not all lines were heard"
cat <&7 >"$scratch/heard-deaf" 4>&- 5>&- &
children="$children $!"
exec 7<&-
await "$scratch/heard-deaf" '^\* you were behind, and missed [0-9]* lines$'
exec 5>&-
await "$scratch/heard-ann" '^\* deaf has left$'

# ---- the page
ask()                                           # number, method and parameters: sends it, and waits for the answer
{
	printf '{"id":%s,%s}\0' "$1" "$2" >&6
	tries=0
	until tr '\0' '\n' <"$scratch/answers" | grep -a -q "^{\"id\":$1,"; do
		tries=$((tries + 1))
		test "$tries" -lt 400 || wrong "the browser does not answer: $2"
		sleep 0.05
	done
}
answer() { tr '\0' '\n' <"$scratch/answers" | grep -a "^{\"id\":$1," | head -n 1; }
number=10
evaluate()                                      # expression, without double quotes: sets value
{
	number=$((number + 1))
	ask "$number" "\"sessionId\":\"$session\",\"method\":\"Runtime.evaluate\",\"params\":{\"expression\":\"$1\"}"
	value=$(answer "$number" | sed -n 's/.*"value":"\{0,1\}\([^"}]*\)"\{0,1\}}.*/\1/p')
}
type_in()                                       # what
{
	evaluate "document.getElementById('line').value = '$1'; document.getElementById('form').requestSubmit()"
}
shows()                                         # text: waits until the page does
{
	shown=0
	while :; do
		evaluate "String(document.body.innerText.includes('$1'))"
		test "$value" != true || return 0
		shown=$((shown + 1))
		test "$shown" -lt 200 || wrong "the page does not show '$1'"
		sleep 0.05
	done
}

if [ -z "$browser" ]; then
	echo "without the page: there is no chromium"
else
	mkfifo "$scratch/questions"
	: >"$scratch/answers"
	"$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$scratch/profile" \
		--no-first-run --disable-extensions --disable-background-networking --remote-debugging-pipe \
		"http://$http/" 3<"$scratch/questions" 4>"$scratch/answers" >"$scratch/browser" 2>&1 &
	children="$children $!"
	exec 6>"$scratch/questions"
	ask 1 '"method":"Target.getTargets"'
	target=$(answer 1 | tr '{' '\n' | sed -n 's/.*"targetId":"\([^"]*\)","type":"page".*/\1/p' | head -n 1)
	ask 2 "\"method\":\"Target.attachToTarget\",\"params\":{\"targetId\":\"$target\",\"flatten\":true}"
	session=$(tr '\0' '\n' <"$scratch/answers" | sed -n 's/.*"sessionId":"\([^"]*\)".*/\1/p' | head -n 1)
	shows 'what is your name?'
	type_in paula
	await "$scratch/heard-ann" '^\* paula is here$'
	type_in 'hello from the page'
	await "$scratch/heard-ann" '^paula: hello from the page$'
	shows 'hello from the page'
	echo 'hello, page; <b>a&amp;b</b>' >&4
	shows 'hello, page; <b>a&amp;b</b>'
	# ---- the server goes, and comes again: so does the page
	type_in '/join garden'
	shows 'you are paula, in garden'
fi
case ${SANITIZER-} in
*thread*)
	kill -s KILL "$server"
	echo "as it should be, without its end: ThreadSanitizer may hold back the signal"
	exit 0
	;;
esac
stop
await "$scratch/heard-ann" '^\* the chat ends; goodbye$'
if [ -n "$browser" ]; then
	shows 'not connected; trying again'
	start "$lines" "$http"
	rm "$scratch/type-ann"
	exec 4>&-
	sit ann 4
	echo '/join garden' >&4
	await "$scratch/heard-ann" '^\* you are ann, in garden$'
	tries=0
	while ! grep -a -q '^\* here: .*paula' "$scratch/heard-ann"; do
		tries=$((tries + 1))
		test "$tries" -lt 150 || wrong "the page did not come back"
		echo '/who' >&4
		sleep 0.1
	done
	echo 'welcome back' >&4
	shows 'welcome back'
	stop
fi
echo "all as it should be"
