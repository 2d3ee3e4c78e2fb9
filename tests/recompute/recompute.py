#!/usr/bin/env python3
"""Computes the figures of LASER-GO a second time, from the inbox alone, and writes laser_go.json beside this file.

    pip install openpyxl==3.1.5
    python tests/recompute/recompute.py          # writes laser_go.json
    python tests/recompute/recompute.py --check  # exit code 1 if laser_go.json is not what the inbox gives

It shares nothing with the Rust program and nothing with data/make_inbox.py: it reads data/inbox with openpyxl and csv,
takes labels, options and dates from the definition files, and calculates in `decimal`. The measures of the indicators
and the declared checks stand here a second time, in Python. Where it and the program differ, one of them is wrong.

To check one figure by hand, say `cooperation_volume`, total:
 1. Open the latest workbook of each partner (litek_ataskaita_P5, LASER-GO_OpticsValley_P5_…, HTS Quartalsbericht 4).
 2. Take the agreements that are signed and dated up to 31 May 2016, the cut-off (`cut_off` below).
 3. Strike out the rows that `kept_out` names, each with its cell.
 4. Of an agreement number that stands in two workbooks keep one: LITEK's, else OpticsValley's.
 5. Add up the values: that is `indicators.cooperation_volume.total.value`.
A survey figure by hand: `survey.pairs` lists every pair with stratum, domain and four turnovers; the formulas stand
in `paired_change` below, in the order in which a spreadsheet would do them.

What each figure holds: `total` is the figure at the cut-off; `coverage` [2, 3] says that the current reports of 2 of 3
partners reach it (the older rows of the third count all the same); `since_then` is the same measure over the rows
dated after the cut-off, `with_since_then` over all rows up to as-of; `up_to` is the figure at the end of each period;
an empty name in a breakdown stands for an empty cell. The words in `rule` are this script's own.

All figures are decimal strings. Sums and counts are exact; a quotient has 12 significant digits, rounded half-even.
"""
import csv
import datetime as dt
import json
import re
import sys
import tomllib
import unicodedata
from decimal import ROUND_HALF_EVEN, Context, Decimal, getcontext
from pathlib import Path

import openpyxl

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
getcontext().prec = 60
TWELVE = Context(prec=12, rounding=ROUND_HALF_EVEN)


# ---------------------------------------------------------------- definitions

def toml(path):
    return tomllib.loads(path.read_text(encoding="utf-8"))


PROJECT = toml(ROOT / "scoreboard.toml")
PROGRAMME = PROJECT["programme"]
PARTNERS = [p["code"] for p in PROJECT["partner"]]
PARTNER = {p["code"]: p for p in PROJECT["partner"]}
PIPELINES = [toml(p) for p in sorted((ROOT / "pipelines").glob("*.toml"))]
COLLECTIONS = {p["collection"]["code"]: p["collection"] for p in PIPELINES if "collection" in p}
SURVEY = next(p["survey"] for p in PIPELINES if "survey" in p)
AS_OF = PROGRAMME["as_of"]


def folded(text):
    """Case, accents' encoding and runs of spaces make no difference between two labels."""
    return " ".join(unicodedata.normalize("NFKC", str(text)).casefold().split())


def squeezed(text):
    """In file names -, _, . and spaces make no difference either."""
    return re.sub(r"[-_. ]", "", folded(text))


def labels(item, key):
    said = item.get(key, item["code"])
    said = list(said.values()) if isinstance(said, dict) else [said]
    return {folded(x) for x in [*said, *item.get("also_called", []), item["code"]]}


