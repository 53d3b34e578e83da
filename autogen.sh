#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes configure, and, when asked, all the rest: see the text of usage.
set -eu
cd "$(dirname "$0")"

usage()
{
	cat <<-'END'
	./autogen.sh         make configure from configure.ac; then ./configure && make as everywhere
	./autogen.sh run     install what is missing, build, and run: a tour, and the ping-pong benchmark
	./autogen.sh check   the same and the tools that tests drive servers with, build, and run the tests
	./autogen.sh --help  say this

	run and check build in build/, so that the source tree stays free for a build of yours. When you have run
	./configure in the source tree itself, they use that build, with the options that you gave it.
	Missing packages are installed on Debian and its relatives, as root or through sudo. Of the tools of the
	tests, those in LEAVE_OUT="chromium valgrind ..." are not; tests whose tool is missing are skipped. Chromium
	is the large one: 110 MB to fetch and 360 MB on disk, besides its libraries.
	END
}

# ---- packages: a Debian package a line, and how to tell whether what it gives is there ---------------------------------

absent() { "$@" >/dev/null 2>&1 && return 1; return 0; }
includes() { echo "#include <$1>" | gcc -E - >/dev/null 2>&1; }
includes_standard_headers() { includes stdio.h; }
macros_exist() { test -e "$(aclocal --print-ac-dir)/$1"; }

missing_for_configure()
{
	absent command -v autoreconf && echo autoconf
	absent command -v automake && echo automake
	absent command -v libtoolize && echo libtool
	absent macros_exist ax_check_vscript.m4 && echo autoconf-archive
	absent macros_exist pkg.m4 && echo pkgconf
	return 0
}

missing_packages()
{
	missing_for_configure
	absent command -v gcc && echo gcc
	absent includes_standard_headers && echo libc6-dev
	absent command -v make && echo make
	absent pkg-config --version && echo pkgconf
	absent pkg-config --exists ck && echo libck-dev
	absent pkg-config --exists jemalloc && echo libjemalloc-dev
	absent pkg-config --exists libuv && echo libuv1-dev
	absent pkg-config --exists check && echo check
	absent pkg-config --exists libsubunit && echo libsubunit-dev
	absent includes llhttp.h && absent includes http_parser.h && echo libhttp-parser-dev
	absent pkg-config --exists libssl && echo libssl-dev
	return 0
}

# What tests drive the servers among the examples with, and look at them by. Without one its tests are skipped.
missing_tools()
{
	absent command -v redis-cli && echo redis-tools
	absent command -v nc && echo netcat-openbsd
	absent command -v curl && echo curl
	absent command -v wrk && echo wrk
	absent command -v openssl && echo openssl
	absent command -v valgrind && echo valgrind
	absent command -v chromium && absent command -v chromium-browser && absent command -v google-chrome && echo chromium
	return 0
}

# As root: the command; else through sudo; else with a word on what to do.
as_root()
{
	if test "$(id -u)" -eq 0; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "This needs root, and there is no sudo. As root, say: $*" >&2
		return 1
	fi
}

install_packages()
{
	packages=$(missing_packages | sort -u | tr '\n' ' ')
	test -n "$packages" || { tell "packages: all there"; return 0; }
	if ! command -v apt-get >/dev/null; then
		echo "Missing, by the names of Debian's packages: $packages"
		echo "I can install on Debian and its relatives only. Install these with your system's tools, then call me again."
		exit 1
	fi >&2
	tell "packages: installing $packages"
	stage "package lists" as_root apt-get update
	stage "packages" as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages
}

can_install() { command -v apt-get >/dev/null && { test "$(id -u)" -eq 0 || command -v sudo >/dev/null; }; }

# Those of them that are missing and wanted.
install_tools()
{
	tools=$(missing_tools | grep -v -x -F "$(echo "${LEAVE_OUT:-none}" | tr ' ' '\n')" | tr '\n' ' ') || true
	test -n "$tools" || { tell "tools of the tests: all there${LEAVE_OUT:+, or left out: $LEAVE_OUT}"; return 0; }
	if ! can_install; then
		tell "tools of the tests: I cannot install $tools, so their tests will be skipped"
		return 0
	fi
	tell "tools of the tests: installing $tools"
	stage "package lists" as_root apt-get update
	stage "tools" as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $tools
}

# ---- stages: one line each, and all that was said in a file ------------------------------------------------------------

logs=build/log
tell() { printf 'odeon: %s\n' "$*"; }

stage()                                         # what it is, command
{
	log=$logs/$(echo "$1" | tr -c 'a-z0-9\n' -).log
	printf 'odeon: %s ... ' "$1"
	shift
	mkdir -p "$logs"
	began=$(date +%s)
	if "$@" >"$log" 2>&1 </dev/null; then
		echo "ok ($(($(date +%s) - began)) s)"
	else
		echo "FAILED"
		tail -n 40 "$log"
		tell "the whole of it is in $log"
		exit 1
	fi
}

bootstrap() { mkdir -p build-aux/m4 && autoreconf --install --force --warnings=all "$@"; }
is_older() { test ! -e "$1" || test -n "$(find "$2" -newer "$1" 2>/dev/null)"; }

# Sets `build`: the source tree when it is configured, because a second build beside one there would find its files.
choose_build()
{
	build=build
	test ! -e config.status || build=.
}

configure_in_build() { (cd build && ../configure --quiet); }

set_up()
{
	install_packages
	choose_build
	! is_older configure configure.ac || stage "making configure" bootstrap
	if test "$build" = .; then
		tell "building in the source tree, as it is configured: $(./config.status --config)"
	elif is_older build/config.status configure; then
		stage "configuring in build/" configure_in_build
	fi
	stage "building" make -C "$build" -j "$(nproc)"
}

# ---- what can be asked for ---------------------------------------------------------------------------------------------

run()
{
	set_up
	tell "a tour"
	"$build/examples/00-tour"
	for workers in 1 2; do
		tell "ping-pong, workers: $workers"
		"$build/examples/bench/odeon-bench" pingpong --workers "$workers"
	done
	tell "the floor: what the machine itself takes for the parts of that"
	"$build/examples/bench/odeon-bench" floor
}

# The results of the tests, from the files that make left, in one line.
count_results()
{
	find "$build" -name '*.trs' -newer "$logs/began" -exec sed -n 's/^:test-result: \([A-Z]*\).*/\1/p' {} + |
		sort | uniq -c | awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, tolower($2) } END { print "" }'
}

check()
{
	install_tools
	set_up
	mkdir -p "$logs"
	: >"$logs/began"
	printf 'odeon: tests ... '
	began=$(date +%s)
	answer=0
	make -C "$build" -k -j "$(nproc)" check >"$logs/tests.log" 2>&1 </dev/null || answer=$?
	results=$(count_results)
	echo "${results:-none ran} ($(($(date +%s) - began)) s)"
	test "$answer" -ne 0 || return 0
	grep -E '^(FAIL|XPASS|ERROR):|^  (alone|what it said): ' "$logs/tests.log" || tail -n 40 "$logs/tests.log"
	tell "run one alone with its line above, in the directory $build; the whole of it is in $logs/tests.log"
	exit 1
}

case ${1-} in
'')
	packages=$(missing_for_configure | sort -u | tr '\n' ' ')
	test -z "$packages" || { echo "missing, by the names of Debian's packages: $packages" >&2; exit 1; }
	bootstrap
	echo "Now: ./configure && make; or ./autogen.sh --help for doing it all at once"
	;;
run) run ;;
check) check ;;
-h|--help|help) usage ;;
*) usage >&2; exit 2 ;;
esac
