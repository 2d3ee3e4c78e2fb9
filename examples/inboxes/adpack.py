"""AdPack at the end of its funding: missions to four countries, some investments, 373 SMEs."""
from ._tools import Rand, Sender, day, firms

N, B, W, I, G = CLUSTERS = ["nanoprogress", "packbridge", "plastiwin", "inovcluster", "balticnet_plasmatec"]
COUNTRY = dict(zip(CLUSTERS, ["CZ", "SE", "BE", "PT", "DE"]))
SMES = dict(zip(CLUSTERS, [58, 92, 66, 101, 56]))
CALLED = dict(zip(CLUSTERS, ["Nanoprogress", "Packbridge", "Plastiwin", "InovCluster", "BalticNet-PlasmaTec"]))
MISSIONS = {"CA": ("2016-10-10", (N, B, I)), "US": ("2017-03-06", (N, W, G, B)), "CN": ("2017-05-15", (N, I, G)), "CL": ("2017-10-09", (W, I, G))}
TAILS = ["Films", "Packaging", "Labels", "Coatings", "Polymers", "Plasma", "Fibres", "Print", "Barrier", "Recycling"]
REPORTS = [("2016-H2", "2016-12-31", "2017-01-19"), ("2017-H2", "2017-12-31", "2018-01-18")]


def write(folder, target):
    sender, rand, taken = Sender(folder, target), Rand(373), set()
    for cluster in CLUSTERS:
        known = firms(rand, COUNTRY[cluster], TAILS, 7, taken)
        aboard = [{"target_country": to, "travelled_on": day(on), "enterprise": firm.number, "enterprise_name": firm.name, "country": firm.country}
                  for to, (on, who) in MISSIONS.items() if cluster in who for firm in rand.shuffled(known)[:rand.between(2, 4)]]
        put_in = sorted(({"decided_on": rand.date("2016-06-01", "2017-12-15"), "source_of_money": rand.pick(["private", "private", "regional", "eu"]),
                          "amount": 5_000 * rand.between(4, 70)} for _ in range(rand.between(2, 4))), key=lambda row: row["decided_on"])
        for i, row in enumerate(put_in):
            row["investment_no"] = f"{COUNTRY[cluster]}-{i + 1}"
        for period, until, on in REPORTS:
            tables = {"mission_smes": [row for row in aboard if row["travelled_on"] <= day(until)],
                      "investments": [row for row in put_in if row["decided_on"] <= day(until)],
                      "members": [{"smes": SMES[cluster] - (3 if period == "2016-H2" else 0)}]}
            if cluster == W:
                sender.send(f"Plastiwin semestre {period}.xlsx", cluster, day(on), tables, hidden=period)
            else:
                sender.send(f"AdPack_{CALLED[cluster]}_{period}_{on}.xlsx", cluster, day(on), tables)
