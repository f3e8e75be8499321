#!/bin/sh
# Makes SQLite's one-file form, which Debian does not ship: sqlite.sh ZIG SOURCE OUTPUT

set -eu
zig=$(realpath "$1") source=$(realpath "$2") output=$3
rm -rf "$output"
mkdir -p "$output/build"
cd "$output/build"
cc="$zig cc -target $(uname -m)-linux-musl -O1 -fno-sanitize=undefined"
make -s -f "$source/main.mk" TOP="$source" BCC="$cc" TCC="$cc" NAWK=awk OPTS= sqlite3.c sqlite3.h >make.log 2>&1 ||
	{ tail -20 make.log >&2; exit 1; }
mv sqlite3.c sqlite3.h ..
cd ..
rm -rf build
