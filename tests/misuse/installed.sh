#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# installed.sh - do the compilers report as much to a user of the installed headers as they do in the source tree?
#
# Where a header lies decides what gcc reports: out of a system directory it stays silent about what happens inside a
# header's macros. So the headers are staged as `make install` puts them, every mistake is compiled with what
# pkg-config says and nothing else, and gcc must report what it reports in the tree: the files hold the expectations, and
# that of the level system-O2 is what -isystem leaves, so nothing here depends on where the source tree lies. What depends
# on no place, the other levels and the correct idioms, run.sh looks at.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
: "${top_builddir:=$here/../..}" "${MAKE:=make}"
test -f "$top_builddir/Makefile" || { echo "nothing is configured here, so nothing can be installed"; exit 77; }
pkg-config --version > /dev/null 2>&1 || { echo "no pkg-config"; exit 77; }
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL

env -u DESTDIR "$MAKE" -s -C "$top_builddir" DESTDIR="$stage" install-data > "$stage/make.log" 2>&1 \
	|| { cat "$stage/make.log"; exit 1; }
pc=$(find "$stage" -name odeon.pc)
root=$stage$(sed -n 's/^prefix=//p' "$pc")
flags=$(PKG_CONFIG_PATH=${pc%/*}:${PKG_CONFIG_PATH:-} pkg-config --define-variable=prefix="$root" --cflags odeon)
case $flags in
*-I"$stage"*/odeon-1*) ;;
*) echo "FAIL pkg-config does not name a directory of the headers' own: $flags"; exit 1 ;;
esac
ODEON_CFLAGS=$flags ODEON_LEVELS='gcc-O0 gcc-O2 analyzer-O2 system-O2' \
	"${SHELL:-sh}" "$here/run.sh" "$here"/wrong/*.c "$here"/wrong/*.cc
