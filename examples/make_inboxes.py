#!/usr/bin/env python3
"""Writes examples/*/data/inbox: the workbooks that the partners of each example might have sent.

    pip install xlsxwriter==3.3.1
    python examples/make_inboxes.py            # replaces what it writes, prints what each folder holds
    python examples/make_inboxes.py --check    # writes it elsewhere and compares, part by part of each workbook

Every row that this script writes is illustrative; what is published and what is not stands in each folder's README.
Real rows (the annex of the Smart Guide) are csv files that lie beside: they were copied, not written by a script.
No VAT number here has a right check digit, so none is anybody's.

One programme is one file in examples/inboxes/; sheet names, labels and options come from the folder's own definitions,
in the language of the partner that sends the workbook. The same bytes come out on every run.
"""
import importlib
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
PROGRAMMES = sorted(path.stem for path in (HERE / "inboxes").glob("*.py") if not path.stem.startswith("_"))


def write(name, target):
    """The workbooks of one programme, in a folder that need not be its own."""
    module = importlib.import_module(f"inboxes.{name}")
    target.mkdir(parents=True, exist_ok=True)
    for path in written(target):
        path.unlink()
    module.write(HERE / name, target)
    return written(target)


def written(inbox):
    """What a script writes into an inbox, and not what was copied by hand."""
    return sorted(path for path in inbox.glob("*") if path.suffix == ".xlsx" or path.name.startswith("effects_"))


def unpacked(path):
    """What a file holds, whatever zlib packed it."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def check():
    stale, seen = [], 0
    for name in PROGRAMMES:
        with tempfile.TemporaryDirectory() as folder:
            made = {path.name: path for path in write(name, Path(folder))}
            kept = {path.name: path for path in written(HERE / name / "data/inbox")}
            seen += len(made)
            for file in sorted(made.keys() | kept.keys()):
                if file not in made or file not in kept or unpacked(made[file]) != unpacked(kept[file]):
                    stale.append(f"{name}/data/inbox/{file}")
    if stale:
        raise SystemExit(f"not what the script writes: {', '.join(stale)}\nrefresh with: python examples/make_inboxes.py")
    print(f"{seen} files of {len(PROGRAMMES)} examples are what the script writes")


def main():
    for name in PROGRAMMES:
        files = write(name, HERE / name / "data/inbox")
        print(f"{name}: {len(files)} files, {sum(path.stat().st_size for path in files)} bytes")


if __name__ == "__main__":
    check() if "--check" in sys.argv[1:] else main()
