#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Clients that nobody here wrote speak TLS with a server of ours: openssl s_client and curl, those of them that are there.
set -eu
: "${top_builddir:=.}"
server=$top_builddir/tests/net/tls_server
test -x "$server" || { echo "built without TLS"; exit 77; }
have() { command -v "$1" >"$scratch/where"; }
scratch=$(mktemp -d)
mkfifo "$scratch/input"
"$server" "$scratch" <"$scratch/input" &
exec 9>"$scratch/input"                         # its input ends with this script
trap 'exec 9>&-; wait; rm -rf "$scratch"' EXIT
tried=0 bad=0

if ! have openssl && ! have curl; then
	echo "neither openssl nor curl is here"
	exit 77
fi
tries=0
until grep -q '[0-9] [0-9]' "$scratch/ports" 2>/dev/null; do
	tries=$((tries + 1))
	test "$tries" -lt 400 || { echo "the server did not start"; exit 1; }
	sleep 0.05
done
read -r port demanding <"$scratch/ports"

expect()                                        # what it is, what must be said, by which command
{
	what=$1 wanted=$2
	shift 2
	tried=$((tried + 1))
	timeout 20 "$@" >"$scratch/said" 2>&1 </dev/null || true
	grep -q -e "$wanted" "$scratch/said" && return
	echo "$what: not said: $wanted"
	tail -n 20 "$scratch/said"
	bad=1
}
# Says it, and stays until it has come back.
word=hello
say()
{
	printf '%s\n' "$word"
	tries=0
	until grep -q "^$word\$" "$scratch/said" || [ "$tries" -gt 300 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
}
s_client() { say | openssl s_client -brief -CAfile "$scratch/roots.pem" -verify_return_error "$@"; }

if have openssl; then
	for version in -tls1_2 -tls1_3; do
		s_client $version -connect 127.0.0.1:"$port" >"$scratch/said" 2>&1
		grep -q '^hello$' "$scratch/said" && grep -q 'Verification: OK' "$scratch/said" ||
			{ echo "s_client $version: no echo, or not verified"; cat "$scratch/said"; bad=1; }
		tried=$((tried + 1))
	done
	expect "s_client, ALPN" 'ALPN protocol: echo' openssl s_client -connect 127.0.0.1:"$port" -alpn nothing,echo
	expect "s_client, no common protocol" 'no application protocol' openssl s_client -connect 127.0.0.1:"$port" -alpn nothing
	expect "s_client, too old" 'alert protocol version' \
		openssl s_client -connect 127.0.0.1:"$port" -tls1_1 -cipher DEFAULT@SECLEVEL=0
	expect "s_client, a client's certificate" 'Verification: OK' openssl s_client -brief -CAfile "$scratch/roots.pem" \
		-connect 127.0.0.1:"$demanding" -cert "$scratch/client.pem" -key "$scratch/client.key"
	openssl s_client -connect 127.0.0.1:"$port" -sess_out "$scratch/session" -ign_eof >"$scratch/said" 2>&1 <<-'END' || true
		GET / HTTP/1.0
	END
	expect "s_client, resumed" '^Reused, TLSv1.3' openssl s_client -connect 127.0.0.1:"$port" -sess_in "$scratch/session"
fi
if have curl; then
	url=https://localhost:$port/
	expect "curl" 'protocol=http/1.1 peer=$' curl --noproxy '*' -sS --http1.1 --cacert "$scratch/roots.pem" "$url"
	expect "curl, that does not trust" 'certificate' curl --noproxy '*' -sS "$url"
	expect "curl, another name" 'other.example' curl --noproxy '*' -sS --cacert "$scratch/roots.pem" \
		--resolve other.example:"$port":127.0.0.1 https://other.example:"$port"/
	expect "curl, with a certificate" 'peer=customer$' curl --noproxy '*' -sS --http1.1 --cacert "$scratch/roots.pem" \
		--cert "$scratch/client.pem" --key "$scratch/client.key" https://127.0.0.1:"$demanding"/
	expect "curl, without one" 'certificate required' curl --noproxy '*' -sS --cacert "$scratch/roots.pem" \
		https://127.0.0.1:"$demanding"/
fi
echo "$tried clients"
exit $bad
