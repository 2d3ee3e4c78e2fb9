"""An invented cooperation of three clusters: members, agreements, interviews, reviews, and a survey before and after."""
import csv
import datetime as dt
import io

from ._tools import Rand, Sender, day, firms

CLUSTERS = {"north": ("DK", 34, "Cluster North"), "west": ("IE", 28, "Cluster West"), "south": ("PT", 38, "Cluster South")}
TAILS = ["Maritime", "Robotics", "Foods", "Textiles", "Software", "Energy", "Medical", "Tools", "Logistics", "Plastics"]
REPORTS = [("2017-H2", "2017-12-31", "2018-01-24"), ("2018-H2", "2018-12-31", "2019-01-25")]
TOPICS = ["turnover", "turnover", "jobs", "innovation", "innovation", "trust", "trust", "trust", "burden"]
REMARKS = ["New customers abroad, and one new market.", "We learned how others certify.", "We hired two people from a partner.", "",
           "Too many meetings, and paperwork.", "More trust between us, and shared knowledge.", "Exports have begun.", "",
           "It took more time than we thought, but the technology was worth it."]


def people(rand):
    taken, known = set(), {}
    for cluster, (country, n, _) in CLUSTERS.items():
        known[cluster] = [(firm, rand.pick(["direct"] * 5 + ["indirect"] * 3 + ["none"] * 2)) for firm in firms(rand, country, TAILS, n, taken)]
    return known


def answers(rand, known):
    """Two waves: each firm's size, and how it grew; who takes part grew a little more."""
    before, after = [], []
    for firm, role in (one for cluster in known.values() for one in cluster):
        jobs = rand.between(6, 120)
        per_job, wage = rand.between(90_000, 190_000), rand.between(31_000, 47_000)
        growth = {"direct": rand.between(98, 130), "indirect": rand.between(96, 118), "none": rand.between(92, 112)}[role]
        later = jobs * growth // 100
        if rand.below(100) < 74:
            before.append([firm, rand.date("2016-04-11", "2016-05-30"), jobs * per_job, 0, jobs, 0, jobs * wage, jobs * per_job * 38 // 100, "no", ""])
        if rand.below(100) < {"direct": 80, "indirect": 66, "none": 55}[role]:
            turnover = later * per_job * rand.between(101, 112) // 100
            gained = max(later - jobs, 0) * rand.between(20, 80) // 100 if role == "direct" else 0
            because = turnover * rand.between(0, 9) // 100 if role == "direct" else 0
            after.append([firm, rand.date("2019-03-11", "2019-04-29"), turnover, because, later, gained, later * wage * rand.between(104, 110) // 100,
                          turnover * rand.between(36, 42) // 100, "yes" if rand.below(100) < 27 else "no", rand.pick(REMARKS) if role == "direct" else ""])
    return sorted(before, key=lambda one: one[1]), sorted(after, key=lambda one: one[1])


HEADERS = ["VAT number", "Answered on", "Turnover (EUR)", "of which because of the cooperation (EUR)", "Employees (FTE)",
           "of which because of the cooperation (FTE)", "Wages (EUR)", "Value added (EUR)", "Was there an effect that nobody had intended?",
           "What has changed because of the cooperation?"]


def export(path, rows):
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow(HEADERS)
    out.writerows([[firm.number, on.isoformat(), *rest] for firm, on, *rest in rows])
    path.write_bytes(text.getvalue().encode("utf-8"))


def write(folder, target):
    sender, rand = Sender(folder, target), Rand(9)
    known = people(rand)
    before, after = answers(rand, known)
    export(target / "effects_baseline_2016.csv", before)
    export(target / "effects_follow-up_2019.csv", after)
    signed = sorted(({"signed_on": rand.date("2016-04-01", "2018-12-14"), "because_of_it": rand.pick(["yes", "yes", "partly", "partly", "no"]),
                      "who": rand.shuffled(list(CLUSTERS))[:2]} for _ in range(41)), key=lambda one: one["signed_on"])
    said = {cluster: [] for cluster in CLUSTERS}
    for i in range(22):
        cluster = rand.pick(list(CLUSTERS))
        on, speaker = rand.date("2016-10-03", "2018-11-30"), rand.pick(["member", "member", "member", "manager"])
        for statement in range(rand.between(2, 5)):
            topic = rand.pick(TOPICS)
            said[cluster].append({"interview_no": f"I-{i + 1:02}", "statement": statement + 1, "held_on": on, "speaker": speaker, "topic": topic,
                                  "intended": topic != "burden" and rand.below(100) < 78, "reach": rand.pick(["direct", "direct", "indirect"])})
    reviews = {cluster: [] for cluster in CLUSTERS}
    for cluster in CLUSTERS:
        for i, planned in enumerate(("2016-09-15", "2017-03-15", "2017-09-15", "2018-03-15", "2018-09-17")):
            late = rand.pick([0, 0, 2, 5, 9, 30]) if (cluster, i) != ("west", 3) else None
            reviews[cluster].append({"review_no": f"R{i + 1}", "planned_on": day(planned), "days_late": late,
                                     "held_on": day(planned) + dt.timedelta(late) if late is not None else None,
                                     "strategy_changed": late is not None and i in (1, 3)})
    for period, until, on in REPORTS:
        for cluster, (_, _, called) in CLUSTERS.items():
            sender.send(f"evaluation_{called}_{period}_{on}.xlsx", cluster, day(on), {
                "members": [{"enterprise": firm.number, "enterprise_name": firm.name, "country": firm.country, "role": role}
                            for firm, role in known[cluster]],
                "agreements": [{"agreement_no": f"CA-{i + 1:02}", "signed_on": one["signed_on"], "because_of_it": one["because_of_it"]}
                               for i, one in enumerate(signed) if cluster in one["who"] and one["signed_on"] <= day(until)],
                "interviews": [row for row in said[cluster] if row["held_on"] <= day(until)],
                "reviews": [row for row in reviews[cluster] if row["planned_on"] <= day(until)],
            })