def add_months(day, n):
    month = day.month - 1 + n
    return dt.date(day.year + month // 12, month % 12 + 1, day.day)


def periods():
    """Quarters from the start of the programme: [(first day, last day)], P1 first."""
    out, start = [], PROGRAMME["start"]
    while start <= PROGRAMME["end"]:
        following = add_months(start, 3)
        out.append((start, following - dt.timedelta(1)))
        start = following
    return out


PERIODS = periods()
DUE_DAYS = {c["due_days"] for c in COLLECTIONS.values()}
assert len(DUE_DAYS) == 1, "one cut-off for all collections"
CUT_PERIOD = max(n for n, (_, last) in enumerate(PERIODS, 1) if last + dt.timedelta(days=min(DUE_DAYS)) <= AS_OF)
CUT_OFF = PERIODS[CUT_PERIOD - 1][1]


def period_of(day):
    return next((n for n, (first, last) in enumerate(PERIODS, 1) if first <= day <= last), None)


# ---------------------------------------------------------------- cells to values

class Bad(Exception):
    """A cell that keeps its row out, by the rule of that name."""


ERRORS = {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}


def number_from_text(text, column):
    """The readings of a text as a number: one is fine, two are not, unless another text in the column decides."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not re.fullmatch(r"-?\d[\d.,]*", plain):
        raise Bad("not-a-number")

    def readings(s):
        out = {}
        for decimal, thousands in ((",", "."), (".", ",")):
            body = s.lstrip("-")
            whole, _, part = body.partition(decimal)
            groups = whole.split(thousands)
            grouped = len(groups) == 1 or (len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:]))
            if grouped and groups[0] and decimal not in part and thousands not in part and (part or decimal not in body):
                out[decimal] = Decimal(("-" if s.startswith("-") else "") + "".join(groups) + "." + (part or "0"))
        return out

    mine = readings(plain)
    if not mine:
        raise Bad("not-a-number")
    if len(set(mine.values())) == 1:
        return next(iter(mine.values()))
    decided = {next(iter(r)) for r in (readings(re.sub(r"[\s\u00a0\u202f]", "", t)) for t in column if t != text)
               if len(r) == 1}
    if len(decided) == 1:
        return mine[decided.pop()]
    raise Bad("number-ambiguous")


def date_from_text(text):
    for pattern, order in ((r"(\d{4})-(\d\d)-(\d\d)", (0, 1, 2)), (r"(\d\d?)[./](\d\d?)[./](\d{4})", (2, 1, 0))):
        m = re.fullmatch(pattern, text.strip())
        if m:
            y, mo, d = (int(m.groups()[i]) for i in order)
            if order[0] == 2 and d <= 12 and mo <= 12 and d != mo:
                raise Bad("date-ambiguous")
            return dt.date(y, mo, d)
    raise Bad("not-a-date")


def option_of(text, field, remarks):
    spoken = {}
    for option in field["options"]:
        option = {"code": option} if isinstance(option, str) else option
        for said in [option["code"], *option.get("label", {}).values(), *option.get("also_called", [])]:
            spoken[said] = option["code"]
    if text in spoken:
        return spoken[text]
    for said, code in spoken.items():
        if folded(said) == folded(text):
            remarks.append("choice-look-alike")
            return code
    raise Bad("unknown-option")


YES_NO = {w: v for v, words in (("yes", "yes oui ja taip"), ("no", "no non nein ne")) for w in words.split()}


def identity(number, name, country):
    """An enterprise is its number; without one, its name and country."""
    if number:
        return ("number", number)
    return ("name", folded(name), country)


def value_of(raw, field, column, remarks):
    """A typed value of one cell. Raises Bad. `remarks` collects what was odd but let in."""
    kind = field["kind"]
    if isinstance(raw, str):
        if raw in ERRORS:
            raise Bad("error-value")
        if not raw.strip():
            return None
    if raw is None:
        return None
    if kind in ("integer", "decimal", "money"):
        if isinstance(raw, str):
            value = number_from_text(raw.strip(), column)
            remarks.append("number-as-text")
        else:
            value = Decimal(repr(raw))
        if kind == "integer" and value != value.to_integral_value():
            raise Bad("not-an-integer")
        return value
    if kind == "date":
        if isinstance(raw, dt.datetime):
            return raw.date()
        value = date_from_text(str(raw))
        remarks.append("date-as-text")
        return value
    text = str(raw)
    if kind == "choice":
        return option_of(text, field, remarks)
    if kind == "yes_no":
        if folded(text) not in YES_NO:
            raise Bad("unknown-option")
        return YES_NO[folded(text)]
    if kind == "enterprise":
        return re.sub(r"[\s.\-\u00a0]", "", text).upper()
    if kind == "country":
        if not re.fullmatch(r"[A-Za-z]{2}", text.strip()):
            raise Bad("unknown-country")
        return text.strip().upper()
    return text.strip()


# ---------------------------------------------------------------- tables

def a1(row, column):
    return f"{openpyxl.utils.get_column_letter(column)}{row}"


def find_header(grid, fields):
    """The row with the most cells that are labels of the fields; {column number: field}."""
    best = (0, None)
    for r, cells in enumerate(grid[:15], 1):
        columns, taken = {}, set()
        for c, cell in enumerate(cells, 1):
            for field in fields:
                if cell is not None and folded(cell) in field["names"] and field["code"] not in taken:
                    columns[c] = field
                    taken.add(field["code"])
                    break
        if len(columns) > best[0]:
            best = (len(columns), (r, columns))
    return best[1]


def shown(raw):
    return raw.date().isoformat() if isinstance(raw, dt.datetime) else str(raw)


TOTALS = {"summe", "total", "iš viso", "gesamt"}

# The declared checks, written a second time: whether the row fails. An empty field never makes one fail.
CHECKS = {
    ("agreements", "signed_needs_date"): lambda r: r["status"] == "signed" and r["signed_on"] is None,
    ("agreements", "signed_needs_value"): lambda r: r["status"] == "signed" and r["value"] is None,
    ("agreements", "large_value"): lambda r: r["value"] is not None and r["value"] > 500000,
    ("contacts", "follow_up_after_contact"):
        lambda r: r["followed_up_on"] is not None and r["made_on"] is not None and r["followed_up_on"] < r["made_on"],
    ("contacts", "outcome_needs_follow_up"):
        lambda r: r["outcome"] not in (None, "none_yet") and r["followed_up_on"] is None,
    ("cluster_capacity", "fte_within_persons"): lambda r: r["fte"] is not None and r["persons"] is not None
                                                and r["fte"] > r["persons"],
}


def read_table(grid, definition, place, reporting_date):
    """Rows that count, rows kept out, and remarks, of one sheet. `place` is {file, sheet}."""
    fields = definition.get("field") or definition["question"]
    for field in fields:
        field["names"] = labels(field, "label")
    header, columns = find_header(grid, fields)
    texts = {c: [row[c - 1] for row in grid[header:] if isinstance(row[c - 1], str)] for c in columns}
    code, rows, out, notes, keys = definition["code"], [], [], [], {}
    for r, cells in enumerate(grid[header:], header + 1):
        filled = [x for x in cells if x is not None and str(x).strip()]
        if not filled:
            continue
        if folded(filled[0]) in TOTALS:
            notes.append({**place, "row": r, "rule": "totals-row-skipped"})
            continue
        row, wrong = {f["code"]: None for f in fields}, []
        for c, field in columns.items():
            raw, remarks = cells[c - 1], []
            try:
                value = row[field["code"]] = value_of(raw, field, texts[c], remarks)
                future = field.get("future", "refuse" if definition.get("date") == field["code"] else "allow")
                if value is not None and reporting_date and field["kind"] == "date" and value > reporting_date \
                        and future != "allow":
                    if future == "refuse":
                        raise Bad("date-in-future")
                    remarks.append("date-in-future")
                if value is not None and "minimum" in field and value < field["minimum"]:
                    raise Bad("below-minimum")
                if value is not None and "maximum" in field and value > field["maximum"]:
                    raise Bad("above-maximum")
            except Bad as bad:
                wrong.append((str(bad), a1(r, c), raw))
            else:
                if value is None and field.get("required"):
                    wrong.append(("missing-required", a1(r, c), None))
            notes += [{**place, "row": r, "cell": a1(r, c), "rule": x, "found": shown(raw)} for x in remarks]
        if not wrong:
            for check in definition.get("check", []):
                if CHECKS[code, check["code"]](row):
                    if check["severity"] == "error":
                        wrong.append((f"check:{check['code']}", None, None))
                    else:
                        notes.append({**place, "row": r, "rule": f"check:{check['code']}"})
        key = tuple(row[k] for k in definition.get("key", []))
        if key and None not in key:
            if key in keys:
                wrong.append(("duplicate-key", None, f"{'/'.join(key)} stands in row {keys[key]} too"))
            keys.setdefault(key, r)
        if wrong:
            out += [{**place, "row": r, **({"cell": cell} if cell else {}), "rule": rule,
                     **({"found": shown(found)} if found is not None else {})} for rule, cell, found in wrong]
            if code == SURVEY["code"]:
                rows.append({**row, "row": r, "complete": False})
        else:
            rows.append({**row, "row": r, "complete": True})
    return rows, out, notes


# ---------------------------------------------------------------- submissions

def named(text):
    for code in PARTNERS:
        if any(squeezed(text) == squeezed(n) for n in [code, PARTNER[code]["name"], *PARTNER[code].get("also_called", [])]):
            return code
    return None


def as_day(x):
    return x.date() if isinstance(x, dt.datetime) else dt.date.fromisoformat(str(x))


def whose(path, book):
    """(partner, period, reporting date, revision, how it was recognised)."""
    if "_scoreboard" in book.sheetnames:
        said = {row[0]: row[1] for row in book["_scoreboard"].iter_rows(values_only=True)}
        return named(said["partner"]), int(said["period"][1:]), as_day(said["reporting_date"]), int(said["revision"]), "hidden sheet"
    names = "|".join(squeezed(n) for p in PROJECT["partner"] for n in [p["code"], p["name"], *p.get("also_called", [])])
    for pattern in PROJECT["submission"]["file_names"]:
        regex = squeezed(pattern.replace("{reporting_date}", "{day}"))
        regex = regex.replace("{partner}", f"(?P<partner>{names})").replace("{period}", r"p(?P<period>\d)")
        regex = regex.replace("{day}", r"(?P<day>\d{8})").replace("{revision}", r"(?P<revision>\d+)").replace("*", ".*")
        m = re.fullmatch(regex, squeezed(path.name))
        if m:
            when = dt.datetime.strptime(m["day"], "%Y%m%d").date()
            return named(m["partner"]), int(m["period"]), when, int(m["revision"]), "file name"
    first, cells = book.worksheets[0], PROJECT["submission"]["cells"]
    at = {k: first[v].value for k, v in cells.items()}
    return named(at["partner"]), int(at["period"][1:]), as_day(at["reporting_date"]), int(at["revision"]), "cells"


def read_inbox():
    submissions = []
    for path in sorted((ROOT / "data/inbox").glob("*.xlsx")):
        if any(path.match(w["files"]) for w in SURVEY["wave"]):
            continue
        book = openpyxl.load_workbook(path, data_only=True)
        partner, period, when, revision, how = whose(path, book)
        for sheet in book.worksheets:
            for code, definition in COLLECTIONS.items():
                if folded(sheet.title) in labels(definition, "title"):
                    grid = [list(row) for row in sheet.iter_rows(values_only=True)]
                    rows, out, notes = read_table(grid, definition,
                                                  {"file": path.name, "sheet": sheet.title}, when)
                    submissions.append(dict(partner=partner, period=period, when=when, revision=revision, how=how,
                                            collection=code, file=path.name, rows=rows, out=out, notes=notes))
    for s in submissions:
        rivals = [o for o in submissions if (o["partner"], o["collection"]) == (s["partner"], s["collection"])
                  and (o["period"] == s["period"] or COLLECTIONS[s["collection"]]["submission"] == "cumulative")]
        s["current"] = s is max(rivals, key=lambda o: (o["when"], o["revision"]))
        for row in s["rows"]:
            row.update(partner=s["partner"], submitted_period=s["period"])
            row.setdefault("country", PARTNER[s["partner"]]["country"])
            date = COLLECTIONS[s["collection"]].get("date")
            row["date"] = row[date] if date else None
            row["period"] = s["period"] if COLLECTIONS[s["collection"]]["submission"] == "period" else \
                period_of(row["date"]) if row["date"] else None
    return submissions


def current_rows(submissions, code):
    """By partner, in the order of scoreboard.toml."""
    return [row for p in PARTNERS for s in submissions if s["current"] and (s["partner"], s["collection"]) == (p, code)
            for row in s["rows"]]


def once(rows, key):
    """One record for each key: that of the partner that stands first. Also the keys whose values differ."""
    records, conflicts = {}, {}
    for row in rows:
        first = records.setdefault(row[key], row)
        if first["partner"] != row["partner"]:
            skip = {"row", "partner", "submitted_period", "date", "period", "complete"}
            for f in sorted(set(first) - skip):
                if first[f] != row[f]:
                    conflicts.setdefault(row[key], {})[f] = {p["partner"]: text(p[f]) for p in (first, row)}
    return list(records.values()), conflicts


# ---------------------------------------------------------------- figures

def text(x):
    if x is None or isinstance(x, str):
        return x
    if isinstance(x, dt.date):
        return x.isoformat()
    x = Decimal(x)
    x = x.quantize(Decimal(1)) if x == x.to_integral_value() else x.normalize()
    return format(x, "f")


def twelve(x):
    return text(TWELVE.plus(x))


def count(rows):
    return {"value": text(len(rows))}


def summed(field):
    return lambda rows: {"value": text(sum((r[field] for r in rows if r[field] is not None), Decimal(0)))}


def distinct(rows):
    ids = {identity(r["enterprise"], r["enterprise_name"], r["country"]) for r in rows}
    lower = sum(1 for i in ids if i[0] == "number")
    names = len(ids) - lower
    # The rule says "at least 1 if any row"; what that adds to the upper bound is open, so such a cell is marked.
    odd = {"only_names": True} if ids and lower == 0 else {}
    return {"value": text(max(lower, 1 if ids else 0)), "upper": text(max(lower, 1 if ids else 0) + names), **odd}


def rate(of, to):
    def figure(rows):
        top, bottom = len([r for r in rows if of(r)]), len([r for r in rows if to(r)])
        if bottom == 0:
            return {"value": None, "why": "zero denominator", "numerator": text(top), "denominator": "0"}
        return {"value": twelve(Decimal(100) * top / bottom), "numerator": text(top), "denominator": text(bottom)}
    return figure


def median(field):
    """The smallest value with at least half of the rows at or below it (qrule "math")."""
    def figure(rows):
        values = sorted(r[field] for r in rows)
        return {"value": text(values[(len(values) + 1) // 2 - 1]) if values else None, "n": text(len(values))}
    return figure


def signed(r):
    return r["status"] == "signed"


# indicator: (collections, which rows, the figure, breakdowns beside partner and period)
INDICATORS = {
    "smes_benefiting": (["support", "agreements"], lambda r: r.get("mode") in ("direct", "indirect") or r.get("status") == "signed",
                        distinct, ["country", "market"]),
    "cooperation_volume": (["agreements"], signed, summed("value"), ["country", "market", "agreement_type"]),
    "cooperation_projects": (["agreements"], signed, count, ["country", "market", "agreement_type"]),
    "contacts_made": (["contacts"], lambda r: True, count, ["country", "market"]),
    "contact_follow_up_rate": (["contacts"], lambda r: True,
                               rate(lambda r: r["followed_up_on"] is not None, lambda r: True), ["country", "market"]),
    "follow_up_days": (["contacts"], lambda r: r["days_to_follow_up"] is not None, median("days_to_follow_up"), ["market"]),
    "contacts_with_agreement": (["contacts"], lambda r: r["outcome"] == "agreement", count, ["country", "market"]),
    "jobs_created": (["agreements"], signed, summed("jobs"), ["country", "market"]),
}


def grouped(rows, by, figure):
    out = {}
    for row in rows:
        out.setdefault(row[by] if row[by] is not None else "", []).append(row)
    return {str(k): figure(v) for k, v in sorted(out.items(), key=lambda kv: str(kv[0]))}


def flows(submissions):
    out = {}
    for code, (collections, where, figure, breakdowns) in INDICATORS.items():
        all_rows, all_records = [], []
        reached = {p: min(max((s["period"] for s in submissions if s["current"] and (s["partner"], s["collection"]) == (p, c)),
                              default=0) for c in collections) for p in PARTNERS}
        for c in collections:
            rows = current_rows(submissions, c)
            records = once(rows, COLLECTIONS[c]["key"][0])[0] if COLLECTIONS[c].get("key_scope") == "programme" else rows
            all_rows += [r for r in rows if where(r) and r["date"]]
            all_records += [r for r in records if where(r) and r["date"]]
        counted = [r for r in all_records if r["date"] <= CUT_OFF]
        by = {"partner": {p: figure([r for r in all_rows if r["partner"] == p and r["date"] <= CUT_OFF]) for p in PARTNERS}}
        by |= {b: grouped(counted, b, figure) for b in breakdowns}
        by["period"] = {f"P{n}": {**figure([r for r in counted if r["period"] == n]), "coverage": coverage(reached, n)}
                        for n in range(1, CUT_PERIOD + 1)}
        out[code] = {
            "total": {**figure(counted), "rows": len(counted), "coverage": coverage(reached, CUT_PERIOD)},
            "since_then": {**figure([r for r in all_records if CUT_OFF < r["date"] <= AS_OF]),
                           "rows": len([r for r in all_records if CUT_OFF < r["date"] <= AS_OF])},
            "with_since_then": figure([r for r in all_records if r["date"] <= AS_OF]),
            "by": by,
            "up_to": {f"P{n}": figure([r for r in counted if r["period"] <= n]) for n in range(1, CUT_PERIOD + 1)},
        }
    return out


def coverage(reached, n):
    """How many partners' current reports reach that period, of how many. A partner's older rows still count."""
    return [sum(1 for p in PARTNERS if reached[p] >= n), len(PARTNERS)]


def stock(submissions):
    rows = [r for r in current_rows(submissions, "cluster_capacity") if r["role"] == "internationalisation"]
    figure = summed("fte")

    def latest(up_to):
        newest = {p: max((r["period"] for r in rows if r["partner"] == p and r["period"] <= up_to), default=None) for p in PARTNERS}
        return newest, [r for r in rows if r["period"] == newest[r["partner"]]]

    newest, counted = latest(CUT_PERIOD)
    return {
        "total": {**figure(counted), "rows": len(counted),
                  "coverage": [sum(1 for p in PARTNERS if newest[p] == CUT_PERIOD), len(PARTNERS)]},
        "by": {"partner": {p: {**figure([r for r in counted if r["partner"] == p]), "period": f"P{newest[p]}"} for p in PARTNERS},
               "period": {f"P{n}": {**figure([r for r in rows if r["period"] == n]),
                                    "coverage": [len({r["partner"] for r in rows if r["period"] == n}), len(PARTNERS)]}
                          for n in range(1, CUT_PERIOD + 1)}},
        "up_to": {f"P{n}": figure(latest(n)[1]) for n in range(1, CUT_PERIOD + 1)},
    }


# ---------------------------------------------------------------- survey

def arctan(x):
    if x > Decimal("0.2"):                                # halve the angle until the series is quick
        return 2 * arctan(x / (1 + (1 + x * x).sqrt()))
    total, power, k = Decimal(0), x, 1
    while abs(power) > Decimal(10) ** -58:
        total += power / k if k % 4 == 1 else -power / k
        power, k = power * x * x, k + 2
    return total


PI = 4 * arctan(Decimal(1))


def within(t, df):
    """P(-t < T < t) of Student's t, in closed form (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    cos2 = df / (df + t * t)
    sin = t / (df + t * t).sqrt()
    if df % 2 == 0:
        term = total = Decimal(1)
        for k in range(2, df, 2):
            term *= cos2 * (k - 1) / k
            total += term
        return sin * total
    theta, cos = arctan(t / Decimal(df).sqrt()), cos2.sqrt()
    if df == 1:
        return 2 * theta / PI
    term = total = cos
    for k in range(3, df, 2):
        term *= cos2 * (k - 1) / k
        total += term
    return 2 / PI * (theta + sin * total)


def t_quantile(df, inside=Decimal("0.95")):
    low, high = Decimal(0), Decimal(1000)
    for _ in range(160):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, df) < inside else (low, middle)
    return (low + high) / 2


