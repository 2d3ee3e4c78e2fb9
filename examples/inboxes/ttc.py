"""TTC: 51 events with 3,487 participations, 207 companies (and 3 by name only), 31 candidates, 21 vouchers of EUR 5,000."""
import datetime as dt

from ._tools import Rand, Sender, day, firms

YEARS = [2011, 2012, 2013, 2014]
OFFICES = {"limburg_nl": ("NL", 62), "limburg_be": ("BE", 48), "liege": ("BE", 52), "aachen": ("DE", 45)}
# How a year's report is called and dated. Aachen was late once.
REPORTED = {2011: "2012-01-16", 2012: "2013-01-17", 2013: "2014-01-15", 2014: "2015-01-16"}
TAILS = ["Diagnostics", "Medtech", "Biotech", "Energy", "Photonics", "Materials", "Systems", "Robotics", "Sensors", "Software"]
SECTORS = ["high_tech_systems", "life_sciences", "energy", "innovative_materials", "ict"]
# sector: awarded, refused
VOUCHERS = {"high_tech_systems": (8, 4), "life_sciences": (7, 3), "energy": (5, 2), "innovative_materials": (1, 1)}


def events(rand):
    """Each with the offices that report it; the numbers of participants add up to 3,487."""
    kinds = rand.shuffled(["forum"] * 12 + ["matchmaking"] * 18 + ["brokerage"] * 21)
    spans = {"forum": (110, 160), "matchmaking": (55, 85), "brokerage": (25, 45)}
    days = sorted(rand.date(f"{y}-02-01", f"{y}-12-12") for y, n in zip(YEARS, (9, 14, 16, 12)) for _ in range(n))
    rows = []
    for i, (on, kind) in enumerate(zip(days, kinds)):
        host = rand.pick(list(OFFICES))
        shared = i in (4, 11, 20, 27, 38, 45)
        offices = [host] + ([rand.pick([o for o in OFFICES if o != host])] if shared else [])
        rows.append(({"event_no": f"TTC-E{i + 1:02}", "held_on": on, "kind_of_event": kind, "interdisciplinary": rand.below(3) == 0,
                      "participants": rand.between(*spans[kind])}, offices))
    over = sum(row["participants"] for row, _ in rows) - 3487
    while over:
        row = rand.pick(rows)[0]
        low, high = spans[row["kind_of_event"]]
        step = -1 if over > 0 else 1
        if low <= row["participants"] + step <= high + 40:
            row["participants"] += step
            over += step
    return rows


def advice(rand):
    taken, rows, everybody = set(), {office: [] for office in OFFICES}, {}
    for office, (country, n) in OFFICES.items():
        everybody[office] = [(firm, rand.pick(SECTORS)) for firm in firms(rand, country, TAILS, n, taken)]
    for office, known in everybody.items():
        elsewhere = [one for other, more in everybody.items() if other != office for one in more]
        visits = known + [rand.pick(known) for _ in range(14)] + [rand.pick(elsewhere) for _ in range(3)]
        for firm, sector in visits:
            year = rand.pick([2011, 2012, 2012, 2013, 2013, 2013, 2014, 2014])
            rows[office].append({"enterprise": firm.number, "enterprise_name": firm.name, "country": firm.country,
                                 "advised_on": rand.date(f"{year}-01-10", f"{year}-12-18"), "sector": sector})
        nameless = {"liege": 2, "aachen": 1}.get(office, 0)
        for firm in firms(rand, OFFICES[office][0], TAILS, nameless, taken):
            rows[office].append({"enterprise_name": firm.name, "country": firm.country, "sector": "ict",
                                 "advised_on": rand.date("2013-02-01", "2013-11-30")})
        rows[office].sort(key=lambda row: row["advised_on"])
    return rows


def vouchers(rand):
    taken = set()
    decided = [(sector, "awarded" if i < won else "refused") for sector, (won, lost) in VOUCHERS.items() for i in range(won + lost)]
    days = sorted(rand.date(f"{y}-03-01", f"{y}-12-05") for y, n in zip(YEARS, (4, 9, 11, 7)) for _ in range(n))
    rows = []
    for i, (on, (sector, decision)) in enumerate(zip(days, rand.shuffled(decided))):
        office = rand.pick(list(OFFICES))
        country = OFFICES[office][0]
        other = rand.pick([o for o in OFFICES if OFFICES[o][0] != country])
        [firm] = firms(rand, country, TAILS, 1, taken)
        row = {"candidate_no": f"TTC-V{i + 1:02}", "applicant": firm.name, "country": country, "across_the_border": OFFICES[other][0],
               "sector": sector, "decision": decision, "decided_on": on, "amount": 5000 if decision == "awarded" else None}
        rows.append((row, [office, other] if rand.below(3) == 0 else [office]))
    return rows


def write(folder, target):
    sender, rand = Sender(folder, target), Rand(2011)
    held, advised, decided = events(rand), advice(rand), vouchers(rand)
    for year in YEARS:
        end = dt.date(year, 12, 31)
        for office in OFFICES:
            on = day("2013-01-28") if (office, year) == ("aachen", 2012) else day(REPORTED[year])
            tables = {
                "events": [counted(row, office, offices) for row, offices in held if office in offices and row["held_on"] <= end],
                "advice": [row for row in advised[office] if row["advised_on"] <= end],
                "vouchers": [row for row, offices in decided if office in offices and row["decided_on"] <= end],
            }
            if (office, year) == ("liege", 2013):
                tables["vouchers"] = mistyped(tables["vouchers"])
            label = {"limburg_nl": "Limburg NL", "limburg_be": "Hasselt", "liege": "Liege", "aachen": "Aachen"}[office]
            if office == "limburg_nl":
                sender.send(f"TTC rapportage {year}.xlsx", office, on, tables, hidden=str(year))
            elif office == "aachen":
                cover = ("Deckblatt", [("Partner", "Aachen"), ("Jahr", f"P{year - 2010}"), ("Stand", on)])
                sender.send(f"Jahresbericht {year} Aachen.xlsx", office, on, tables, cover=cover, titles=True)
            else:
                sender.send(f"TTC_{label}_{year}_{on}.xlsx", office, on, tables, titles=office == "liege")


def counted(row, office, offices):
    """Of one event the two offices counted differently: the second saw five more."""
    if row["event_no"] == "TTC-E21" and office != offices[0]:
        return row | {"participants": row["participants"] + 5}
    return row


def mistyped(rows):
    """Liège wrote EUR 7,500 in its report of 2013 where 5,000 had been decided, and put it right a year later."""
    at = max(i for i, row in enumerate(rows) if row["decision"] == "awarded")
    return [row | {"amount": 7500} if i == at else row for i, row in enumerate(rows)]
