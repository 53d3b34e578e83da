#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What is installed is enough: examples/01-hello.c builds with nothing but pkg-config against a staged installation, with
# the shared library and with the static one, says the same both times, and uninstalling leaves no file.
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}" "${top_builddir:=.}" "${CC:=cc}" "${CFLAGS=}" "${MAKE:=make}"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL

staged() { env -u DESTDIR "$MAKE" -s -C "$top_builddir" DESTDIR="$stage" "$1" >"$stage.log" 2>&1 || { cat "$stage.log"; exit 1; }; rm "$stage.log"; }
staged install
pc=$(find "$stage" -name odeon.pc)
root=$stage$(sed -n 's/^prefix=//p' "$pc")
package() { PKG_CONFIG_PATH=${pc%/*}:${PKG_CONFIG_PATH:-} pkg-config --define-variable=prefix="$root" "$@" odeon; }

$CC $CFLAGS "$top_srcdir/examples/01-hello.c" -o "$stage/shared" $(package --cflags --libs)
library=$(find "$stage" -name 'libodeon.so' -exec dirname {} \;)
LD_LIBRARY_PATH=$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} "$stage/shared" | tee "$stage/said"
test -s "$stage/said"
$CC $CFLAGS "$top_srcdir/examples/01-hello.c" -o "$stage/static" $(package --cflags) "$library/libodeon.a" $(package --static --libs-only-l --libs-only-other | sed 's/-lodeon//')
"$stage/static" | cmp - "$stage/said"
(cd "$top_srcdir/include" && find . -name '*.h') | while read -r header; do
	case $header in ./odeon/net*) test -e "${pc%/*}/odeon-net.pc" || continue ;; esac
	case $header in ./odeon/http*) test -e "${pc%/*}/odeon-http.pc" || continue ;; esac
	test -e "$root/include/odeon-1/$header" || { echo "not installed: $header"; exit 1; }
done
if test -e "${pc%/*}/odeon-net.pc"; then
	$CC $CFLAGS "$top_srcdir/examples/17-tcp-echo.c" -o "$stage/shared" $(package --cflags --libs odeon-net)
	LD_LIBRARY_PATH=$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} "$stage/shared" | cmp - "$top_srcdir/examples/17-tcp-echo.expected"
fi
if test -e "${pc%/*}/odeon-http.pc"; then
	$CC $CFLAGS "$top_srcdir/examples/18-http-hello.c" -o "$stage/shared" $(package --cflags --libs odeon-http)
	LD_LIBRARY_PATH=$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} "$stage/shared" | cmp - "$top_srcdir/examples/18-http-hello.expected"
fi
staged uninstall
left=$(find "$stage$(sed -n 's/^prefix=//p' /dev/null)" -type f ! -name said ! -name shared ! -name static)
test -z "$left" || { echo "uninstalling left: $left"; exit 1; }
