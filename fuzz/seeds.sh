#!/usr/bin/env bash
# Copies what the fuzzer begins with into fuzz/corpus: our own inbox and, where it lies beside this checkout, the shared
# corpus. Only small files: one of a megabyte costs a thousand tries of small ones.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p corpus/workbook corpus/csv corpus/patch
for folder in ../data/inbox ../../shared/corpus ../examples; do
  [ -d "$folder" ] || continue
  while IFS= read -r -d '' file; do
    name="$(sha256sum "$file" | cut -c1-16)"
    lower="${file,,}"
    case "$lower" in
      *.csv | *.txt | *.tsv) cp "$file" "corpus/csv/$name" ;;
      *.xlsx | *.xlsm) cp "$file" "corpus/workbook/$name" && cp "$file" "corpus/patch/$name" ;;
      *.xlsb | *.xls | *.ods) cp "$file" "corpus/workbook/$name" ;;
    esac
  done < <(find "$folder" -type f -size -32k -print0)
done
# A few lines of a large csv do as well as all of it.
find ../../shared/corpus ../data/inbox -type f -iname '*.csv' -size +32k -print0 2>/dev/null | while IFS= read -r -d '' file; do
  head -c 4000 "$file" >"corpus/csv/head-$(basename "$file" | sha256sum | cut -c1-12)"
done
printf '%s seeds for workbook, %s for csv, %s for patch\n' "$(ls corpus/workbook | wc -l)" "$(ls corpus/csv | wc -l)" "$(ls corpus/patch | wc -l)"