assert abs(t_quantile(10) - Decimal("2.2281388519862748")) < Decimal("1e-15")
assert abs(t_quantile(5) - Decimal("2.5705818356363155")) < Decimal("1e-15")


def read_waves(frame, not_used, notes):
    """{role: {enterprise: answer}}, and the response of each wave."""
    waves, response = {}, {}
    for wave in SURVEY["wave"]:
        files = sorted((ROOT / "data/inbox").glob(wave["files"]))
        answers = []
        for path in files:
            if path.suffix == ".csv":
                with open(path, encoding="utf-8-sig", newline="") as f:
                    grid, sheet = [[c or None for c in row] for row in csv.reader(f, delimiter=";")], "csv"
            else:
                book = openpyxl.load_workbook(path, data_only=True)
                sheet = book.sheetnames[0]
                grid = [list(row) for row in book[sheet].iter_rows(values_only=True)]
            place = {"file": path.name, "sheet": sheet}
            rows, out, said = read_table(grid, SURVEY, place, None)
            not_used += [{**o, "rule": "incomplete-answer" if o["rule"] == "missing-required" else o["rule"]} for o in out]
            if path.suffix == ".csv":                     # everything in a csv is text: nothing to remark
                said = [n for n in said if n["rule"] not in ("number-as-text", "date-as-text")]
            notes += said
            answers += [{**r, **place} for r in rows]
        latest, strangers, earlier = {}, 0, 0
        for a in sorted((a for a in answers if a["submitted_on"] <= AS_OF), key=lambda a: a["submitted_on"]):
            if a["enterprise"] not in frame:
                strangers += 1
                not_used.append({"file": a["file"], "sheet": a["sheet"], "row": a["row"], "rule": "not-in-frame", "found": a["enterprise"]})
            elif a["complete"]:
                if a["enterprise"] in latest:
                    earlier += 1
                    old = latest[a["enterprise"]]
                    not_used.append({"file": old["file"], "sheet": old["sheet"], "row": old["row"], "rule": "answered-again-later",
                                     "found": a["enterprise"]})
                latest[a["enterprise"]] = a
        waves[wave["role"]] = latest
        strata = {}
        for h in sorted({f["size_class"] for f in frame.values()}):
            asked = [e for e, f in frame.items() if f["size_class"] == h]
            strata[h] = [sum(1 for e in asked if e in latest), len(asked)]
        response[wave["role"]] = {
            "complete": len(latest), "asked": len(frame), "rate_percent": twelve(Decimal(100) * len(latest) / len(frame)),
            "by_stratum": strata, "incomplete": len({a["enterprise"] for a in answers if not a["complete"] and a["enterprise"] in frame}
                                                     - set(latest)),
            "not_in_frame": strangers, "answered_again": earlier}
    return waves, response


