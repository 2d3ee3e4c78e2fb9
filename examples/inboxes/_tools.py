"""What the files of this folder share: random numbers that never change, invented firms, and workbooks as partners send them."""
import datetime as dt
import tomllib
from decimal import Decimal

import xlsxwriter

day = dt.date.fromisoformat
HOLIDAYS = {(12, d) for d in range(23, 32)} | {(1, 1), (1, 6), (5, 1)}


class Rand:
    """splitmix64: the same numbers in every version of Python."""

    def __init__(self, seed):
        self.state = seed

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & (2**64 - 1)
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
        return z ^ (z >> 31)

    def below(self, n):
        return self.bits() % n

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def pick(self, items):
        return items[self.below(len(items))]

    def shuffled(self, items):
        out = list(items)
        for i in range(len(out) - 1, 0, -1):
            j = self.below(i + 1)
            out[i], out[j] = out[j], out[i]
        return out

    def date(self, first, last):
        """A working day."""
        first, last = (day(d) if isinstance(d, str) else d for d in (first, last))
        while True:
            d = first + dt.timedelta(self.below((last - first).days + 1))
            if d.weekday() < 5 and (d.month, d.day) not in HOLIDAYS:
                return d

    def split(self, total, parts, least=1):
        """Whole numbers, at least `least` each, that add up to the total."""
        out = [least] * parts
        for _ in range(total - least * parts):
            out[self.below(parts)] += 1
        return out


# ---------------------------------------------------------------- firms that do not exist

FORMS = {"AT": "GmbH", "BE": "BV", "CZ": "s.r.o.", "DE": "GmbH", "DK": "ApS", "ES": "S.L.", "FI": "Oy", "FR": "SAS", "IE": "Ltd",
         "IT": "S.r.l.", "NL": "B.V.", "PL": "sp. z o.o.", "PT": "Lda", "SE": "AB", "UK": "Ltd"}
# Letters and digits of a VAT number, with 9 for a digit.
VAT = {"AT": "ATU99999999", "BE": "BE0999999999", "CZ": "CZ99999999", "DE": "DE999999999", "DK": "DK99999999", "ES": "ESB99999999",
       "FI": "FI99999999", "FR": "FR99999999999", "IE": "IE9999999WA", "IT": "IT99999999999", "NL": "NL999999999B01", "PL": "PL9999999999",
       "PT": "PT599999999", "SE": "SE559999999901", "UK": "GB999999999"}
HEADS = ["Alto", "Amber", "Arven", "Axio", "Belmar", "Bora", "Calder", "Corvo", "Delta", "Drava", "Elmo", "Fenix", "Ferro", "Galen",
         "Helio", "Ister", "Juno", "Kappa", "Lagan", "Linde", "Lumo", "Marca", "Mosa", "Nerva", "Novum", "Orbis", "Orion", "Palma",
         "Pyxis", "Quint", "Rivo", "Rosso", "Sagan", "Silva", "Solven", "Tanne", "Terra", "Umbra", "Valen", "Vesta", "Virgo", "Zenit"]


def weights(n):
    return [3, 7, 1, 9, 2, 5, 4, 8, 6, 3, 7][:n]


class Firm:
    def __init__(self, name, country, number):
        self.name, self.country, self.number = name, country, number


def firms(rand, country, tails, n, taken):
    """`n` firms of a country with names and numbers that no other has. `tails` says what such firms do."""
    made = []
    while len(made) < n:
        name = f"{rand.pick(HEADS)} {rand.pick(tails)} {FORMS[country]}"
        number = "".join(str(rand.below(10)) if c == "9" else c for c in VAT[country])
        if name in taken or number in taken or "00000" in number:
            continue
        taken |= {name, number}
        made.append(Firm(name, country, broken(country, number)))
    return made


