"""EU4SportsClusters Alliance: 14 SMEs to China, 16 to the USA, 19 contracts, 2 agreements, 3 export groups, 316 SMEs."""
from ._tools import Rand, Sender, day, firms

CLUSTERS = ["INDESCAT", "Sports&Technology", "European Platform for Sport Innovation", "Flanders Bike Valley", "Cluster Montagne"]
COUNTRY = dict(zip(CLUSTERS, ["ES", "NL", "BE", "BE", "FR"]))
SMES = dict(zip(CLUSTERS, [84, 61, 47, 52, 72]))
TAILS = ["Sports", "Turf", "Bikes", "Alpine", "Fitness", "Footwear", "Stadium", "Outdoor", "Wearables", "Ropeways", "Textiles"]
# market: the day, SMEs of each cluster, business contracts of each, cooperation agreements
MISSIONS = {"CN": ("2017-02-20", [4, 3, 2, 2, 3], [3, 2, 1, 1, 3], 2), "US": ("2017-09-18", [4, 4, 2, 3, 3], [2, 3, 1, 2, 1], 0)}
GROUPS = [("G1", "football", "2016-11-08", 5, (0, 1, 2)), ("G2", "skiing", "2017-01-24", 3, (4, 2)), ("G3", "outdoor", "2017-05-16", 4, (0, 3, 4))]


def write(folder, target):
    sender, rand, taken = Sender(folder, target), Rand(316), set()
    members = {cluster: firms(rand, COUNTRY[cluster], TAILS, 8, taken) for cluster in CLUSTERS}
    travellers, contracts = [], []
    for market, (on, smes, signed, agreements) in MISSIONS.items():
        for cluster, n, m in zip(CLUSTERS, smes, signed):
            # Half of those who went to the USA had been to China.
            chosen = members[cluster][:n] if market == "CN" else members[cluster][n // 2:n // 2 + n]
            travellers += [{"of": cluster, "travelled_on": day(on), "market": market, "enterprise": firm.number,
                            "enterprise_name": firm.name, "country": firm.country} for firm in chosen]
            contracts += [{"of": cluster, "signed_on": rand.date(on, "2017-12-15"), "market": market, "kind_of_contract": "business_contract"}
                          for _ in range(m)]
        contracts += [{"of": CLUSTERS[i], "signed_on": day(on), "market": market, "kind_of_contract": "cooperation_agreement"}
                      for i in range(agreements)]
    for market in MISSIONS:
        here = sorted((one for one in contracts if one["market"] == market), key=lambda one: one["signed_on"])
        for i, one in enumerate(here):
            one["contract_no"] = f"{market}-{i + 1:02}"
    groups = [{"of": CLUSTERS[i], "group_no": no, "topic": topic, "founded_on": day(on), "companies": companies, "clusters": len(who)}
              for no, topic, on, companies, who in GROUPS for i in who]
    # A plan of one cluster alone: kept out, because a group has members of different clusters.
    groups.append({"of": "Sports&Technology", "group_no": "G4", "topic": "football", "founded_on": day("2017-10-03"), "companies": 3, "clusters": 1})
    for year, on in ((2016, "2017-01-20"), (2017, "2018-01-22")):
        until = day(f"{year}-12-31")
        tables = {
            "members": [{"of": cluster, "smes": n - (4 if year == 2016 else 0)} for cluster, n in SMES.items()],
            "travellers": [one for one in travellers if one["travelled_on"] <= until],
            "contracts": [one for one in contracts if one["signed_on"] <= until],
            "export_groups": [one for one in groups if one["founded_on"] <= until],
        }
        # A sheet without rows would be nobody's.
        sender.send(f"EU4Sports_{year}_{on}.xlsx", None, day(on), {code: rows for code, rows in tables.items() if rows}, whose="Cluster")
