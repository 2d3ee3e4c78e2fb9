#!/usr/bin/env python3
"""Writes data/inbox: the workbooks and survey exports that the partners of LASER-GO might have sent.

    pip install xlsxwriter==3.3.1
    python data/make_inbox.py            # replaces data/inbox, prints what was planted where
    python data/make_inbox.py --check    # writes it elsewhere and compares, part by part of each workbook

Real (Smart Guide, section 5.8): the programme, its three clusters, its dates, its 231 SMEs, its three targets.
Illustrative: every row. The enterprises, their VAT numbers, the contacts, agreements, amounts and answers are
invented, and so is the split of the 231 SMEs over clusters and size classes. No VAT number here has a right check
digit, so none is anybody's.

The partners send as partners do: one fills in our template, two have layouts of their own; three languages; and each
makes honest mistakes. A mistake is planted by `Plant`, so that data/README.md can name its cell.

The same bytes come out on every run (own random numbers, creation dates set), as long as the zlib that Python
was built with is the same.
"""
import datetime as dt
import shutil
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from decimal import Decimal as D
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

INBOX = Path(__file__).resolve().parent / "inbox"
day = dt.date.fromisoformat


# ---------------------------------------------------------------- random numbers that never change

CHRISTMAS = {(12, d) for d in range(23, 32)} | {(1, 1)}


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

    def unit(self):
        return (self.bits() >> 11) / 2**53

    def bell(self):
        """About normal, mean 0, deviation 1: sums only, so no platform's libm is asked."""
        return sum(self.unit() for _ in range(12)) - 6

    def pick(self, items):
        return items[self.below(len(items))]

    def weighted(self, pairs):
        at = self.below(sum(w for _, w in pairs))
        for item, w in pairs:
            if at < w:
                return item
            at -= w

    def shuffled(self, items):
        out = list(items)
        for i in range(len(out) - 1, 0, -1):
            j = self.below(i + 1)
            out[i], out[j] = out[j], out[i]
        return out

    def date(self, first, last):
        """A working day, not in Christmas week."""
        while True:
            d = first + dt.timedelta(self.below((last - first).days + 1))
            if d.weekday() < 5 and (d.month, d.day) not in CHRISTMAS:
                return d


# ---------------------------------------------------------------- periods, partners, words

QUARTER_ENDS = [day("2015-05-31"), day("2015-08-31"), day("2015-11-30"), day("2016-02-29"), day("2016-05-31")]
QUARTER_STARTS = [day("2015-03-01")] + [d + dt.timedelta(1) for d in QUARTER_ENDS[:-1]]

PARTNERS = ["litek", "opticsvalley", "human_technology"]

# partner, quarter, reporting date, revision, file. Human.technology Styria has not sent its fifth quarter.
SUBMISSIONS = [
    ("litek", 1, "2015-06-15", 1, "litek_ataskaita_P1.xlsx"),
    ("litek", 2, "2015-09-14", 1, "litek_ataskaita_P2.xlsx"),
    ("litek", 3, "2015-12-15", 1, "litek_ataskaita_P3.xlsx"),
    ("litek", 4, "2016-03-15", 1, "litek_ataskaita_P4.xlsx"),
    ("litek", 5, "2016-06-13", 1, "litek_ataskaita_P5.xlsx"),
    ("opticsvalley", 1, "2015-06-12", 1, "LASER-GO_OpticsValley_P1_2015-06-12_rev1.xlsx"),
    ("opticsvalley", 2, "2015-09-11", 1, "LASER-GO_OpticsValley_P2_2015-09-11_rev1.xlsx"),
    ("opticsvalley", 3, "2015-12-14", 1, "LASER-GO Optics Valley P3 2015-12-14 rev1.xlsx"),
    ("opticsvalley", 4, "2016-03-11", 1, "LASER-GO_OpticsValley_P4_2016-03-11_rev1.xlsx"),
    ("opticsvalley", 4, "2016-03-18", 2, "LASER-GO_OpticsValley_P4_2016-03-18_rev2.xlsx"),
    ("opticsvalley", 5, "2016-06-10", 1, "LASER-GO_OpticsValley_P5_2016-06-10_rev1.xlsx"),
    ("human_technology", 1, "2015-06-15", 1, "HTS Quartalsbericht 1.xlsx"),
    ("human_technology", 2, "2015-09-22", 1, "HTS Quartalsbericht 2.xlsx"),
    ("human_technology", 3, "2015-12-15", 1, "HTS Quartalsbericht 3.xlsx"),
    ("human_technology", 4, "2016-03-14", 1, "HTS Quartalsbericht 4.xlsx"),
]

LANGUAGE = {"litek": "lt", "opticsvalley": "fr", "human_technology": "de"}
DATE_FORMAT = {"litek": "yyyy-mm-dd", "opticsvalley": "dd/mm/yyyy", "human_technology": "dd.mm.yyyy"}