def broken(country, number):
    """The number with check digits that are wrong by the rule of its country, where digits can be checked."""
    digits = [int(c) for c in number if c.isdigit()]
    last = number[-1]
    right = {
        "AT": lambda: (10 - (sum(sum(divmod(d * (2 if i % 2 else 1), 10)) for i, d in enumerate(digits[:7])) + 4) % 10) % 10,
        "PT": lambda: (lambda rest: 0 if rest < 2 else 11 - rest)(sum(d * (9 - i) for i, d in enumerate(digits[:8])) % 11),
        "FI": lambda: (lambda rest: 0 if rest == 0 else 11 - rest)(sum(d * w for d, w in zip(digits[:7], (7, 9, 10, 5, 8, 4, 2))) % 11),
        "PL": lambda: sum(d * w for d, w in zip(digits[:9], (6, 5, 7, 2, 3, 4, 5, 6, 7))) % 11,
        "DE": lambda: iso_7064(digits[:8]),
        "BE": lambda: (97 - int("".join(map(str, digits[:8]))) % 97) % 10,
        "ES": lambda: (10 - sum(sum(divmod(d * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(digits[:7])) % 10) % 10,
        "DK": lambda: (digits[7] - sum(d * w for d, w in zip(digits, (2, 7, 6, 5, 4, 3, 2, 1)))) % 11,
        "CZ": lambda: (11 - sum(d * (8 - i) for i, d in enumerate(digits[:7])) % 11) % 10,
        "IT": lambda: (10 - sum(sum(divmod(d * (2 if i % 2 else 1), 10)) for i, d in enumerate(digits[:10])) % 10) % 10,
    }.get(country)
    if right and last.isdigit() and right() == int(last):
        return number[:-1] + str((int(last) + 1) % 10)
    if country == "FR":
        key = (12 + 3 * (int(number[4:]) % 97)) % 97
        return number if number[2:4] != f"{key:02}" else f"FR{(key + 1) % 97:02}{number[4:]}"
    if country == "NL":
        right = [digits[8] == sum(d * (9 - i) for i, d in enumerate(digits[:8])) % 11,
                 int("".join(str(int(c, 36)) for c in number)) % 97 == 1]
        return broken(country, f"{number[:10]}{(digits[8] + 1) % 10}B01") if any(right) else number
    if country == "IE":
        letter = "WABCDEFGHIJKLMNOPQRSTUV"[(sum(d * (8 - i) for i, d in enumerate(digits)) + 9) % 23]
        return number if letter != number[9] else f"{number[:8]}{(digits[6] + 1) % 10}WA"
    if country == "SE":
        total = sum(sum(divmod(d * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(digits[:10]))
        return number if total % 10 else f"{number[:11]}{(digits[9] + 1) % 10}01"
    return number


def iso_7064(digits):
    product = 10
    for d in digits:
        total = (d + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10


# ---------------------------------------------------------------- workbooks

def spoken(text, language):
    """A text of a definition, in a language or else in English."""
    return text if isinstance(text, str) else text.get(language, text.get("en"))


class Sender:
    """Writes workbooks for the partners of one project folder, by the folder's own definitions."""

    def __init__(self, folder, target):
        self.target = target
        main = tomllib.loads((folder / "scoreboard.toml").read_text(encoding="utf-8"))
        self.partners = {one["code"]: one for one in main["partner"]}
        self.collections = {}
        for path in sorted((folder / "pipelines").glob("*.toml")):
            read = tomllib.loads(path.read_text(encoding="utf-8"))
            found = read.get("collection", [])
            for one in found if isinstance(found, list) else [found]:
                self.collections[one["code"]] = one

    def send(self, name, partner, on, tables, hidden=None, cover=None, titles=False, whose="Partnership"):
        """One workbook. `tables` is {collection: rows}; a row is {field: value}, a choice given by its code.

        `hidden` is the period of our own template's sheet; `cover` lists lines of a first sheet;
        `titles` puts two lines above each table, as people do. Without a `partner` the rows say whose they are, by the
        key "of", in a column called `whose`.
        """
        language = self.partners[partner].get("language", "en") if partner else "en"
        book = xlsxwriter.Workbook(str(self.target / name), {"in_memory": True})
        book.set_properties({"author": self.partners[partner]["name"] if partner else "programme", "created": dt.datetime(on.year, on.month, on.day, 9)})
        shape = {"de": "dd.mm.yyyy", "fr": "dd/mm/yyyy", "nl": "dd-mm-yyyy", "es": "dd/mm/yyyy", "pt": "dd/mm/yyyy"}
        formats = {"date": book.add_format({"num_format": shape.get(language, "yyyy-mm-dd")}),
                   "money": book.add_format({"num_format": "#,##0.00"}), "bold": book.add_format({"bold": True})}
        if cover:
            sheet = book.add_worksheet(cover[0])
            sheet.set_column(0, 1, 24)
            for r, (label, value) in enumerate(cover[1]):
                sheet.write_string(r, 0, label, formats["bold"])
                self.cell(sheet, r, 1, value, None, formats, language)
        for code in [code for code in self.collections if code in tables] if hidden else tables:    # as in our template
            self.table(book, code, tables[code], language, formats, on if titles else None, whose)
        if hidden:
            sheet = book.add_worksheet("_scoreboard")
            sheet.hide()
            for r, (key, value) in enumerate([("partner", partner), ("period", hidden), ("reporting_date", on), ("revision", 1)]):
                sheet.write_string(r, 0, key)
                self.cell(sheet, r, 1, value, None, formats, language)
        book.close()

    def table(self, book, code, rows, language, formats, titled, whose):
        collection = self.collections[code]
        title = spoken(collection["title"], language)
        sheet = book.add_worksheet(title[:31])
        used = [one for one in collection["field"] if any(row.get(one["code"]) is not None for row in rows)
                or one.get("required")] or collection["field"]
        if any("of" in row for row in rows):
            used.insert(0, {"code": "of", "label": whose, "kind": "text"})
        sheet.set_column(0, len(used) - 1, 20)
        r = 0
        if titled:
            sheet.write_string(0, 0, title, formats["bold"])
            sheet.write_string(1, 0, titled.strftime({"de": "%d.%m.%Y", "fr": "%d/%m/%Y"}.get(language, "%Y-%m-%d")))
            r = 3
        for c, one in enumerate(used):
            sheet.write_string(r, c, spoken(one["label"], language), formats["bold"])
        for row in rows:
            r += 1
            for c, one in enumerate(used):
                self.cell(sheet, r, c, row.get(one["code"]), one, formats, language)

    def cell(self, sheet, r, c, value, field, formats, language):
        if value is None:
            return
        if field and field["kind"] == "choice":
            for option in field["options"]:
                if isinstance(option, dict) and option["code"] == value:
                    value = spoken(option.get("label", value), language)
        if field and field["kind"] == "yes_no":
            value = {"de": ("nein", "ja"), "fr": ("non", "oui"), "nl": ("nee", "ja")}.get(language, ("no", "yes"))[bool(value)]
        if isinstance(value, str):
            sheet.write_string(r, c, value)
        elif isinstance(value, dt.date):
            sheet.write_datetime(r, c, dt.datetime(value.year, value.month, value.day), formats["date"])
        else:
            money = field and field["kind"] == "money"
            sheet.write_number(r, c, float(value) if isinstance(value, Decimal) else value, formats["money"] if money else None)
