"""REINA PLUS: 13 missions, 118 companies, 263 contacts (and one row kept out), 94 opportunities, 30 and 8 agreements."""
import datetime as dt

from ._tools import Rand, Sender, day, firms

S, A, F, P = CLUSTERS = ["cluster_energia", "oekoenergie", "merinova", "energyin"]
COUNTRY = {S: "ES", A: "AT", F: "FI", P: "PT"}
COMPANIES = {S: 44, A: 32, F: 19, P: 23}
SMES = {S: [121, 124, 127, 128], A: [90, 91, 94, 94], F: [46, 48, 48, 48], P: [49, 50, 52, 52]}     # 322 at the end
HALVES = [("2016-H1", "2016-06-30", "2016-07-14"), ("2016-H2", "2016-12-31", "2017-01-16"),
          ("2017-H1", "2017-06-30", "2017-07-13"), ("2017-H2", "2017-12-31", "2018-01-15")]
TAILS = ["Wind", "Solar", "Biomass", "Hydro", "Grid", "Storage", "Turbines", "Inverters", "Boilers", "Power", "Offshore", "Forecast"]
MISSIONS = [
    ("mexico", "2016-04-11", (S, P), "Chamber of Commerce"), ("brazil", "2016-06-06", (S, P, A), "Energy association"),
    ("chile", "2016-09-19", (S, A, F), "Renewables association"), ("morocco", "2016-10-17", (S, A, P), "Solar agency"),
    ("mexico", "2016-11-14", (S, A), "Wind association"), ("usa", "2016-12-05", (F, A), "Clean-tech hub"),
    ("brazil", "2017-02-13", (P, S), "State development agency"), ("colombia", "2017-03-20", (S, P, F), "Chamber of Commerce"),
    ("chile", "2017-04-24", (A, S), "Renewables association"), ("mexico", "2017-05-22", (S, P, F), "Energy cluster"),
    ("morocco", "2017-09-11", (P, A), "Chamber of Commerce"), ("brazil", "2017-10-02", (S, P, F, A), "Bioenergy association"),
    ("usa", "2017-10-23", (F, S), "Wind association"),
]
# market: opportunities, of which agreements with companies, and agreements with associations or clusters
CAME_OF_IT = {"mexico": (22, 7, 2), "brazil": (21, 7, 2), "chile": (18, 6, 1), "morocco": (15, 5, 1), "usa": (11, 3, 1), "colombia": (7, 2, 1)}
TECHNOLOGIES = ["wind", "wind", "solar", "solar", "bioenergy", "hydro", "grids"]
CONTACTS = 263


def travellers(rand):
    taken, rows = set(), {cluster: [] for cluster in CLUSTERS}
    for cluster in CLUSTERS:
        own = [i for i, mission in enumerate(MISSIONS) if cluster in mission[2]]
        for n, firm in enumerate(firms(rand, COUNTRY[cluster], TAILS, COMPANIES[cluster], taken)):
            first = own[n % len(own)]                    # each mission of the cluster has somebody aboard
            again = rand.pick(own) if rand.below(5) == 0 else first
            for i in sorted({first, again}):
                market, began, _, _ = MISSIONS[i]
                rows[cluster].append({"mission_no": f"M{i + 1:02}", "travelled_on": day(began), "market": market,
                                      "enterprise": firm.number, "enterprise_name": firm.name, "country": firm.country})
        rows[cluster].sort(key=lambda row: row["travelled_on"])
    return rows


def contacts(rand, aboard):
    rows = {cluster: [] for cluster in CLUSTERS}
    chances = [(cluster, row) for cluster in CLUSTERS for row in aboard[cluster]]
    for cluster, row in sorted((rand.pick(chances) for _ in range(CONTACTS)), key=lambda one: one[1]["travelled_on"]):
        met = row["travelled_on"] + dt.timedelta(rand.below(4))
        asked = rand.below(100) < {S: 86, A: 90, F: 78, P: 70}[cluster]
        rows[cluster].append({"contact_no": f"{cluster[0].upper()}{len(rows[cluster]) + 1:03}", "met_on": met, "market": row["market"],
                              "met_whom": rand.pick(["company"] * 6 + ["public_body", "association", "association"]),
                              "followed_up_on": met + dt.timedelta(rand.between(9, 60)) if asked else None})
    rows[P].append({"contact_no": "E900", "met_on": day("2017-10-04"), "market": "brazil", "met_whom": "company",
                    "followed_up_on": day("2017-01-18")})       # January of the wrong year: kept out
    return rows