# What a choice is called in each partner's language.
WORDS = {
    "micro": {"lt": "Labai maža", "fr": "Micro", "de": "Kleinst"},
    "small": {"lt": "Maža", "fr": "Petite", "de": "Klein"},
    "medium": {"lt": "Vidutinė", "fr": "Moyenne", "de": "Mittel"},
    "yes": {"lt": "taip", "fr": "oui", "de": "ja"},
    "no": {"lt": "ne", "fr": "non", "de": "nein"},
    "coaching": {"lt": "Konsultavimas", "fr": "Accompagnement", "de": "Coaching"},
    "mission": {"lt": "Misija užsienyje", "fr": "Mission à l'étranger", "de": "Auslandsmission"},
    "matchmaking": {"lt": "Partnerių paieška", "fr": "Mise en relation", "de": "Partnervermittlung"},
    "training": {"lt": "Mokymai", "fr": "Formation", "de": "Schulung"},
    "market_study": {"lt": "Rinkos tyrimas", "fr": "Étude de marché", "de": "Marktstudie"},
    "direct": {"lt": "Tiesioginė", "fr": "Direct", "de": "Direkt"},
    "indirect": {"lt": "Netiesioginė", "fr": "Indirect", "de": "Indirekt"},
    "europe": {"lt": "Europa", "fr": "Europe", "de": "Europa"},
    "usa": {"lt": "JAV", "fr": "États-Unis", "de": "USA"},
    "japan": {"lt": "Japonija", "fr": "Japon", "de": "Japan"},
    "china": {"lt": "Kinija", "fr": "Chine", "de": "China"},
    "korea": {"lt": "Pietų Korėja", "fr": "Corée du Sud", "de": "Südkorea"},
    "none_yet": {"lt": "Kol kas nėra", "fr": "Aucun à ce jour", "de": "Noch keines"},
    "negotiating": {"lt": "Deramasi", "fr": "En négociation", "de": "In Verhandlung"},
    "agreement": {"lt": "Susitarimas", "fr": "Accord", "de": "Vereinbarung"},
    "lost": {"lt": "Prarastas", "fr": "Perdu", "de": "Verloren"},
    "signed": {"lt": "Pasirašyta", "fr": "Signé", "de": "Unterzeichnet"},
    "cancelled": {"lt": "Nutraukta", "fr": "Annulé", "de": "Storniert"},
    "joint_research": {"lt": "Bendri moksliniai tyrimai", "fr": "Recherche commune", "de": "Gemeinsame Forschung"},
    "joint_product": {"lt": "Bendras produktas", "fr": "Produit commun", "de": "Gemeinsames Produkt"},
    "supply": {"lt": "Tiekimas", "fr": "Fourniture", "de": "Zulieferung"},
    "distribution": {"lt": "Platinimas", "fr": "Distribution", "de": "Vertrieb"},
    "internationalisation": {"lt": "Tarptautiškumas", "fr": "Internationalisation", "de": "Internationalisierung"},
    "innovation": {"lt": "Inovacijų skatinimas", "fr": "Appui à l'innovation", "de": "Innovationsbegleitung"},
    "administration": {"lt": "Administravimas", "fr": "Administration", "de": "Verwaltung"},
}
CHOICES = {"size_class", "benefited", "support_type", "mode", "market", "outcome", "agreement_type", "status", "role"}

# Sheet names and columns as each partner has them: order, wording and extra columns differ.
SHEETS = {
    "litek": {
        "support": ("Parama MVĮ", [
            ("enterprise", "PVM mokėtojo kodas"), ("enterprise_name", "Įmonė"), ("country", "Šalis"),
            ("support_type", "Paramos rūšis"), ("mode", "Tiesioginė ar netiesioginė"),
            ("supported_on", "Paramos data"), ("market", "Tikslinė rinka"), ("hours", "Valandos")]),
        "contacts": ("Misijose užmegzti kontaktai", [
            ("contact_no", "Kontakto Nr."), ("made_on", "Kontakto data"), ("mission", "Misija"),
            ("enterprise", "PVM mokėtojo kodas"), ("enterprise_name", "Įmonė"), ("country", "Šalis"),
            ("market", "Tikslinė rinka"), ("followed_up_on", "Susisiekta"),
            ("days_to_follow_up", "Dienos iki susisiekimo"), ("outcome", "Rezultatas")]),
        "agreements": ("Bendradarbiavimo sutartys", [
            ("agreement_no", "Sutarties Nr."), ("signed_on", "Pasirašymo data"),
            ("agreement_type", "Bendradarbiavimo rūšis"), ("status", "Būsena"),
            ("enterprise", "Vadovaujančios įmonės PVM kodas"), ("enterprise_name", "Vadovaujanti įmonė"),
            ("country", "Šalis"), ("counterpart", "Kitas narys"), ("market", "Tikslinė rinka"),
            ("value", "Vertė (EUR)"), ("jobs", "Sukurtos darbo vietos (etatai)")]),
        "cluster_capacity": ("Klasterio komanda", [
            ("role", "Pareigos"), ("persons", "Asmenys"), ("fte", "Etatai")]),
        "members": ("Klasterio nariai", [
            ("enterprise", "PVM mokėtojo kodas"), ("enterprise_name", "Įmonė"), ("country", "Šalis"),
            ("size_class", "Dydžio klasė"), ("joined_on", "Narys nuo"), ("benefited", "Gavo naudos iš LASER-GO")]),
    },
    "opticsvalley": {
        "members": ("Membres du cluster", [
            ("enterprise_name", "Société"), ("enterprise", "N° de TVA"), ("country", "Pays"),
            ("size_class", "Taille"), ("joined_on", "Membre depuis"), ("benefited", "Bénéficiaire de LASER-GO")]),
        "support": ("Actions PME", [
            ("enterprise_name", "Société"), ("enterprise", "N° de TVA"), ("country", "Pays"),
            ("supported_on", "Date de l'appui"), ("support_type", "Type d'appui"), ("mode", "Direct ou indirect"),
            ("market", "Pays cible"), ("hours", "Heures")]),
        "contacts": ("Contacts noués en mission", [
            ("contact_no", "N° de contact"), ("mission", "Mission"), ("made_on", "Date du contact"),
            ("enterprise_name", "Société"), ("enterprise", "N° de TVA"), ("country", "Pays"),
            ("market", "Pays cible"), ("followed_up_on", "Relance le"), ("days_to_follow_up", "Jours avant suivi"),
            ("outcome", "Résultat")]),
        "agreements": ("Accords", [
            ("agreement_no", "N° d'accord"), ("status", "Statut"), ("signed_on", "Date de signature"),
            ("responsible", "Responsable"),          # a column that nobody asked for
            ("enterprise_name", "Chef de file"), ("enterprise", "N° de TVA du chef de file"), ("country", "Pays"),
            ("counterpart", "Partenaire"), ("agreement_type", "Type de coopération"), ("market", "Marché visé"),
            ("value", "Montant du contrat"), ("jobs", "ETP")]),
        "cluster_capacity": ("Équipe du cluster", [
            ("role", "Fonction"), ("persons", "Personnes"), ("fte", "ETP")]),
    },
    "human_technology": {
        "agreements": ("Vereinbarungen", [
            ("agreement_no", "Vereinbarungs-Nr."), ("enterprise", "UID"), ("enterprise_name", "Unternehmen"),
            ("country", "Land"), ("counterpart", "Anderes Mitglied"), ("agreement_type", "Art der Kooperation"),
            ("market", "Zielmarkt"), ("status", "Stand"), ("signed_on", "Unterzeichnet am"),
            ("value", "Volumen"), ("jobs", "VZÄ")]),
        "support": ("Unterstützung für KMU", [
            ("supported_on", "Datum der Unterstützung"), ("enterprise", "UID"), ("enterprise_name", "Firma"),
            ("country", "Land"), ("support_type", "Art der Unterstützung"), ("mode", "Direkt oder indirekt"),
            ("market", "Zielmarkt"), ("hours", "Stunden")]),
        "contacts": ("Kontakte", [
            ("contact_no", "Kontakt-Nr."), ("made_on", "Datum des Kontakts"), ("mission", "Mission"),
            ("enterprise", "UID"), ("enterprise_name", "Firma"), ("country", "Land"), ("market", "Zielmarkt"),
            ("outcome", "Ergebnis"), ("followed_up_on", "Nachverfolgt am"),
            ("days_to_follow_up", "Tage bis Nachverfolgung")]),
        "cluster_capacity": ("Team", [
            ("role", "Aufgabe"), ("persons", "Personen"), ("fte", "Vollzeitäquivalente")]),
        "members": ("Mitgliederliste", [
            ("enterprise", "UID"), ("enterprise_name", "Firma"), ("country", "Land"),
            ("size_class", "Größenklasse"), ("joined_on", "Mitglied seit"), ("benefited", "Von LASER-GO profitiert")]),
    },
}


