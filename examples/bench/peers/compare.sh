#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# compare.sh BENCH FOLDER [ROW...] - the rows about channels beside Rust's and Go's, in one run
#
# BENCH is odeon-bench; drivers are built in FOLDER and kept there. A ROW is a name, or the first words of several, as
# for odeon-bench; otherwise all that a peer has. What is missing is said, with the package that has it, and left out.
# Everybody takes turns within a round; the figure is the median of all rounds, with smallest and largest beside it.
#
#   ROUNDS=5  CORES="1 2"  PEERS="std crossbeam go"  COUNT=          (the row's own)
#   (peers, too: std-values and crossbeam-values, Rust's rows of 8 bytes, which then travel as the number itself; go-owned, Go's streams
#   of 8 bytes, which then travel as a pointer, as all others' do; go-threads, Go's rows between goroutines with a thread of their own)
#   RUSTC=rustc  GO=go  CRATES=/usr/share/cargo/registry  MALLOC=    (a library for Rust's malloc; jemalloc where it is)
set -eu

bench=$1 folder=$2
shift 2
[ $# -gt 0 ] || set -- chan
rounds=${ROUNDS:-5} peers=${PEERS:-std crossbeam go} rustc=${RUSTC:-rustc} go=${GO:-go}
crates=${CRATES:-/usr/share/cargo/registry}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$folder"
folder=$(CDPATH='' cd -- "$folder" && pwd)

say() { echo "bench-peers: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }
wants() { case " $peers" in *" $1"*) return 0 ;; esac; return 1; }
leave_out() { peers=$(for peer in $peers; do case $peer in "$1"*) ;; *) printf '%s ' "$peer" ;; esac; done); }

# ---- building -----------------------------------------------------------------------------------------------------

crate() { # NAME SOURCE [OPTION...]
	name=$1 source=$2
	shift 2
	"$rustc" --cap-lints allow --edition 2018 -C opt-level=3 --crate-type rlib --crate-name "$name" "$@" -L "$folder" \
		-o "$folder/lib$name.rlib" "$source"
}

# The one folder of a crate, or nothing.
source_of() { for dir in "$crates/$1"-[0-9]*; do [ -f "$dir/src/lib.rs" ] && echo "$dir/src/lib.rs" && break; done; }

build_rust() {
	crate cfg_if "$(source_of cfg-if)"
	crate crossbeam_utils "$(source_of crossbeam-utils)" --cfg 'feature="std"' \
		--extern "cfg_if=$folder/libcfg_if.rlib"
	crate crossbeam_channel "$(source_of crossbeam-channel)" --cfg 'feature="std"' --cfg 'feature="crossbeam-utils"' \
		--extern "cfg_if=$folder/libcfg_if.rlib" --extern "crossbeam_utils=$folder/libcrossbeam_utils.rlib"
	"$rustc" --edition 2018 -C opt-level=3 -L "$folder" \
		--extern "crossbeam_channel=$folder/libcrossbeam_channel.rlib" -o "$folder/channels-rust" "$here/channels.rs"
}

# Whether what was built is from this source and this compiler.
is_built() { # PROGRAM SOURCE VERSION
	[ -x "$1" ] && [ -z "$(find "$2" "$here/compare.sh" -newer "$1")" ] && [ "$(cat "$1.version" 2>/dev/null)" = "$3" ]
}

prepare_rust() {
	wants std || wants crossbeam || return 0
	if ! has "$rustc" || [ -z "$(source_of crossbeam-channel)" ]; then
		say "no $rustc, or no crossbeam-channel in $crates: apt-get install rustc librust-crossbeam-channel-dev"
		leave_out std
		leave_out crossbeam
		return 0
	fi
	version="$("$rustc" --version), $(source_of crossbeam-channel | sed 's|.*/\(crossbeam-channel-[^/]*\)/.*|\1|')"
	is_built "$folder/channels-rust" "$here/channels.rs" "$version" && return 0
	say "building with $version"
	build_rust
	echo "$version" > "$folder/channels-rust.version"
}

prepare_go() {
	wants go || return 0
	if ! has "$go"; then
		say "no $go: apt-get install golang-go"
		leave_out go
		return 0
	fi
	version=$("$go" version)
	is_built "$folder/channels-go" "$here/channels.go" "$version" && return 0
	say "building with $version"
	GOCACHE=$folder/go-cache GOFLAGS='' "$go" build -p 1 -o "$folder/channels-go" "$here/channels.go"
	echo "$version" > "$folder/channels-go.version"
}

# ---- running ------------------------------------------------------------------------------------------------------

# The first so many cores that this process may use, as a list for taskset.
first_cores() {
	awk -v most="$1" '/^Cpus_allowed_list:/ {
		parts = split($2, part, ",")
		for (i = 1; i <= parts; i++) {
			ends = split(part[i], range, "-")
			for (core = range[1] + 0; core <= range[ends] + 0 && most-- > 0; core++)
				list = list (list == "" ? "" : ",") core
		}
		print list
	}' /proc/self/status
}

# Rust's driver gets the malloc that odeon has. Preloaded: linked after the C library it would be there and do nothing.
find_malloc() {
	if [ -z "${MALLOC+set}" ] && has pkg-config && pkg-config --exists jemalloc; then
		MALLOC=$(pkg-config --variable=libdir jemalloc)/libjemalloc.so.2
	fi
	[ -z "${MALLOC:-}" ] || [ -e "$MALLOC" ] || { say "no $MALLOC"; exit 2; }
}

