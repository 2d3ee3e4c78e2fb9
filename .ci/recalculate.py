#!/usr/bin/env python3
"""Holds the cached value of every live formula of a workbook against what LibreOffice makes of it.

    .ci/recalculate.py FILE.xlsx            exit 0 if all agree to one part in 10^9 and no cell holds an error
    .ci/recalculate.py --prove FILE.xlsx    first plants a wrong cached value in a copy, which must be found

LibreOffice by itself trusts the cached values of files that other programs wrote, so the check would compare a file
with itself: a fresh profile sets OOXMLRecalcMode to 0, "always". --prove shows both halves of that.
Needs soffice and openpyxl.
"""

import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
import zipfile

import openpyxl

# openpyxl warns of charts and bars that it cannot keep; only cells matter here.
warnings.simplefilter("ignore", UserWarning)

RELATIVE = 1e-9
ALWAYS, NEVER = 0, 1
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>{mode}</value></prop></item>
</oor:items>
"""


def convert(source, folder, mode):
    """The workbook as LibreOffice writes it after loading, in a profile of its own."""
    profile = pathlib.Path(folder) / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE.format(mode=mode), encoding="utf-8")
    out = pathlib.Path(folder) / "out"
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    done = subprocess.run([*command, "--outdir", str(out), str(source)], capture_output=True, text=True, timeout=600, check=False)
    made = out / pathlib.Path(source).name
    if not made.exists():
        sys.exit(f"recalculate: LibreOffice wrote nothing: {done.stdout}{done.stderr}")
    return made


def cells(path, values):
    book = openpyxl.load_workbook(path, data_only=values)
    return {(sheet.title, cell.coordinate): cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}


def same(a, b):
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=1e-300)
    return a == b


def compare(source, mode=ALWAYS):
    """How many formulas there are, and what is wrong, a line each."""
    with tempfile.TemporaryDirectory() as folder:
        formulas = [place for place, cell in cells(source, values=False).items() if cell.data_type == "f"]
        cached = cells(source, values=True)
        recalculated = cells(convert(source, folder, mode), values=True)
    wrong = [f"{sheet}!{at}: holds the error {cell.value}" for book in (cached, recalculated)
             for (sheet, at), cell in book.items() if cell.data_type == "e"]
    for place in formulas:
        before, after = (book[place].value if place in book else None for book in (cached, recalculated))
        if not same(before, after):
            wrong.append(f"{place[0]}!{place[1]}: cached {before!r}, recalculated {after!r}")
    return len(formulas), list(dict.fromkeys(wrong))


def plant(source, target):
    """A copy in which the first formula with a number has another cached value."""
    pattern = re.compile(r"(</f><v>)(-?[0-9.]+)(</v>)")
    planted = False
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if not planted and item.filename.startswith("xl/worksheets/sheet"):
                text, count = pattern.subn(lambda m: f"{m[1]}{float(m[2]) * 1.00001 + 0.001}{m[3]}", data.decode(), count=1)
                data, planted = text.encode(), count > 0
            new.writestr(item, data)
    if not planted:
        sys.exit("recalculate: no formula with a number to plant a wrong value in")


def prove(source):
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "planted.xlsx"
        plant(source, copy)
        if not compare(copy, ALWAYS)[1]:
            sys.exit("recalculate: a planted wrong value was not found: LibreOffice did not recalculate")
        if compare(copy, NEVER)[1]:
            sys.exit("recalculate: the planted value was replaced although recalculation was off: the proof proves nothing")
    print("proof: a wrong cached value is found when LibreOffice recalculates, and passes when it does not")


def main(arguments):
    prove_it = "--prove" in arguments
    files = [argument for argument in arguments if argument != "--prove"]
    if len(files) != 1 or not os.path.isfile(files[0]):
        sys.exit("usage: recalculate.py [--prove] FILE.xlsx")
    if shutil.which("soffice") is None:
        sys.exit("recalculate: soffice is not installed (apt-get install libreoffice-calc)")
    if prove_it:
        prove(files[0])
    count, wrong = compare(files[0])
    for line in wrong:
        print(line)
    print(f"{count} formulas, {len(wrong)} wrong")
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