# ---------------------------------------------------------------- the enterprises

@dataclass
class Sme:
    partner: str
    no: str
    name: str
    country: str
    size: str
    joined: dt.date


SIZES = {  # 231 SMEs in all is published; this split is illustrative
    "litek": {"micro": 20, "small": 18, "medium": 10},
    "opticsvalley": {"micro": 48, "small": 42, "medium": 22},
    "human_technology": {"micro": 30, "small": 26, "medium": 15},
}
NAME_PARTS = {
    "litek": (["Lazer", "Opti", "Foto", "Spektr", "Prizm", "Švies", "Fibr", "Medi", "Diod", "Žvilg", "Puls", "Kvant"],
              ["ora", "ika", "vita", "lina", "metra", "ija", "ena"], ["UAB {}"]),
    "opticsvalley": (["Lumi", "Opta", "Photo", "Spectra", "Rétina", "Diopta", "Prisma", "Céli", "Holo", "Fibra", "Iri",
                      "Bio", "Néo", "Vita"],
                     ["val", "tis", "lys", "méd", "gène", "rive", "ance", "line", "sonde", "cap"],
                     ["{} SAS", "{} SARL", "{} SAS"]),
    "human_technology": (["Licht", "Opto", "Mur", "Alpen", "Sensor", "Medi", "Strahl", "Puls", "Steir", "Klinik", "Grün",
                          "Glas"],
                         ["werk", "tron", "optik", "med", "sens", "fokus", "linse", "mess"], ["{} GmbH"]),
}