def came_of_it(rand):
    found, signed = [], []
    for market, (many, agreed, with_clusters) in CAME_OF_IT.items():
        trips = [(day(began), clusters) for m, began, clusters, _ in MISSIONS if m == market]
        here = []
        for n in range(many):
            began, clusters = trips[n % len(trips)]
            reporters = [rand.pick(clusters)]
            if n % 8 == 3:
                reporters.append(rand.pick([c for c in clusters if c not in reporters]))
            on = rand.date(began, min(began + dt.timedelta(45), day("2017-12-15")))
            here.append({"on": on, "market": market, "technology": rand.pick(TECHNOLOGIES), "reporters": reporters})
        here.sort(key=lambda one: one["on"])
        found += here
        for one in rand.shuffled(here[:many * 3 // 4])[:agreed]:
            earliest = one["on"] + dt.timedelta(25)
            one["signed"] = rand.date(earliest, min(earliest + dt.timedelta(200), day("2017-12-20")))
        for _ in range(with_clusters):
            began, clusters = rand.pick(trips)
            signed.append({"on": rand.date(began, day("2017-12-15")), "market": market, "signed_with": rand.pick(["association", "cluster"]),
                           "reporters": list(clusters[:2])})
    found.sort(key=lambda one: (one["on"], one["market"]))
    for i, one in enumerate(found):
        one["no"] = f"OP-{i + 1:03}"
        if "signed" in one:
            signed.append({"on": one["signed"], "market": one["market"], "signed_with": "company", "from": one["no"],
                           "reporters": one["reporters"]})
    signed.sort(key=lambda one: (one["on"], one["market"]))
    return found, signed


def write(folder, target):
    sender, rand = Sender(folder, target), Rand(322)
    aboard = travellers(rand)
    met, (found, signed) = contacts(rand, aboard), came_of_it(rand)
    for half, (period, end, on) in enumerate(HALVES):
        for cluster in CLUSTERS:
            end_day, sent = day(end), day("2018-01-24") if (cluster, half) == (P, 3) else day(on)
            tables = {
                "missions": [{"mission_no": f"M{i + 1:02}", "began_on": day(began), "market": market, "local_host": host}
                             for i, (market, began, clusters, host) in enumerate(MISSIONS) if cluster in clusters and day(began) <= end_day],
                "travellers": [row for row in aboard[cluster] if row["travelled_on"] <= end_day],
                "contacts": [row | {"followed_up_on": row["followed_up_on"] if row["followed_up_on"] and row["followed_up_on"] <= sent else None}
                             for row in met[cluster] if row["met_on"] <= end_day],
                "opportunities": [{"opportunity_no": one["no"], "identified_on": one["on"], "market": one["market"], "technology": one["technology"]}
                                  for one in found if cluster in one["reporters"] and one["on"] <= end_day],
                "agreements": [{"agreement_no": f"AG-{i + 1:02}", "signed_on": one["on"], "market": one["market"], "signed_with": one["signed_with"],
                                "from_opportunity": one.get("from")}
                               for i, one in enumerate(signed) if cluster in one["reporters"] and one["on"] <= end_day],
                "members": [{"smes": SMES[cluster][half]}],
            }
            if cluster == A:
                sender.send(f"REINA Plus Halbjahr {period}.xlsx", cluster, sent, tables, hidden=period)
            elif cluster == F:
                cover = ("Cover", [("Partner", "Oy Merinova Ab"), ("Period", period), ("Date", sent)])
                sender.send(f"Merinova {period}.xlsx", cluster, sent, tables, cover=cover)
            else:
                name = {S: "Cluster Energia", P: "EnergyIN"}[cluster]
                sender.send(f"REINA+_{name}_{period}_{sent}.xlsx", cluster, sent, tables, titles=cluster == S)