value() { sed -n "s/.*\"$1\":\([0-9.e+-]*\).*/\1/p"; } # of one JSON object

# What goes wrong is said by whoever it is; a figure is then missing from the table.
measure() { # WHO ROW CORES COUNT
	case $1:$2 in
	std*:chan-actors-* | crossbeam*:chan-actors-* | go-threads:chan-actors-*) return 0 ;; # threads only
	esac
	case $1 in
	odeon)
		line=$("$bench" "$2" --workers "$3" --count "$4" --repeat 1 --format json) || return 1
		case $2 in
		chan-ping-* | chan-actors-ping-*) echo "$line" | value us_per_hop | awk '{ print $1 * 1000 }' ;;
		*) echo "$line" | value ns_per_message ;;
		esac ;;
	go*) # whose rows are between goroutines, which are beside threads and actors alike
		taskset -c "$(first_cores "$3")" "$folder/channels-go" "$(echo "$2" | sed 's/^chan-actors-/chan-/')" "$3" "$4" "$1" |
			value ns_per_message ;;
	*) LD_PRELOAD=${MALLOC:-} taskset -c "$(first_cores "$3")" "$folder/channels-rust" "$2" "$3" "$4" "$1" |
		value ns_per_message ;;
	esac
}

rows() { # the names that are meant, with their counts
	"$bench" list | awk -v names="$*" '
		BEGIN { n = split(names, name, " ") }
		$1 ~ /^chan-/ && $1 !~ /^chan-(broadcast|watch)-/ {
			for (i = 1; i <= n; i++)
				if (index($1 "-", name[i] "-") == 1) {
					match($0, /\([0-9]+ messages\)/)
					print $1, substr($0, RSTART + 1, RLENGTH - 11)
					next
				}
		}'
}

run_round() {
	while read -r row count; do
		for cores in ${CORES:-1 2}; do
			for who in odeon $peers; do
				ns=$(measure "$who" "$row" "$cores" "${COUNT:-$count}" </dev/null || true)
				[ -z "$ns" ] || echo "$row $cores $who $ns"
			done
		done
	done < "$folder/rows"
}

table() {
	awk -v peers="$peers" '
		function sorted(key,    i, k, t, n) {
			n = split(all[key], v, " ")
			for (i = 2; i <= n; i++)
				for (k = i; k > 1 && v[k - 1] + 0 > v[k] + 0; k--) { t = v[k]; v[k] = v[k - 1]; v[k - 1] = t }
			return n
		}
		function median(key,    n) {
			n = sorted(key)
			return n == 0 ? 0 : n % 2 ? v[(n + 1) / 2] + 0 : (v[n / 2] + v[n / 2 + 1]) / 2
		}
		function digits(x) { return sprintf(x < 100 ? "%.1f" : "%.0f", x) }
		function shown(key,    m) {
			m = median(key)
			return m == 0 ? "-" : digits(m) " (" digits(v[1]) ".." digits(v[split(all[key], w, " ")]) ")"
		}
		function ratio(mine, best) { return mine * best == 0 ? "-" : sprintf("%.2f", mine / best) }
		{
			place = $1 " " $2
			if (!(place in seen)) { seen[place] = 1; order[++places] = place }
			all[place " " $3] = all[place " " $3] " " $4
		}
		END {
			n = split(peers, peer, " ")
			printf "%-28s %5s %22s", "ns/message", "cores", "odeon"
			for (i = 1; i <= n; i++) printf " %22s", peer[i]
			printf " %7s %7s\n", "threads", "all"
			for (p = 1; p <= places; p++) {
				split(order[p], part, " ")
				printf "%-28s %5s %22s", part[1], part[2], shown(order[p] " odeon")
				best = threads = 0
				for (i = 1; i <= n; i++) {
					m = median(order[p] " " peer[i])
					if (m > 0 && (best == 0 || m < best)) best = m
					if (m > 0 && peer[i] != "go" && peer[i] != "go-owned" && (threads == 0 || m < threads)) threads = m
					printf " %22s", shown(order[p] " " peer[i])
				}
				mine = median(order[p] " odeon")
				printf " %7s %7s\n", ratio(mine, threads), ratio(mine, best)
			}
		}' "$1"
}

prepare_rust
prepare_go
find_malloc
rows "$@" > "$folder/rows"
[ -s "$folder/rows" ] || { say "no such row: $*"; exit 2; }
: > "$folder/figures"
[ -z "$peers" ] || cat "$folder"/channels-*.version
echo "malloc of Rust: ${MALLOC:-of the C library}"
echo "load before: $(cut -d ' ' -f 1-3 /proc/loadavg); $rounds rounds"
echo "last: odeon to the best of those with threads, and to the best of all; below 1 is ahead"
round=0
while [ "$round" -lt "$rounds" ]; do
	round=$((round + 1))
	[ ! -t 2 ] || printf '\rround %d of %d' "$round" "$rounds" >&2
	run_round >> "$folder/figures"
done
[ ! -t 2 ] || printf '\r\033[K' >&2
table "$folder/figures"
echo "load after: $(cut -d ' ' -f 1-3 /proc/loadavg)"