def weights(frame, answered):
    """N_h / n_h for each enterprise that answered; n_h and N_h."""
    size = {}
    for e, f in frame.items():
        n = size.setdefault(f["size_class"], [0, 0])
        n[1] += 1
        n[0] += e in answered
    return {e: Decimal(size[frame[e]["size_class"]][1]) / size[frame[e]["size_class"]][0] for e in answered}, size


def variance(z, frame, size):
    """V = Σ_h (1 − n_h/N_h) · n_h/(n_h−1) · Σ_i (z_hi − z̄_h)²"""
    total = Decimal(0)
    for h, (n, big) in size.items():
        zs = [z[e] for e in z if frame[e]["size_class"] == h]
        mean = sum(zs) / n
        total += (1 - Decimal(n) / big) * n / (n - 1) * sum((x - mean) ** 2 for x in zs)
    return total


def ratio(frame, answers, usable, group=lambda member: True):
    """R = Σwy / Σwx over the domain, and u of each answer. Outside the domain y and x are zero; no answer is dropped."""
    w, size = weights(frame, usable)
    inside = {e: 1 if frame[e]["benefited"] == "yes" and group(frame[e]) else 0 for e in usable}
    y = {e: answers[e]["turnover_international"] * inside[e] for e in usable}
    x = {e: answers[e]["turnover_total"] * inside[e] for e in usable}
    wy, wx = sum(w[e] * y[e] for e in usable), sum(w[e] * x[e] for e in usable)
    r = wy / wx
    u = {e: (y[e] - r * x[e]) / wx for e in usable}
    return r, u, w, size, wy, wx


