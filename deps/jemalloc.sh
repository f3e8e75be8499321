#!/bin/sh
# Makes libjemalloc.a, whose malloc takes the place of the C library's: jemalloc.sh ZIG ARCH SOURCE OUTPUT FLAGS...

set -eu
zig=$(realpath "$1") arch=$2 source=$(realpath "$3") output=$4
shift 4
rm -rf "$output"
mkdir -p "$output/build"
output=$(realpath "$output")
cd "$output/build"

# The page size is the largest that kernels of the architecture have: jemalloc works on smaller ones, not on larger.
case $arch in
aarch64) page=16 ;;
*) page=12 ;;
esac
PATH=$(dirname "$zig"):$PATH
export PATH
CC="zig cc -target $arch-linux-musl" AR='zig ar' RANLIB='zig ranlib' CFLAGS="$*" "$source/configure" \
	"--host=$arch-linux-musl" --with-lg-page=$page --with-lg-hugepage=21 --with-lg-quantum=4 --with-jemalloc-prefix= \
	--disable-cxx --disable-libdl --disable-shared --disable-stats >configure.log 2>&1 ||
	{ tail -20 configure.log >&2; exit 1; }
make -s -j"$(nproc)" build_lib_static >make.log 2>&1 || { tail -20 make.log >&2; exit 1; }
mv lib/libjemalloc_pic.a ../libjemalloc.a
cd ..
rm -rf build
