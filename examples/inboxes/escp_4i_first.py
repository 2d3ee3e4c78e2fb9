"""The achievements of the first generation of ESCP-4i: rows that add up to the published sums, in one workbook."""
from ._tools import Rand, Sender, day

# market: collaboration projects, formal agreements, business projects, events for SMEs.
# Brazil's 4 collaboration projects are what 17 cases leave beside 6 and 7. Mexico's parts make 15, where 16 are published.
MARKETS = {"CN": (7, 10, 14, 9), "US": (9, 5, 10, 29), "BR": (4, 6, 7, 18), "MX": (4, 3, 8, 15), "CA": (5, 3, 9, 12), "JP": (4, 2, 8, 9),
           "CL": (3, 2, 6, 8), "CO": (2, 2, 6, 7), "IN": (2, 2, 5, 6), "MA": (1, 2, 4, 5), "SG": (2, 1, 4, 4), "TW": (1, 1, 2, 4),
           "AU": (1, 0, 1, 1), "PE": (0, 1, 1, 2), "KR": (0, 1, 0, 2)}
KINDS = ["collaboration_project", "formal_agreement", "business_project"]


def write(folder, target):
    sender, rand = Sender(folder, target), Rand(370)
    names = [one["name"] for one in sender.partners.values()]
    funded = names[:15]
    assert [sum(row[i] for row in MARKETS.values()) for i in range(3)] == [45, 41, 85]
    shares = zip(rand.split(1985, 25, 30), rand.split(370, 25, 4), rand.split(3110, 25, 40), names)
    grants = [180_000 + 1_000 * more for more in rand.split(1600, 15, 0)]      # EUR 4.3 million
    activities = [{"of": name, "smes": smes, "cluster_events": events, "b2b_meetings": meetings,
                   "grant": grants[funded.index(name)] if name in funded else None} for smes, events, meetings, name in shares]
    cases = [{"market": market, "kind_of_case": kind, "of": rand.pick(names), "established_on": rand.date("2016-03-01", "2017-12-20")}
             for market, row in MARKETS.items() for kind, n in zip(KINDS, row) for _ in range(n)]
    cases.sort(key=lambda one: one["established_on"])
    held = [{"market": market, "of": rand.pick(names), "held_on": rand.date("2016-03-01", "2017-12-15")}
            for market, row in MARKETS.items() for _ in range(row[3])]
    held.sort(key=lambda one: one["held_on"])
    for i, one in enumerate(cases):
        one["case_no"] = f"CC-{i + 1:03}"
    for i, one in enumerate(held):
        one["event_no"] = f"E-{i + 1:03}"
    # Whose nothing came of is known too: each partnership has its row in the first sheet, and none in the others.
    sender.send("achievements_2017.xlsx", None, day("2018-01-30"), {"activities": activities, "sme_events": held, "cooperation_cases": cases})