def estimate(value, var, size):
    df = sum(n for n, _ in size.values()) - len(size)
    se, t = var.sqrt(), t_quantile(df)
    return {"value": twelve(100 * value), "se": twelve(100 * se), "df": df, "t": twelve(t),
            "interval": [twelve(100 * (value - t * se)), twelve(100 * (value + t * se))]}


def paired_change(submissions, not_used, notes):
    frame = {r["enterprise"]: r for r in current_rows(submissions, "members")}
    waves, response = read_waves(frame, not_used, notes)
    first, last = waves["baseline"], waves["follow_up"]
    pairs = sorted(set(first) & set(last))
    r0, u0, w, size, wy0, wx0 = ratio(frame, first, pairs)
    r1, u1, _, _, wy1, wx1 = ratio(frame, last, pairs)
    z = {e: w[e] * (u1[e] - u0[e]) for e in pairs}
    inside = [e for e in pairs if frame[e]["benefited"] == "yes"]
    beside = {}
    for role, answers in waves.items():
        r, u, wc, sz, wy, wx = ratio(frame, answers, sorted(answers))
        beside[role] = {**estimate(r, variance({e: wc[e] * u[e] for e in answers}, frame, sz), sz),
                        "numerator": twelve(wy), "denominator": twelve(wx), "n": len(answers)}
    by = {}
    for field in ("size_class", "country"):
        for value in sorted({f[field] for f in frame.values()}):
            group = lambda member: member[field] == value
            n = sum(1 for e in inside if group(frame[e]))
            if n == 0:
                by.setdefault(field, {})[value] = {"n": 0}
                continue
            g0, v0, wg, sg, _, _ = ratio(frame, first, pairs, group)
            g1, v1, _, _, _, _ = ratio(frame, last, pairs, group)
            change = variance({e: wg[e] * (v1[e] - v0[e]) for e in pairs}, frame, sg)
            level = estimate(g1, variance({e: wg[e] * v1[e] for e in pairs}, frame, sg), sg)
            by.setdefault(field, {})[value] = {"n": n, "actual": level["value"], "actual_interval": level["interval"],
                                               "change": estimate(g1 - g0, change, sg)}
    figure = {
        "by": by,
        "total": {**estimate(r1 - r0, variance(z, frame, size), size), "unit": "percentage points",
                  "baseline": twelve(100 * r0), "actual": twelve(100 * r1),
                  "progress": twelve((r1 - r0) / (Decimal(5) / 100)), "target": twelve(100 * r0 + 5),
                  "numerator": {"baseline": twelve(wy0), "follow_up": twelve(wy1)},
                  "denominator": {"baseline": twelve(wx0), "follow_up": twelve(wx1)},
                  "pairs": len(pairs), "pairs_in_domain": len(inside), "frame": len(frame),
                  "frame_in_domain": sum(1 for f in frame.values() if f["benefited"] == "yes"),
                  "strata": {h: {"pairs": n, "frame": big} for h, (n, big) in sorted(size.items())}},
        "cross_section": beside,
    }
    for e in pairs:
        before, after = first[e]["turnover_total"], last[e]["turnover_total"]
        if after and before and not Decimal("0.003") < after / before < 300:
            notes.append({"file": last[e]["file"], "sheet": last[e]["sheet"], "row": last[e]["row"], "rule": "jump-between-waves",
                          "found": f"{text(before)}, then {text(after)}: probably in thousands"})
    listed = [[e, frame[e]["size_class"], frame[e]["benefited"], *(text(a[e][q]) for a in (first, last)
               for q in ("turnover_international", "turnover_total"))] for e in pairs]
    return figure, {"response": response, "pairs_columns": ["enterprise", "stratum", "benefited", "international_2014", "total_2014",
                                                            "international_2015", "total_2015"], "pairs": listed}