def vat(country, digits):
    """A VAT number of the right shape whose check digit is wrong, so that it belongs to nobody."""
    n = [int(c) for c in digits]
    if country == "LT":                                   # the eighth digit of a real one is 1
        return f"LT{digits[:7]}{2 + n[7] % 8}{digits[8]}"
    if country == "FR":
        return f"FR{(12 + 3 * (int(digits[:9]) % 97) + 1 + n[9]) % 97:02}{digits[:9]}"
    if country == "AT":
        s = sum(n[i] if i % 2 == 0 else n[i] // 5 + n[i] * 2 % 10 for i in range(7))
        return f"ATU{digits[:7]}{(10 - (s + 4) % 10 + 1 + n[7] % 8) % 10}"
    if country == "LV":
        check = (3 - sum(a * b for a, b in zip(n, [9, 1, 4, 8, 3, 10, 2, 5, 7, 6]))) % 11
        return f"LV{digits[:10]}{(check + 1) % 10}"
    check = (11 - sum(a * b for a, b in zip(n, [8, 7, 6, 5, 4, 3, 2])) % 11) % 10
    return f"SI{digits[:7]}{(check + 1) % 10}"


def make_smes():
    r = Rand(2015_03_01)
    smes = {}
    for partner in PARTNERS:
        stems, ends, forms = NAME_PARTS[partner]
        names = r.shuffled([r.pick(forms).format(s + e) for s in stems for e in ends])
        sizes = r.shuffled([s for s, k in SIZES[partner].items() for _ in range(k)])
        home = {"litek": "LT", "opticsvalley": "FR", "human_technology": "AT"}[partner]
        members = []
        for i, size in enumerate(sizes):
            country, name = home, names[i]
            if partner == "litek" and i in (7, 30):       # a cluster has members across the border
                country, name = "LV", name.replace("UAB", "SIA")
            if partner == "human_technology" and i in (5, 40):
                country, name = "SI", name.replace("GmbH", "d.o.o.")
            first = {"LT": "30", "FR": "7", "AT": "7", "LV": "400", "SI": "8"}[country]
            digits = first + "".join(str(r.below(10)) for _ in range(12))
            members.append(Sme(partner, vat(country, digits[:11]), name, country, size,
                               r.date(day("2008-01-01"), day("2015-02-27"))))
        smes[partner] = members
    return smes


# ---------------------------------------------------------------- what happened

# How many SMEs benefited for the first time in each quarter.
FIRST_TIME = {"litek": [3, 5, 6, 7, 4], "opticsvalley": [2, 6, 9, 11, 8], "human_technology": [2, 4, 6, 7]}
REPEATS = {"litek": [0, 2, 4, 5, 6], "opticsvalley": [0, 3, 6, 8, 9], "human_technology": [0, 2, 4, 5]}

MISSIONS = [  # title in the partner's file, first day, days, market, contacts by partner
    ({"lt": "Mugė Miunchene, 2015 m. birželis", "fr": "Salon de Munich, juin 2015", "de": "Messe München, Juni 2015"},
     "2015-06-22", 4, "europe", (8, 10, 7)),
    ({"lt": "Misija į Japoniją, 2015 m. spalis", "fr": "Mission Japon, octobre 2015", "de": "Mission Japan, Oktober 2015"},
     "2015-10-12", 5, "japan", (9, 14, 9)),
    ({"lt": "Mugė Diuseldorfe, 2015 m. lapkritis", "fr": "Salon de Düsseldorf, novembre 2015",
      "de": "Messe Düsseldorf, November 2015"}, "2015-11-16", 4, "europe", (7, 12, 11)),
    ({"lt": "Misija į JAV, 2016 m. vasaris", "fr": "Mission États-Unis, février 2016", "de": "Mission USA, Februar 2016"},
     "2016-02-15", 4, "usa", (10, 16, 9)),
    ({"lt": "Misija į Kiniją, 2016 m. balandis", "fr": "Mission Chine, avril 2016", "de": "Mission China, April 2016"},
     "2016-04-18", 5, "china", (8, 12, 0)),
    ({"lt": "Misija į Pietų Korėją, 2016 m. gegužė", "fr": "Mission Corée du Sud, mai 2016",
      "de": "Mission Südkorea, Mai 2016"}, "2016-05-16", 4, "korea", (6, 9, 0)),
    ({"lt": "Mugė Paryžiuje, 2016 m. birželis", "fr": "Salon de Paris, juin 2016", "de": "Messe Paris, Juni 2016"},
     "2016-06-06", 3, "europe", (0, 2, 0)),
]

# number, kind, partner of the lead, its SME, partner of the other member, its SME, market, signed on, value, jobs, reported by
L, O, H = PARTNERS
AGREEMENTS = [
    ("LG-001", "supply", L, 0, H, 1, "europe", "2015-05-19", "64000", "0.5", (L, H)),
    ("LG-002", "joint_research", O, 1, L, 4, "europe", "2015-07-08", "240000", "2", (L, O)),
    ("LG-003", "distribution", H, 0, O, 5, "europe", "2015-08-26", "88500", "1", (H,)),
    ("LG-004", "joint_product", L, 5, O, 9, "usa", "2015-09-15", "175000", "1.5", (L, O)),
    ("LG-005", "supply", O, 3, H, 7, "europe", "2015-10-06", "52300", "0.5", (O,)),
    ("LG-006", "joint_research", O, 8, H, 4, "japan", "2015-11-12", "310000", "3", (O, H)),
    ("LG-007", "distribution", L, 9, H, 3, "japan", "2015-11-25", "41200", "0", (L,)),
    ("LG-008", "joint_product", H, 6, O, 2, "usa", "2015-12-03", "205000", "2", (H, O)),
    ("LG-009", "supply", H, 8, L, 2, "europe", "2015-12-17", "86400", "1", (H,)),
    ("LG-010", "joint_research", O, 12, L, 11, "china", "2016-01-14", "398000", "3.5", (L, O)),
    ("LG-011", "distribution", O, 60, H, 9, "usa", "2016-01-28", "73000", "0.5", (O,)),     # SME without support
    ("LG-012", "joint_product", L, 13, O, 15, "europe", "2016-02-09", "129900", "1", (L,)),
    ("LG-013", "supply", H, 45, O, 6, "japan", "2016-02-18", "57750", "0.5", (H, O)),        # SME without support
    ("LG-014", "joint_product", L, 6, O, 18, "usa", "2016-02-25", "320000", "2.5", (L, O)),
    ("LG-015", "joint_research", H, 12, L, 15, "europe", "2016-02-29", "268000", "2", (H, L)),
    ("LG-016", "distribution", O, 20, L, 8, "korea", "2016-03-10", "96400", "1", (O,)),
    ("LG-017", "joint_product", L, 17, H, 14, "china", "2016-03-22", "184000", "1.5", (L, H)),
    ("LG-018", "joint_research", O, 24, H, 10, "usa", "2016-04-05", "540000", "4", (O,)),
    ("LG-019", "supply", L, 20, O, 22, "europe", "2016-04-14", "68900", "0.5", (L,)),
    ("LG-020", "joint_product", O, 27, L, 3, "japan", "2016-04-21", "184500", "1.5", (O,)),
    ("LG-021", "distribution", O, 29, H, 2, "china", "2016-05-03", "61250", "0.5", (O,)),
    ("LG-022", "joint_research", O, 11, L, 22, "europe", "2016-05-11", "262000", "2.5", (O, L)),
    ("LG-023", "supply", L, 40, H, 16, "europe", "2016-05-12", "150000", "1", (L,)),
    ("LG-024", "joint_product", O, 33, H, 11, "korea", "2016-05-18", "210000", "2", (O,)),
    ("LG-025", "supply", L, 18, O, 30, "usa", "2016-05-20", "48500", "0.5", (L,)),
    ("LG-026", "distribution", O, 31, L, 19, "usa", "2016-05-24", "118000", "1", (O,)),
    ("LG-027", "joint_product", L, 23, H, 17, "japan", "2016-05-27", "143000", "1", (L,)),
    ("LG-028", "joint_research", O, 35, L, 24, "europe", "2016-06-06", "175000", "1.5", (O,)),
    ("LG-029", "joint_research", L, 21, H, 5, "china", None, "220000", "2", (L,)),
    ("LG-030", "joint_product", O, 14, H, 8, "usa", None, "400000", "3", (O, H)),
    ("LG-031", "supply", H, 3, L, 12, "europe", "cancelled", "90000", "1", (H,)),
]

# full-time equivalents (persons) for internationalisation, innovation, administration at the end of each quarter
CAPACITY = {
    "litek": [("1", "2", "1"), ("1", "2", "1"), ("1.5", "2", "1"), ("1.5", "2.5", "1"), ("2", "2.5", "1")],
    "opticsvalley": [("1.5", "4", "2"), ("1.5", "4", "2"), ("2", "4", "2"), ("2", "4.5", "2"), ("2.2", "4.5", "2")],
    "human_technology": [("1", "3", "1.5"), ("1", "3", "1.5"), ("1.5", "3", "1.5"), ("1.5", "3.5", "1.5")],
}


def make_support(smes):
    """Rows in the order in which the partner wrote them. The first SMEs of each list are those that benefit."""
    r = Rand(90)
    markets = [("europe", 5), ("usa", 3), ("japan", 3), ("china", 2), ("korea", 1), (None, 1)]
    kinds = [("coaching", 4), ("mission", 3), ("matchmaking", 3), ("training", 2), ("market_study", 2)]
    rows = {}
    for partner in PARTNERS:
        rows[partner] = []
        known = 0
        for q, new in enumerate(FIRST_TIME[partner]):
            chosen = [known + i for i in range(new)]
            chosen += [r.below(known) for _ in range(REPEATS[partner][q])] if known else []
            known += new
            of_quarter = []
            for i in chosen:
                kind = r.weighted(kinds)
                direct = kind in ("mission", "training") or (kind != "market_study" and r.below(10) < 7)
                of_quarter.append({
                    "sme": smes[partner][i], "support_type": kind, "mode": "direct" if direct else "indirect",
                    "supported_on": r.date(QUARTER_STARTS[q] + dt.timedelta(7), QUARTER_ENDS[q]),
                    "market": r.weighted(markets), "hours": D(r.between(2, 48)) / 2 if direct else None})
            rows[partner] += sorted(of_quarter, key=lambda row: row["supported_on"])
    # two SMEs in June 2016: after the cut-off, so "since then"
    for partner, i, on in (("litek", 26, "2016-06-07"), ("opticsvalley", 37, "2016-06-02")):
        rows[partner].append({"sme": smes[partner][i], "support_type": "matchmaking", "mode": "direct",
                              "supported_on": day(on), "market": "europe", "hours": D(3)})
    return rows


def known_by(partner, on):
    """How many SMEs of the partner had benefited by that day."""
    return sum(new for start, new in zip(QUARTER_STARTS, FIRST_TIME[partner]) if start <= on)


def make_contacts(smes):
    r = Rand(250)
    prefix = {"litek": "L", "opticsvalley": "C", "human_technology": "K"}
    rows = {p: [] for p in PARTNERS}
    for title, first, days, market, counts in MISSIONS:
        for partner, count in zip(PARTNERS, counts):
            travellers = [r.below(known_by(partner, day(first))) for _ in range(max(3, count // 2))]
            for _ in range(count):
                made = day(first) + dt.timedelta(r.below(days))
                lag = r.between(6, 30) + (r.between(0, 40) if r.below(3) == 0 else 0)
                answered = r.below(100) < {"litek": 84, "opticsvalley": 74, "human_technology": 66}[partner]
                followed = made + dt.timedelta(lag) if answered else None
                rows[partner].append({
                    "contact_no": f"{prefix[partner]}-{len(rows[partner]) + 1:03}", "made_on": made,
                    "mission": title[LANGUAGE[partner]], "sme": smes[partner][r.pick(travellers)], "market": market,
                    "followed": followed,
                    "outcome": r.weighted([("none_yet", 30), ("negotiating", 34), ("agreement", 17), ("lost", 19)])})
    return rows


# ---------------------------------------------------------------- honest mistakes

class Broken(str):
    """An Excel error value, as a formula leaves it behind."""


@dataclass
class Plant:
    """What a partner typed instead, from its first quarter to its last."""
    partner: str
    sheet: str
    row: object                      # the key of the row, or its number among the partner's rows
    column: str
    typed: object
    story: str
    quarters: tuple
    seen: list = field(default_factory=list)


NBSP = "\u00a0"
PRINTED = []                         # mistakes that are a row of their own: file, sheet, cell, story
PLANTS = [
    # LITEK: kept out
    Plant(L, "agreements", "LG-023", "status", "sigend", "misspelt choice: kept out, 'signed' suggested", (5, 5)),
    Plant(L, "agreements", "LG-025", "value", "48.500", "48,5 or 48 500? kept out", (5, 5)),
    Plant(L, "support", -4, "supported_on", day("2061-05-17"), "year 2061 for 2016: kept out", (5, 5)),
    # LITEK: let in, with a remark
    Plant(L, "agreements", "LG-027", "status", "Pasirašyta ", "trailing space: let in", (5, 5)),
    # OpticsValley: kept out
    Plant(O, "agreements", "LG-006", "signed_on", None, "signed, no date: kept out in P3, put right in P4", (3, 3)),
    Plant(O, "agreements", "LG-024", "signed_on", None, "signed, no date: kept out", (5, 5)),
    Plant(O, "agreements", "LG-026", "value", Broken("#REF!"), "error value of a formula: kept out", (5, 5)),
    Plant(O, "support", -6, "supported_on", None, "required date missing: kept out", (5, 5)),
    Plant(O, "support", 9, "support_type", "Acompagnement", "misspelt choice: kept out, never put right", (3, 5)),
    Plant(O, "contacts", "C-029", "followed_up_on", day("2015-01-08"), "followed up before it was made: kept out", (4, 5)),
    # OpticsValley: let in, with a remark
    Plant(O, "agreements", "LG-014", "value", D(345000), "LITEK says 320 000: LITEK's counts", (4, 5)),
    Plant(O, "agreements", "LG-020", "value", f"184{NBSP}500,00", "number as text, one reading: let in", (5, 5)),
    Plant(O, "agreements", "LG-021", "status", "SIGNÉ ", "capitals and a trailing space: let in", (5, 5)),
    Plant(O, "support", -3, "supported_on", "23/05/2016", "date as text, one reading: let in", (5, 5)),
    Plant(O, "support", 22, "hours", "12,50", "number as text: let in", (4, 5)),
    Plant(O, "support", 13, "enterprise", None, "enterprise by name only: in the upper bound", (3, 5)),
    Plant(O, "cluster_capacity", "innovation", "persons", 4, "4.5 full-time equivalents of 4 persons: let in", (5, 5)),
    # Human.technology Styria: kept out
    Plant(H, "contacts", "K-019", "made_on", day("2014-11-17"), "before the programme began: kept out", (3, 4)),
    Plant(H, "contacts", "K-031", "contact_no", "K-030", "a number given twice: the later row is kept out", (4, 4)),
    # Human.technology Styria: let in, with a remark
    Plant(H, "agreements", "LG-009", "value", "86.400,00", "number as text, one reading: let in", (4, 4)),
    Plant(H, "support", 14, "enterprise", None, "enterprise by name only: in the upper bound", (4, 4)),
    Plant(H, "support", 20, "mode", "direkt ", "small letter and a trailing space: let in", (4, 4)),
]


# ---------------------------------------------------------------- what a partner knew when it reported

class Reports:
    def __init__(self):
        self.smes = make_smes()
        self.support = make_support(self.smes)
        self.contacts = make_contacts(self.smes)

    def of_sme(self, sme):
        return {"enterprise": sme.no, "enterprise_name": sme.name, "country": sme.country}

    def support_rows(self, partner, on):
        for i, row in enumerate(self.support[partner]):
            if row["supported_on"] <= on:
                yield [i, i - len(self.support[partner])], {**self.of_sme(row["sme"]), **row}

    def contact_rows(self, partner, on):
        for row in self.contacts[partner]:
            if row["made_on"] > on:
                continue
            out = {**self.of_sme(row["sme"]), **row, "outcome": None}
            followed = row["followed"]
            if followed and followed <= on:
                out["followed_up_on"] = followed
                out["days_to_follow_up"] = (followed - row["made_on"]).days
                fresh = row["outcome"] == "agreement" and on < followed + dt.timedelta(40)
                out["outcome"] = "negotiating" if fresh else row["outcome"]
            elif partner == O:
                out["outcome"] = "none_yet"
            yield [row["contact_no"]], out

    def agreement_rows(self, partner, on):
        for no, kind, lead, i, other, j, market, signed, value, jobs, reported_by in AGREEMENTS:
            if partner not in reported_by:
                continue
            row = {**self.of_sme(self.smes[lead][i]), "agreement_no": no, "agreement_type": kind,
                   "counterpart": self.smes[other][j].name, "market": market, "value": D(value), "jobs": D(jobs),
                   "responsible": ("M. Perrin", "Mme Ollier")[int(no[-1]) % 2], "status": "negotiating"}
            if signed is None or signed == "cancelled":
                if on < day("2016-03-01"):
                    continue
                row["status"] = "cancelled" if signed else "negotiating"
            elif day(signed) <= on:
                row["status"], row["signed_on"] = "signed", day(signed)
            elif day(signed) > on + dt.timedelta(60):
                continue
            yield [no], row
            if (partner, no) == (L, "LG-019") and on == day("2016-06-13"):
                yield ["LG-019 again"], {**row, "value": D(86900)}      # listed twice, with two digits exchanged

    def capacity_rows(self, partner, quarter, revision):
        fte = CAPACITY[partner][quarter - 1]
        if (partner, quarter, revision) == (O, 4, 1):
            fte = ("3",) + fte[1:]                                      # put right a week later by revision 2
        for role, n in zip(("internationalisation", "innovation", "administration"), fte):
            yield [role], {"role": role, "fte": D(n), "persons": int(D(n).to_integral_value("ROUND_CEILING"))}

    def benefited(self, partner, on):
        """The VAT numbers that the partner would call beneficiaries: supported, or leading a signed agreement."""
        out = {row["enterprise"] for _, row in self.support_rows(partner, on)}
        return out | {row["enterprise"] for _, row in self.agreement_rows(partner, on) if row["status"] == "signed"}

    def member_rows(self, partner, on):
        yes = self.benefited(partner, on)
        for sme in self.smes[partner]:
            yield [sme.no], {**self.of_sme(sme), "size_class": sme.size, "joined_on": sme.joined,
                             "benefited": "yes" if sme.no in yes else "no"}


# ---------------------------------------------------------------- workbooks

TITLES = {  # rows above the header
    "litek": ["LASER-GO ataskaita: {sheet}", ""],
    "opticsvalley": ["OpticsValley – LASER-GO", "{sheet}, situation au {on:%d/%m/%Y}", "Merci de ne pas modifier les lignes", ""],
    "human_technology": ["LASER-GO: {sheet} (Stand {on:%d.%m.%Y})"],
}


def spelled(partner, column, value, i):
    """The same number as different people write it."""
    if column == "enterprise" and value:
        if partner == O and i % 7 == 3:
            return f"{value[:4]} {value[4:7]} {value[7:10]} {value[10:]}"
        if partner == H and i % 9 == 4:
            return f"{value[:3]} {value[3:]}"
    return value


class Workbook:
    def __init__(self, partner, quarter, on, revision, name):
        self.partner, self.quarter, self.on, self.revision, self.name = partner, quarter, on, revision, name
        self.book = xlsxwriter.Workbook(str(INBOX / name), {"in_memory": True})
        self.book.set_properties({"author": partner, "created": dt.datetime(on.year, on.month, on.day, 9)})
        self.date = self.book.add_format({"num_format": DATE_FORMAT[partner]})
        self.money = self.book.add_format({"num_format": "#,##0.00"})
        self.bold = self.book.add_format({"bold": True, "bottom": 1})

    def cover(self):
        sheet = self.book.add_worksheet("Deckblatt")
        sheet.set_column(0, 1, 26)
        name = "Human.technology Styria" if self.quarter > 1 else "HTS"
        for r, (label, value) in enumerate([("Partner", name), ("Berichtszeitraum", f"P{self.quarter}"),
                                            ("Berichtsdatum", self.on), ("Revision", self.revision)]):
            sheet.write_string(r, 0, label)
            self.put(sheet, r, 1, value)

    def hidden(self):
        sheet = self.book.add_worksheet("_scoreboard")
        sheet.hide()
        for r, (key, value) in enumerate([("partner", self.partner), ("period", f"P{self.quarter}"),
                                          ("reporting_date", self.on), ("revision", self.revision),
                                          ("template_version", 1)]):
            sheet.write_string(r, 0, key)
            self.put(sheet, r, 1, value)

    def put(self, sheet, r, c, value, column=None):
        if value is None:
            return
        if isinstance(value, Broken):
            sheet.write_formula(r, c, "=#REF!*1", self.money, str(value))
        elif isinstance(value, str):
            sheet.write_string(r, c, value)
        elif isinstance(value, dt.date):
            sheet.write_datetime(r, c, dt.datetime(value.year, value.month, value.day), self.date)
        else:
            sheet.write_number(r, c, float(value), self.money if column == "value" else None)

    def table(self, code, rows):
        title, columns = SHEETS[self.partner][code]
        sheet = self.book.add_worksheet(title)
        sheet.set_column(0, len(columns) - 1, 20)
        head = [line.format(sheet=title, on=self.on) for line in TITLES[self.partner]]
        for r, line in enumerate(head):
            if line:
                sheet.write_string(r, 0, line)
        r = len(head)
        for c, (_, label) in enumerate(columns):
            sheet.write_string(r, c, label, self.bold)
        first = r + 1
        place = {column: c for c, (column, _) in enumerate(columns)}
        for i, (keys, row) in enumerate(rows):
            r += 1
            if self.partner == O and code == "support" and i == 20:
                r += 1                                                  # a blank row in the middle
            if keys == ["LG-019 again"]:
                PRINTED.append((self.name, title, xl_rowcol_to_cell(r, 0), "listed twice, with two values: the later row is kept out"))
            for c, (column, _) in enumerate(columns):
                value = row.get(column)
                if column in CHOICES and value is not None:
                    value = WORDS[value][LANGUAGE[self.partner]]
                value = spelled(self.partner, column, value, i)
                for plant in PLANTS:
                    if (plant.partner, plant.sheet, plant.column) == (self.partner, code, column) \
                            and plant.row in keys and plant.quarters[0] <= self.quarter <= plant.quarters[1]:
                        value = plant.typed
                        plant.seen.append((self.name, title, xl_rowcol_to_cell(r, c)))
                # LITEK subtracts the two dates where both are there. No formula that gives an empty text: XlsxWriter
                # cannot write its result, and a formula without a result is one that nobody has calculated.
                if column == "days_to_follow_up" and self.partner == L and value is not None:
                    a, b = (xl_rowcol_to_cell(r, place[x]) for x in ("made_on", "followed_up_on"))
                    sheet.write_formula(r, c, f"={b}-{a}", None, value)
                else:
                    self.put(sheet, r, c, value, column)
        if self.partner == H and code == "agreements":                  # a totals row that nobody asked for
            c = place["value"]
            total = sum(row["value"] for k, row in rows if k != ["LG-009"])
            PRINTED.append((self.name, title, xl_rowcol_to_cell(r + 1, 0), "a totals row: passed over"))
            sheet.write_string(r + 1, 0, "Summe", self.bold)
            sheet.write_formula(r + 1, c, f"=SUM({xl_rowcol_to_cell(first, c)}:{xl_rowcol_to_cell(r, c)})",
                                self.money, float(total))


def write_workbook(reports, partner, quarter, on, revision, name):
    book = Workbook(partner, quarter, on, revision, name)
    rows = {
        "members": reports.member_rows(partner, on),
        "support": reports.support_rows(partner, on),
        "contacts": reports.contact_rows(partner, on),
        "agreements": reports.agreement_rows(partner, on),
        "cluster_capacity": reports.capacity_rows(partner, quarter, revision),
    }
    if partner == H:
        book.cover()
    for code in SHEETS[partner]:
        book.table(code, list(rows[code]))
    if partner == L:
        book.hidden()
    book.book.close()


# ---------------------------------------------------------------- the survey

HEADERS = ["Answer no.", "Submitted on", "Enterprise no. (VAT)", "Enterprise",
           "Turnover of the last financial year, total (EUR)", "of which from international activities (EUR)",
           "Employees (full-time equivalents)"]
HEADERS_2016 = ["No.", "VAT number", "Company", "Date of answer", "Employees, FTE", "Turnover, total",
                "Turnover, international", "Remarks"]


def make_answers(reports):
    """Who answered what: 151 SMEs both times, 31 only the first time, 20 only the second."""
    r = Rand(2016_06_05)
    everybody = r.shuffled([sme for p in PARTNERS for sme in reports.smes[p]])
    last = {L: day("2016-06-13"), O: day("2016-06-10"), H: day("2016-03-14")}
    yes = {no for p in PARTNERS for no in reports.benefited(p, last[p])}
    baseline, follow_up = [], []
    for i, sme in enumerate(everybody):
        middle, people = {"micro": (450_000, 4), "small": (2_600_000, 22), "medium": (12_500_000, 95)}[sme.size]
        u = r.unit()
        total = middle * (0.35 + 0.5 * u + 1.5 * u * u * u)
        share = 0.08 + 0.46 * r.unit()
        growth = 1.04 + 0.07 * r.bell()
        change = (0.038 + 0.042 * r.bell()) if sme.no in yes else (0.006 + 0.03 * r.bell())
        staff = people * (0.6 + 0.8 * u)
        step = r.pick([1, 100, 1000])
        later = min(max(share + change, 0.0), 0.95)
        if i < 182:
            y = round(total / step) * step
            baseline.append([r.date(day("2015-05-04"), day("2015-06-12")), sme, D(y), D(round(y * share)),
                             D(round(staff * 2)) / 2])
        if i < 151 or 182 <= i < 202:
            y = round(total * growth / step) * step
            follow_up.append([r.date(day("2016-05-23"), day("2016-06-17")), sme, D(y), D(round(y * later)),
                              D(round(staff * (0.4 + 0.6 * growth) * 2)) / 2])
    baseline.sort(key=lambda a: (a[0], a[1].no))
    follow_up.sort(key=lambda a: (a[0], a[1].no))
    return baseline, follow_up, everybody[202:], yes


def comma(n, thousands=""):
    """12345.6 as 12345,60, or with a mark between thousands."""
    return f"{n:,.2f}".replace(",", thousands).replace(".", ",")


def write_baseline(answers, silent):
    """A csv as the survey tool exports it in Lithuania: semicolons, decimal commas, all of it text."""
    lines, seen = [HEADERS], []
    stranger = Sme(L, vat("LT", "305550173482"), "UAB Svetima", "LT", "small", day("2015-04-01"))
    rows = [(f"A{i + 1:03}", *a) for i, a in enumerate(answers)]
    rows.insert(40, ("A901", day("2015-05-13"), stranger, D(800000), D(90000), D(7)))
    rows.insert(77, ("A902", rows[30][1] + dt.timedelta(12), rows[30][2], rows[30][3] + 5000, rows[30][4], rows[30][5]))
    rows.append(("A903", day("2015-06-15"), silent[0], D(390000), None, D(5)))
    rows.append(("A904", day("2015-06-15"), silent[1], None, D(120000), D(11)))
    for i, (no, on, sme, total, international, fte) in enumerate(rows):
        number = sme.no.lower() if i % 19 == 5 else f" {sme.no[:2]} {sme.no[2:]}" if i % 23 == 8 else sme.no
        mark = " " if i % 6 == 1 else ""
        cells = [no, on.isoformat(), number, sme.name, "" if total is None else comma(total, mark),
                 "" if international is None else comma(international, mark), comma(fte)[:-1]]
        if no == "A904":
            cells[4] = "nežinoma"
        story = {"A901": "not a member of any cluster: matches nobody",
                 "A902": f"second answer of {sme.no}: the later one counts",
                 "A903": "international turnover left empty: incomplete",
                 "A904": "a word where a number belongs: not usable"}.get(no)
        lines.append(cells)
        if story:
            cell = {"A901": "C", "A902": "C", "A903": "F", "A904": "E"}[no]
            seen.append(("turnover_baseline_2015.csv", "–", f"{cell}{len(lines)}", story))
    text = "".join(";".join(cells) + "\r\n" for cells in lines)
    (INBOX / "turnover_baseline_2015.csv").write_bytes(text.encode("utf-8-sig"))
    return seen


def write_follow_up(answers, silent, yes):
    """The second wave came from another tool: an xlsx with other labels, another order, and remarks."""
    name, seen = "turnover_follow-up_2016.xlsx", []
    book = xlsxwriter.Workbook(str(INBOX / name), {"in_memory": True})
    book.set_properties({"author": "survey", "created": dt.datetime(2016, 6, 20, 9)})
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Export")
    sheet.set_column(0, len(HEADERS_2016) - 1, 18)
    for c, label in enumerate(HEADERS_2016):
        sheet.write_string(0, c, label)
    thousand = next(i for i, a in enumerate(answers) if i > 60 and a[1].no in yes and a[1].size == "small")
    rows = list(answers) + [[day("2016-06-17"), silent[2], D(510000), None, D(6)]]
    for i, (on, sme, total, international, fte) in enumerate(rows):
        r, remark, typed = i + 1, None, [None, sme.no, sme.name, on, fte, total, international]
        if i == thousand:
            typed[5:7] = [D(round(total / 1000)), D(round(international / 1000))]
            seen.append((name, "Export", f"F{r + 1}", "in thousands of euro, it seems: let in, with a remark"))
        if i == 25:
            typed[5] = comma(total, NBSP)
            seen.append((name, "Export", f"F{r + 1}", "number as text, one reading: let in"))
        if i == 90:
            typed[1] = sme.no.lower() + " "
            remark = "we moved in March"
        if international is None:
            seen.append((name, "Export", f"G{r + 1}", "international turnover left empty: incomplete"))
        sheet.write_number(r, 0, r)
        for c, value in enumerate(typed[1:], 1):
            if isinstance(value, dt.date):
                sheet.write_datetime(r, c, dt.datetime(value.year, value.month, value.day), date)
            elif isinstance(value, str):
                sheet.write_string(r, c, value)
            elif value is not None:
                sheet.write_number(r, c, float(value))
        if remark:
            sheet.write_string(r, 7, remark)
    book.close()
    return seen


# ---------------------------------------------------------------- all of it

def unpacked(path):
    """What a file holds, whatever zlib packed it."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def check(committed):
    """Whether a folder holds exactly what this script writes."""
    global INBOX
    with tempfile.TemporaryDirectory() as folder:
        INBOX = Path(folder) / "inbox"
        main()
        names = {f.name for f in INBOX.iterdir()} | {f.name for f in committed.iterdir()}
        stale = [n for n in sorted(names) if not ((INBOX / n).is_file() and (committed / n).is_file()
                                                  and unpacked(INBOX / n) == unpacked(committed / n))]
    if stale:
        raise SystemExit(f"not what the script writes: {', '.join(stale)}\nrefresh with: python data/make_inbox.py")
    print(f"{len(names)} files are what the script writes")


def main():
    shutil.rmtree(INBOX, ignore_errors=True)
    INBOX.mkdir(parents=True)
    reports = Reports()
    for partner, quarter, on, revision, name in SUBMISSIONS:
        write_workbook(reports, partner, quarter, day(on), revision, name)
    baseline, follow_up, silent, yes = make_answers(reports)
    survey = write_baseline(baseline, silent) + write_follow_up(follow_up, silent, yes)
    for plant in PLANTS:
        if not plant.seen:
            raise SystemExit(f"planted nowhere: {plant}")
        file, sheet, cell = plant.seen[-1]
        print(f"{file} › {sheet} › {cell}: {plant.story}")
    for file, sheet, cell, story in [*(p for p in PRINTED if p[0] != "HTS Quartalsbericht 1.xlsx"), *survey]:
        print(f"{file} › {sheet} › {cell}: {story}")
    size = sum(f.stat().st_size for f in INBOX.iterdir())
    print(f"{len(list(INBOX.iterdir()))} files, {size} bytes")


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        check(INBOX)
    else:
        main()
