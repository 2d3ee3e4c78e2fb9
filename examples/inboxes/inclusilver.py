"""INCluSilver: six kinds of voucher between EUR 3,000 and EUR 60,000, two years into the programme."""
import datetime as dt

from ._tools import Rand, Sender, day, firms

PARTNERS = {"food_cluster": ("DE", "Lebensmittelcluster"), "health_cluster": ("ES", "health_cluster"), "packaging_cluster": ("FR", "Cluster emballage")}
# kind: how many applied, and what is paid, in steps of EUR 500
KINDS = {"ideas": (22, 3000, 6000), "feasibility": (14, 4000, 10000), "property_rights": (9, 5000, 12000),
         "technology_transfer": (12, 8000, 25000), "demonstration": (10, 15000, 45000), "scalability": (8, 20000, 60000)}
SECTORS = ["agrofood", "agrofood", "agrofood", "health", "health", "ict", "packaging", "creative"]
TAILS = ["Nutrition", "Foods", "Bakery", "Care", "Diagnostics", "Apps", "Packaging", "Dairy", "Design", "Ingredients", "Seniors"]
# The last two quarters that were due, and the days on which they were reported.
REPORTS = [("2018-Q4", "2018-12-31", "2019-01-18"), ("2019-Q1", "2019-03-31", "2019-04-17")]


def write(folder, target):
    sender, rand, taken = Sender(folder, target), Rand(50170), set()
    homes = {partner: firms(rand, country, TAILS, 22, taken) for partner, (country, _) in PARTNERS.items()}
    rows = {partner: [] for partner in PARTNERS}
    for kind, (many, low, high) in KINDS.items():
        for _ in range(many):
            partner = rand.pick(list(PARTNERS))
            firm = rand.pick(homes[partner])
            applied = rand.date("2017-09-01", "2019-03-28")
            decision = "pending" if applied > day("2019-02-20") else rand.pick(["awarded"] * 5 + ["refused"] * 3)
            amount = low + 500 * rand.below((high - low) // 500 + 1) if decision == "awarded" else None
            decided = applied + dt.timedelta(rand.between(20, 38))
            rows[partner].append({
                "decided_on": decided if decision != "pending" else None, "paid": amount and amount * rand.pick([0, 1, 1, 2]) // 2,
                "applied_on": applied, "enterprise": firm.number, "enterprise_name": firm.name, "country": firm.country,
                "kind_of_voucher": kind, "sector": rand.pick(SECTORS), "decision": decision,
                "amount": amount,
                "partner_in": rand.pick(["living lab", "university hospital", "design studio", "software house", "retailer"])})
    for partner in PARTNERS:
        rows[partner].sort(key=lambda row: row["applied_on"])
        for i, row in enumerate(rows[partner]):
            row["voucher_no"] = f"{PARTNERS[partner][0]}-{i + 1:03}"
    # A SME known by name only; and EUR 75,000, where 60,000 is the most: that row is kept out.
    nameless = next(row for row in rows["packaging_cluster"] if row["decision"] == "awarded")
    nameless["enterprise"] = None
    too_much = next(row for row in reversed(rows["health_cluster"]) if row["decision"] == "awarded")
    too_much["amount"] = 75000
    for period, until, on in REPORTS:
        for partner, (_, called) in PARTNERS.items():
            tables = {"vouchers": [known(row, day(until)) for row in rows[partner] if row["applied_on"] <= day(until)]}
            if partner == "health_cluster":
                sender.send(f"vouchers {period}.xlsx", partner, day(on), tables, hidden=period)
            else:
                sender.send(f"INCluSilver_{called}_{period}_{on}.xlsx", partner, day(on), tables, titles=True)


def known(row, until):
    """What had been decided and paid by then: the earlier report knows less of a row than the later one."""
    if row["decided_on"] and row["decided_on"] > until:
        return row | {"decision": "pending", "decided_on": None, "amount": None, "paid": None}
    return row
