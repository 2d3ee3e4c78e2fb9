#!/usr/bin/env python3
"""Run tests/r/estimates.R anew and hold what R says today against tests/r/estimates.json, which our tests replay.

    .ci/r_check.py          exit 0 if texts are equal and numbers agree to one part in 10^12

So the file cannot have been written by hand, and a newer R that computes otherwise is noticed. Versions may differ. That a
wrong number would be found is shown first, on a copy with one number changed.
Needs Rscript with the packages survey and jsonlite (Debian: r-cran-survey, r-cran-jsonlite).
"""

import json
import math
import pathlib
import shutil
import subprocess
import sys

RELATIVE = 1e-12
# What R leaves where the true figure is zero.
ABSOLUTE = 1e-13
ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "r"


def differences(kept, made, place=""):
    """A line for each place where the two differ."""
    if isinstance(kept, dict) and isinstance(made, dict) and kept.keys() == made.keys():
        return [line for key in kept for line in differences(kept[key], made[key], f"{place}.{key}")]
    if isinstance(kept, list) and isinstance(made, list) and len(kept) == len(made):
        return [line for at, pair in enumerate(zip(kept, made)) for line in differences(*pair, f"{place}[{at}]")]
    numbers = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in (kept, made))
    same = math.isclose(kept, made, rel_tol=RELATIVE, abs_tol=ABSOLUTE) if numbers else kept == made
    return [] if same else [f"{place}: kept {json.dumps(kept)[:80]}, R says {json.dumps(made)[:80]}"]


def figures(found):
    return {"cases": {case["name"]: case for case in found["cases"]}, "project": found["project"], "student": found["student"]}


def main():
    if shutil.which("Rscript") is None:
        sys.exit("r_check: Rscript is not installed (apt-get install r-cran-survey r-cran-jsonlite)")
    done = subprocess.run(["Rscript", str(FOLDER / "estimates.R")], capture_output=True, text=True, timeout=600,
                          check=False, cwd=ROOT)
    if done.returncode != 0:
        sys.exit(f"r_check: R ended with {done.returncode}: {done.stderr}")
    kept, made = json.loads((FOLDER / "estimates.json").read_text(encoding="utf-8")), json.loads(done.stdout)
    planted = json.loads(json.dumps(figures(kept)))
    planted["cases"]["total_stratified"]["expected"]["standard_error"] *= 1 + 1e-11
    if len(differences(planted, figures(made))) != len(differences(figures(kept), figures(made))) + 1:
        sys.exit("r_check: a changed number was not found: the comparison proves nothing")
    wrong = differences(figures(kept), figures(made))
    for line in wrong[:50]:
        print(line)
    version = made["made_by"]
    print(f"{len(kept['cases'])} designs by {version['r']}, survey {version['survey']}: {len(wrong)} differences")
    return 1 if wrong or not kept["cases"] else 0


if __name__ == "__main__":
    sys.exit(main())
