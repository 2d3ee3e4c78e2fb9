"""Renewable energy clusters: measures by value chain and step with gaps, and capacity before and after."""
from ._tools import Sender, day

PARTNERS = {"north": ("Cluster North", "N", "region_north"), "west": ("Cluster West", "W", "region_west"), "south": ("Cluster South", "S", "region_south")}
# name, kind, value chain, first and last step
MEASURES = {
    "north": [("Wind test bench", "test_site", "wind", 5, 7), ("Offshore demonstration grant", "grant", "wind", 7, 8),
              ("Wave basin", "test_site", "marine", 5, 6), ("Green growth loan", "finance", "wind", 9, 9),
              ("Innovation voucher bioenergy", "grant", "bioenergy", 5, 6)],
    "west": [("Solar field lab", "test_site", "solar", 6, 8), ("Energy innovation credit", "finance", "solar", 8, 9),
             ("Tidal pilot site", "test_site", "marine", 7, 8), ("Wind supply chain advice", "advice", "wind", 7, 9)],
    "south": [("Biogas demonstration programme", "grant", "bioenergy", 6, 8), ("Solar advice for SMEs", "advice", "solar", 5, 6),
              ("Market entry advice bioenergy", "advice", "bioenergy", 9, 9), ("Rotor blade laboratory", "test_site", "wind", 5, 5)],
}
BEFORE = {"north": (3, 2, 2, 4), "west": (2, 3, 2, 3), "south": (3, 2, 1, 2)}
AFTER = {"north": (4, 4, 3, 4), "west": (4, 4, 3, 3), "south": (4, 3, 2, 3)}
SERVICES = ["skills", "matching", "finance", "testing"]


def write(folder, target):
    sender = Sender(folder, target)
    for partner, (_, letter, region) in PARTNERS.items():
        rows = [{"measure_no": f"{letter}-{i + 1:02}", "measure_name": name, "kind_of_measure": kind, "value_chain": chain, "step": f"trl_{step}", "region": region}
                for i, (name, kind, chain, first, last) in enumerate(MEASURES[partner]) for step in range(first, last + 1)]
        capacity = [{"moment": moment, "service": service, "score": score}
                    for moment, scores in (("before", BEFORE), ("after", AFTER)) for service, score in zip(SERVICES, scores[partner])]
        sender.send(f"RET_{partner}_2017.xlsx", partner, day("2018-01-30"), {"measures": rows, "capacity": capacity}, hidden="2017")
