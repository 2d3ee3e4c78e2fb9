//! The programme of these tests and what its partners know: every field kind, two collections, four languages.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::NaiveDate;

use super::dice::Dice;

/// What a cell stands for, whatever it looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Whole(i64),
    /// In hundredths.
    Exact(i64),
    /// A share: hundredths of a per cent.
    Percent(i64),
    Day(NaiveDate),
    /// An option of [`OPTIONS`], by its place there.
    Choice(usize),
    Truth(bool),
    Country(&'static str),
    Nothing,
}

impl Value {
    /// As the store holds it, written out; a missing value is the empty text.
    pub fn stored(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Exact(hundredths) | Self::Percent(hundredths) => hundredths_text(*hundredths, '.'),
            Self::Day(day) => day.to_string(),
            Self::Choice(option) => OPTIONS[*option].0.to_owned(),
            Self::Truth(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            Self::Country(code) => (*code).to_owned(),
            Self::Nothing => String::new(),
        }
    }
}

/// `1234,5` for 123 450 hundredths: no more decimals than are needed.
pub fn hundredths_text(hundredths: i64, mark: char) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, rest) = (hundredths.abs() / 100, hundredths.abs() % 100);
    match rest {
        0 => format!("{sign}{whole}"),
        tens if tens % 10 == 0 => format!("{sign}{whole}{mark}{}", tens / 10),
        rest => format!("{sign}{whole}{mark}{rest:02}"),
    }
}

/// Languages of the labels, in the order of [`Field::labels`] and [`OPTIONS`].
pub const LANGUAGES: [&str; 4] = ["en", "de", "fr", "lt"];

/// Code, labels by language.
pub const OPTIONS: [(&str, [&str; 4]); 4] = [
    ("signed", ["Signed", "Unterzeichnet", "Signé", "Pasirašyta"]),
    ("cancelled", ["Cancelled", "Storniert", "Annulé", "Nutraukta"]),
    ("negotiating", ["Under negotiation", "In Verhandlung", "En négociation", "Deramasi"]),
    ("on_hold", ["On hold", "Zurückgestellt", "En suspens", "Atidėta"]),
];

