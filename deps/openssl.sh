#!/bin/sh
# Makes libcrypto.a, libssl.a and include/ with OpenSSL's own Configure: openssl.sh ZIG ARCH SOURCE OUTPUT FLAGS...
# What the program and TLS 1.2 and 1.3 never use is left out; nothing reads an openssl.cnf.

set -eu
zig=$(realpath "$1") arch=$2 source=$(realpath "$3") output=$4
shift 4
rm -rf "$output"
mkdir -p "$output/build"
output=$(realpath "$output")
cd "$output/build"

# The compiler's words end up in the library (OpenSSL_version): without its path, and with no time.
PATH=$(dirname "$zig"):$PATH
SOURCE_DATE_EPOCH=0
export PATH SOURCE_DATE_EPOCH
CC="zig cc -target $arch-linux-musl" AR='zig ar' RANLIB='zig ranlib' perl "$source/Configure" "linux-$arch" \
	no-afalgeng no-aria no-async no-autoload-config no-bf no-blake2 no-camellia no-cast no-cmp no-cms no-comp \
	no-ct no-des no-dsa no-dso no-dtls no-ec2m no-engine no-filenames no-gost no-idea no-legacy no-md4 \
	no-mdc2 no-module no-multiblock no-nextprotoneg no-ocb no-ocsp no-psk no-rc2 no-rc4 no-rfc3779 no-rmd160 \
	no-scrypt no-seed no-shared no-siphash no-siv no-sm2 no-sm3 no-sm4 no-srp no-srtp no-ssl3 no-tests no-tls1 \
	no-tls1_1 no-ts no-ui-console no-whirlpool \
	--prefix=/usr --openssldir=/etc/ssl "$@" >configure.log 2>&1 || { cat configure.log >&2; exit 1; }
make -s -j"$(nproc)" build_libs >make.log 2>&1 || { tail -20 make.log >&2; exit 1; }
cp -r "$source/include" ../include
cp -r include/. ../include
mv libcrypto.a libssl.a ..
cd ..
rm -rf build
