"""A project idea: twelve organisations are interested, and thirty clusters are listed. Nothing has happened yet."""
from ._tools import Rand, Sender, day

POINTS = {"Belgium": ("BE", 2, 5), "Germany": ("DE", 3, 7), "France": ("FR", 2, 6), "Ireland": ("IE", 1, 3), "Netherlands": ("NL", 2, 4),
          "United Kingdom": ("UK", 2, 5)}
BODIES = ["Development agency", "Chamber of Commerce", "Cluster board", "City", "University"]
SECTORS = ["manufacturing", "services", "energy", "food"]


def write(folder, target):
    sender, rand = Sender(folder, target), Rand(2009)
    interest, clusters = [], []
    for point, (country, wish, many) in POINTS.items():
        for i in range(wish):
            interest.append({"of": f"Contact point {point}", "organisation": f"{rand.pick(BODIES)} {country} {i + 1} (illustrative)",
                             "country": country, "said_on": rand.date("2009-11-17", "2009-12-18")})
        for i in range(many):
            sector = rand.pick(SECTORS)
            clusters.append({"of": f"Contact point {point}", "cluster_name": f"Cluster {country}-{i + 1:02} (illustrative)", "sector": sector,
                             "low_carbon": sector == "energy" or rand.below(3) == 0, "smes": rand.between(18, 240)})
    sender.send("NWE_P1.xlsx", None, day("2010-01-12"), {"interest": interest, "clusters": clusters}, whose="Contact point")