# ---------------------------------------------------------------- all of it

def main():
    submissions = read_inbox()
    not_used, notes = [], []
    survey_figure, survey = paired_change(submissions, not_used, notes)
    indicators = flows(submissions)
    indicators["internationalisation_staff"] = stock(submissions)
    indicators["international_turnover_share"] = survey_figure
    result = {
        "programme": PROGRAMME["code"], "as_of": AS_OF.isoformat(), "cut_off": CUT_OFF.isoformat(), "cut_off_period": f"P{CUT_PERIOD}",
        "submissions": [{k: text(s[k]) if k == "when" else s[k] for k in
                         ("file", "collection", "partner", "period", "when", "revision", "how", "current")} | {
                            "rows": len(s["rows"]), "rows_kept_out": len({o["row"] for o in s["out"]})} for s in submissions],
        "indicators": dict(sorted(indicators.items())),
        "kept_out": [o for s in submissions if s["current"] for o in s["out"]],
        "kept_out_of_replaced_submissions": [o for s in submissions if not s["current"] for o in s["out"]],
        "remarks": [n for s in submissions if s["current"] for n in s["notes"]] + notes,
        "conflicts": once(current_rows(submissions, "agreements"), "agreement_no")[1],
        "survey": {"answers_not_used": not_used, **survey},
    }
    done = render(result)
    target = HERE / "laser_go.json"
    if "--check" in sys.argv:
        if target.read_text(encoding="utf-8") != done:
            sys.exit("laser_go.json is not what the inbox gives: run tests/recompute/recompute.py")
    else:
        target.write_text(done, encoding="utf-8")
    for code, i in result["indicators"].items():
        print(code, i["total"])


def render(x, depth=0):
    """JSON with one line for each small thing, so that a change shows in a diff."""
    flat = json.dumps(x, ensure_ascii=False)
    if len(flat) + depth <= 160 or not isinstance(x, (dict, list)):
        return flat + ("\n" if depth == 0 else "")
    pad, end = " " * (depth + 2), " " * depth
    if isinstance(x, dict):
        body = ",\n".join(f"{pad}{json.dumps(str(k), ensure_ascii=False)}: {render(v, depth + 2)}" for k, v in x.items())
        return f"{{\n{body}\n{end}}}" + ("\n" if depth == 0 else "")
    body = ",\n".join(pad + render(v, depth + 2) for v in x)
    return f"[\n{body}\n{end}]" + ("\n" if depth == 0 else "")


if __name__ == "__main__":
    main()