#[derive(Debug)]
pub struct Field {
    pub code: &'static str,
    pub labels: [&'static str; 4],
    pub also_called: &'static str,
    /// The rest of its definition.
    pub is: &'static str,
    pub required: bool,
}

const fn field(
    code: &'static str,
    labels: [&'static str; 4],
    also_called: &'static str,
    is: &'static str,
    required: bool,
) -> Field {
    Field { code, labels, also_called, is, required }
}

#[derive(Debug)]
pub struct Table {
    pub code: &'static str,
    pub titles: [&'static str; 4],
    pub key: &'static str,
    pub date: &'static str,
    pub fields: &'static [Field],
}

pub const AGREEMENTS: usize = 0;
pub const EVENTS: usize = 1;

#[rustfmt::skip]
pub const TABLES: [Table; 2] = [
    Table {
        code: "agreements",
        titles: ["Agreements", "Vereinbarungen", "Accords", "Sutartys"],
        key: "agreement_no",
        date: "signed_on",
        fields: &[
            field("agreement_no", ["Agreement no.", "Vereinbarungsnummer", "N° d'accord", "Sutarties Nr."], "Contract no.", "kind = 'text'", true),
            field("signed_on", ["Signed on", "Unterzeichnet am", "Signé le", "Pasirašymo data"], "Date of signature", "kind = 'date'", true),
            field("status", ["Status", "Stand", "Statut", "Būsena"], "State of play", "kind = 'choice'", true),
            field("amount", ["Value", "Wert", "Montant", "Vertė"], "Contract value", "kind = 'money'\ntotal = true", false),
            field("grant_share", ["Grant share", "Förderanteil", "Taux de subvention", "Paramos dalis"], "Funding quota", "kind = 'percent'", false),
            field("risk_rate", ["Risk rate", "Risikosatz", "Taux de risque", "Rizikos norma"], "Probability of failure", "kind = 'percent'\nscale = 'fraction'", false),
            field("staff", ["Staff", "Beschäftigte", "Effectif", "Darbuotojai"], "Number of employees", "kind = 'integer'", false),
            field("hours", ["Hours", "Stunden", "Heures", "Valandos"], "Time spent", "kind = 'decimal'", false),
            field("active", ["Still active", "Noch aktiv", "Encore actif", "Dar galioja"], "Running", "kind = 'yes_no'", false),
            field("company", ["VAT number", "UID-Nummer", "N° de TVA", "PVM kodas"], "Tax number", "kind = 'enterprise'\nname = 'company_name'\ncountry = 'country'", false),
            field("company_name", ["Company", "Unternehmen", "Entreprise", "Įmonė"], "Name of the firm", "kind = 'text'", false),
            field("country", ["Country", "Land", "Pays", "Šalis"], "Seat", "kind = 'country'", false),
            field("notes", ["Notes", "Anmerkungen", "Remarques", "Pastabos"], "Comments", "kind = 'text'", false),
        ],
    },
    Table {
        code: "events",
        titles: ["Events", "Veranstaltungen", "Événements", "Renginiai"],
        key: "event_code",
        date: "held_on",
        fields: &[
            field("event_code", ["Event code", "Kennung", "Code de l'événement", "Renginio kodas"], "Event id", "kind = 'text'", true),
            field("held_on", ["Held on", "Datum", "Date", "Data"], "Day of the event", "kind = 'date'", true),
            field("participants", ["Participants", "Teilnehmende", "Nombre de participants", "Dalyviai"], "Attendance", "kind = 'integer'", true),
            field("budget", ["Budget", "Kosten", "Coût", "Biudžetas"], "Costs", "kind = 'money'", false),
        ],
    },
];

pub struct Partner {
    pub code: &'static str,
    pub name: &'static str,
    pub country: &'static str,
    /// Of [`LANGUAGES`].
    pub language: usize,
    pub locale: &'static str,
    pub decimal: char,
}

pub const PARTNERS: [Partner; 4] = [
    Partner { code: "hamish", name: "Hamish Cluster", country: "IE", language: 0, locale: "en-IE", decimal: '.' },
    Partner { code: "alpina", name: "Alpina Cluster", country: "AT", language: 1, locale: "de-AT", decimal: ',' },
    Partner { code: "bretagne", name: "Pôle Bretagne", country: "FR", language: 2, locale: "fr-FR", decimal: ',' },
    Partner { code: "vilnius", name: "Vilniaus klasteris", country: "LT", language: 3, locale: "lt-LT", decimal: ',' },
];

/// The definition files.
pub fn definitions() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut programme = "schema = 1\n[programme]\ncode = 'drift'\ntitle = 'Drift'\nstart = 2016-01-01\nend = 2016-12-31\nas_of = 2016-12-31\n[submission]\nfile_names = ['{partner}_*']\n".to_owned();
    for Partner { code, name, country, language, locale, .. } in PARTNERS {
        let language = LANGUAGES[language];
        programme += &format!(
            "[[partner]]\ncode = '{code}'\nname = '{name}'\ncountry = '{country}'\nlanguage = '{language}'\nlocale = '{locale}'\n"
        );
    }
    files.push(("scoreboard.toml".to_owned(), programme));
    for table in &TABLES {
        let mut text = format!(
            "schema = 1\n[collection]\ncode = '{}'\ntitle = {}\nkey = ['{}']\ndate = '{}'\n",
            table.code,
            by_language(&table.titles),
            table.key,
            table.date
        );
        for Field { code, labels, also_called, is, required } in table.fields {
            text += &format!(
                "[[collection.field]]\ncode = '{code}'\nlabel = {}\nalso_called = ['{also_called}']\n{is}\nrequired = {required}\n",
                by_language(labels)
            );
            if *code == "status" {
                let options: Vec<String> = OPTIONS
                    .iter()
                    .map(|(code, labels)| format!("{{ code = '{code}', label = {} }}", by_language(labels)))
                    .collect();
                text += &format!("options = [{}]\n", options.join(", "));
            }
        }
        files.push((format!("pipelines/{}.toml", table.code), text));
    }
    let indicator = "schema = 1\n[[indicator]]\ncode = 'amount'\ntitle = 'Amount'\nunit = 'EUR'\nfrom = 'agreements'\nmeasure = 'SUM(amount)'\n";
    files.push(("indicators/amount.toml".to_owned(), indicator.to_owned()));
    files
}

fn by_language(texts: &[&str; 4]) -> String {
    let pairs: Vec<String> =
        LANGUAGES.iter().zip(texts).map(|(language, text)| format!("{language} = \"{text}\"")).collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// A row: field → value.
pub type Row = BTreeMap<&'static str, Value>;

/// The rows that everybody knows: 40 agreements, 15 events. Shapes that are hard to read stand among them: numbers with
/// three digits behind a group, with and without decimals; days up to 12 and beyond; a name with an apostrophe.
pub fn rows(table: usize) -> &'static [Row] {
    static ROWS: LazyLock<[Vec<Row>; 2]> = LazyLock::new(|| {
        let (mut dice, mut others) = (Dice::new(42), Dice::new(43));
        [(0..40).map(|i| agreement(i, &mut dice)).collect(), (0..15).map(|i| event(i, &mut others)).collect()]
    });
    &ROWS[table]
}

const FIRMS: [(&str, &str, &str); 6] = [
    ("ATU12345678", "Müller & Söhne GmbH", "AT"),
    ("FR40303265045", "L'Atelier d'Optique", "FR"),
    ("LT300123456", "UAB Šviesos sprendimai", "LT"),
    ("IE6388047V", "O'Brien Lasers Ltd", "IE"),
    ("DE136695976", "Photonik Nord AG", "DE"),
    ("PL5260250995", "Pracownia Laserów sp. z o.o.", "PL"),
];

fn agreement(i: usize, dice: &mut Dice) -> Row {
    let (vat, firm, country) = FIRMS[dice.roll(FIRMS.len())];
    let day = NaiveDate::from_ymd_opt(2016, 1 + dice.below(12), 1 + dice.below(28)).expect("a day");
    let amount = match i % 4 {
        0 => (1 + dice.long(999)) * 100_000,
        1 => (1 + dice.long(9_999)) * 100_000 + 125_050,
        2 => 100 * (1_000 + dice.long(900_000)),
        _ => 1 + dice.long(99_999_999),
    };
    let some = |dice: &mut Dice, value: Value| if dice.roll(8) == 0 { Value::Nothing } else { value };
    Row::from([
        ("agreement_no", Value::Text(format!("A-{:03}/{}", i + 1, 16))),
        ("signed_on", Value::Day(day)),
        ("status", Value::Choice(dice.roll(OPTIONS.len()))),
        ("amount", Value::Exact(amount)),
        ("grant_share", {
            let share = 50 * (1 + dice.long(199));
            some(dice, Value::Percent(share))
        }),
        ("risk_rate", {
            let rate = 25 * (1 + dice.long(399));
            some(dice, Value::Percent(rate))
        }),
        ("staff", {
            let staff = 1 + dice.long(4_999);
            some(dice, Value::Whole(staff))
        }),
        ("hours", {
            let hours = 25 * (1 + dice.long(9_999));
            some(dice, Value::Exact(hours))
        }),
        ("active", {
            let yes = dice.roll(2) == 0;
            some(dice, Value::Truth(yes))
        }),
        ("company", Value::Text(vat.to_owned())),
        ("company_name", Value::Text(firm.to_owned())),
        ("country", Value::Country(country)),
        (
            "notes",
            if i.is_multiple_of(5) {
                Value::Text(format!("see annex {}, second version", i + 1))
            } else {
                Value::Nothing
            },
        ),
    ])
}

fn event(i: usize, dice: &mut Dice) -> Row {
    let day = NaiveDate::from_ymd_opt(2016, 1 + dice.below(12), 1 + dice.below(28)).expect("a day");
    Row::from([
        ("event_code", Value::Text(format!("EV{:02}", i + 1))),
        ("held_on", Value::Day(day)),
        ("participants", Value::Whole(5 + dice.long(1_500))),
        ("budget", Value::Exact(100 * dice.long(30_000))),
    ])
}
