#!/usr/bin/env bash
# One file that runs without Rust: builds it, strips it, packs it with licences and README into dist/, and tries what was
# packed in a folder where nothing else lies. For this machine's system, or `.ci/release.sh TARGET` for another one that
# this machine can build and run.
#   SCOREBOARD_BINARY=PATH  packs a binary that is built already
#   SCOREBOARD_GLIBC=2.28   refuses a binary that needs a newer C library
set -euo pipefail
cd "$(dirname "$0")/.."

host=$(rustc -vV | sed -n 's/^host: //p')
target="${1:-$host}"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
python=$(command -v python3 || command -v python || echo /opt/python/cp312-cp312/bin/python3)
exe=""; case "$target" in *windows*) exe=".exe" ;; esac
step() { printf '\n== %s\n' "$1"; }

step "Build for $target"
binary="${SCOREBOARD_BINARY:-}"
if [ -z "$binary" ]; then
  cargo build --release --locked --target "$target" --bin scoreboard
  binary="${CARGO_TARGET_DIR:-target}/$target/release/scoreboard$exe"
fi

step "Pack"
name="scoreboard-$version-$target"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name" dist
cp "$binary" "$work/$name/scoreboard$exe"
# Windows keeps its symbols in a file of their own.
if [ -z "$exe" ]; then strip "$work/$name/scoreboard"; fi
cp README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$work/$name/"
cp -r docs "$work/$name/docs"
"$python" .ci/licences.py "$target" > "$work/$name/THIRD-PARTY.txt"
if [ -n "$exe" ]; then
  archive="$name.zip"
  (cd "$work" && "$python" -m zipfile -c "$archive" "$name")
else
  archive="$name.tar.gz"
  # The same binary gives the same archive, whoever packs it and when.
  if tar --version 2>/dev/null | grep -q GNU; then
    tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime='2016-01-01 00:00Z' -cf - "$name" | gzip -9n > "$work/$archive"
  else
    tar -C "$work" -czf "$work/$archive" "$name"
  fi
fi
cp "$work/$archive" "dist/$archive"
if command -v sha256sum >/dev/null; then sum="sha256sum"; else sum="shasum -a 256"; fi
(cd dist && $sum "$archive" > "$archive.sha256" && cat "$archive.sha256")

if command -v objdump >/dev/null && [ -z "$exe" ] && [ "$(uname -s)" = Linux ]; then
  step "What it needs of the system"
  objdump -p "$work/$name/scoreboard" | sed -n 's/^ *NEEDED *//p' | paste -sd ' ' -
  needs=$(objdump -T "$work/$name/scoreboard" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -V | tail -n 1)
  echo "C library $needs or newer"
  if [ -n "${SCOREBOARD_GLIBC:-}" ] && [ "$(printf '%s\n%s\n' "$needs" "$SCOREBOARD_GLIBC" | sort -V | tail -n 1)" != "$SCOREBOARD_GLIBC" ]; then
    echo "it must run with $SCOREBOARD_GLIBC" >&2
    exit 1
  fi
fi

step "Try what was packed, where nothing else lies"
try="$work/try"
mkdir -p "$try/project/data"
if [ -n "$exe" ]; then "$python" -m zipfile -e "dist/$archive" "$try"; else tar -C "$try" -xzf "dist/$archive"; fi
cp -r scoreboard.toml indicators pipelines reports "$try/project/"
cp -r data/inbox "$try/project/data/inbox"
cd "$try/project"
run="$try/$name/scoreboard$exe"
"$run" --version | grep -F "$version"
"$run" check
"$run" run
test -s data/out/laser_go.xlsx
test -s data/out/laser_go.html -o -s data/out/laser_go.json
"$run" status > /dev/null
"$run" runs
"$run" verify
echo "dist/$archive is tried and ready"
