//! What each file of the corpus must come to: see `corpus_ingest.rs`. From the corpus' catalogue, which was written with
//! openpyxl, xlrd, pyxlsb and python's csv; a figure that it does not have was counted with these.

use super::corpus_ingest::{Case, Outcome};

/// Collection, measure and condition, value.
type Figures = &'static [(&'static str, &'static str, &'static str)];

const fn gets(id: &'static str, figures: Figures) -> Case {
    Case { id, currency: "EUR", outcome: Outcome::Gets(figures), told: &[], special: "" }
}

const fn refused(id: &'static str, rule: &'static str) -> Case {
    Case { id, currency: "EUR", outcome: Outcome::Refused(rule), told: &[], special: "" }
}

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    gets("S01__", &[
        ("demo_project", "COUNT(*)", "5"),
        ("family_members", "COUNT(*)", "7"),
        ("family_members", "SUM(family_members_family_member_age)", "206"),
        ("family_members", "COUNT(family_members_family_member_age)", "6"),
        ("family_members", "COUNT(DISTINCT parent_index)", "4"),
    ]),
    gets("S02__", &[
        ("meeting_form", "COUNT(*)", "5"),
        ("topics_discussed", "COUNT(*)", "8"),
        ("participants", "COUNT(*)", "8"),
        ("feedback", "COUNT(*)", "12"),
        ("feedback", "COUNT(*) where parent_table_name = 'participants'", "12"),
        ("topics_discussed", "COUNT(*) where parent_index = 2", "3"),
        ("topics_discussed", "SUM(topics_discussed_topic_details)", "28"),
    ]),
    gets("S02f_", &[
        ("survey", "COUNT(*)", "17"),
        ("choices", "COUNT(*)", "4"),
        ("choices", "COUNT(*) where list_name = 'io3de11'", "4"),
    ]),
    gets("S03__", &[
        ("geolocation_test", "COUNT(*)", "5"),
        ("geolocation_test", "COUNT(record_your_current_location)", "4"),
        ("geolocation_test", "COUNT(enter_current_date_and_time)", "3"),
    ]),
    gets("S03f_", &[
        ("survey", "COUNT(*)", "6"),
    ]),
    Case { told: &[("not-a-date", 2)], special: "the text `None` is told as no date, not taken for a missing one", ..gets("S04__", &[
        ("answers", "COUNT(*)", "7"),
        ("answers", "SUM(scale)", "98.5"),
        ("answers", "COUNT(first)", "1"),
        ("times", "COUNT(*)", "5"),
    ]) },
    gets("S05__", &[
        ("normal_group_test", "COUNT(*)", "3"),
        ("normal_group_test", "COUNT(group_lw2py86_enter_a_date_in_group)", "2"),
    ]),
    gets("S06__", &[
        ("*", "COUNT(*)", "1"),
        ("*", "COUNT(*) where children_1_childs_name = 'Tom' AND children_1_childs_age = 12 AND children_2_childs_age = 5", "1"),
        ("*", "COUNT(picture)", "0"),
    ]),
    gets("S08__", &[
        ("transportation_2011_07_25", "COUNT(*)", "4"),
        ("transportation_2011_07_25", "COUNT(*) where transport_available_transportation_types = 'ambulance bicycle'", "1"),
    ]),
    Case { told: &[("ragged-row", 4)], special: "a row with more cells than the header is read from the left, and told", ..gets("S09__", &[
        ("*", "COUNT(*)", "4"),
    ]) },
    gets("S10__", &[
        ("repeat_group_merge", "COUNT(*)", "7"),
        ("cr", "COUNT(*)", "12"),
        ("repeat_group_merge", "SUM(total_family_members_in_the_household)", "31"),
        ("repeat_group_merge", "SUM(total_school_going_children_aged_6_16)", "12"),
        ("repeat_group_merge", "COUNT(*) where sex_of_the_household_head = 'Male'", "5"),
        ("cr", "COUNT(*) where parent_index = 3", "3"),
    ]),
    gets("S10f_", &[
        ("survey", "COUNT(*)", "9"),
        ("choices", "COUNT(*)", "2"),
    ]),
    refused("S11a_", "file-type"),
    gets("S11d_", &[
        ("*", "COUNT(*)", "6"),
    ]),
    refused("S12a_", "file-type"),
    gets("S12d_", &[
        ("*", "COUNT(*)", "5"),
    ]),
    gets("S16__", &[
        ("*", "COUNT(*)", "1"),
    ]),
    refused("I01j_", "file-type"),
    refused("I02j_", "file-type"),
    refused("E03__", "file-type"),
    gets("S18__", &[
        ("*", "COUNT(*)", "2"),
    ]),
    refused("S21__", "file-type"),
    refused("S31a_", "file-type"),
    refused("S31c_", "file-type"),
    refused("I06__", "file-type"),
    refused("I07x_", "file-type"),
    Case { special: "a label without a column shifts nothing", ..gets("S13a_", &[
        ("*", "COUNT(*)", "2"),
        ("*", "COUNT(status)", "0"),
    ]) },
    gets("S13b_", &[
        ("*", "COUNT(*)", "7"),
        ("*", "COUNT(*) where voucher_specimen_barcode = '09929760'", "1"),
        ("*", "COUNT(*) where voucher_specimen_barcode = '08173089'", "1"),
    ]),
    gets("S13c_", &[
        ("*", "COUNT(*)", "7"),
        ("*", "COUNT(*) where foliage_cover = '10-5'", "1"),
        ("*", "COUNT(max_height_m)", "6"),
    ]),
    gets("S14a_", &[
        ("*", "COUNT(*)", "3"),
    ]),
    gets("S14b_", &[
        ("*", "COUNT(*)", "4"),
        ("*", "COUNT(*) where parent_key = 'two'", "3"),
    ]),
    gets("S14c_", &[
        ("*", "COUNT(*)", "6"),
    ]),
    gets("S15a_", &[
        ("*", "COUNT(*)", "2"),
        ("*", "COUNT(*) where g1_q2 = 'x y z'", "1"),
        ("*", "SUM(g1_q2_m)", "1"),
        ("*", "SUM(g1_q2_n)", "0"),
    ]),
    gets("S15b_", &[
        ("*", "COUNT(*)", "2"),
        ("*", "SUM(q2_m)", "1"),
    ]),
    gets("S17__", &[
        ("*", "COUNT(*)", "259"),
        ("*", "COUNT(*) where startlanguage = 'de'", "225"),
        ("*", "COUNT(*) where startlanguage = 'en'", "34"),
        ("*", "COUNT(*) where dq02 = '0 - 99 GB'", "113"),
        ("*", "COUNT(*) where dq02 = '100 GB - 499 GB'", "58"),
        ("*", "COUNT(dq02)", "257"),
        ("*", "COUNT(*) where dt02_sq003 = 'yes'", "176"),
        ("*", "COUNT(*) where dt02_sq003 = 'no'", "83"),
    ]),
    gets("S20a_", &[
        ("infanzia_sud_metropolitano", "COUNT(*)", "8"),
    ]),
    gets("S20b_", &[
        ("infanzia_nord_metropolitano", "COUNT(*)", "11"),
    ]),
    gets("S20c_", &[
        ("infanzia_sud_non_metropolitano", "COUNT(*)", "3"),
    ]),
    gets("S20d_", &[
        ("infanzia_nord_non_metropolitano", "COUNT(*)", "10"),
    ]),
    gets("S20z_", &[
        ("*", "COUNT(*)", "32"),
        ("*", "COUNT(*) where c_1_1_ruolo_dirigente_scolastico = 'yes'", "4"),
        ("*", "COUNT(*) where file_number = 1", "8"),
        ("*", "COUNT(*) where file_number = 2", "11"),
        ("*", "COUNT(*) where file_number = 3", "3"),
        ("*", "COUNT(*) where file_number = 4", "10"),
    ]),
    gets("S22__", &[
        ("content", "COUNT(*)", "28"),
    ]),
    gets("S23__", &[
        ("form_responses_1", "COUNT(*)", "3"),
        ("form_responses_1", "COUNT(*) where when_is_your_birthday = DATE '2002-05-08'", "1"),
    ]),
    gets("S24__", &[
        ("*", "COUNT(*)", "5"),
    ]),
    Case { told: &[("hidden-columns", 1)], ..gets("S25__", &[
        ("survey", "COUNT(*)", "40"),
        ("choices", "COUNT(*)", "18"),
    ]) },
    gets("S26__", &[
        ("survey", "COUNT(*)", "56"),
        ("choices", "COUNT(*)", "4"),
        ("columns", "COUNT(*)", "2"),
    ]),
    gets("S27__", &[
        ("survey", "COUNT(*)", "2"),
        ("choices", "COUNT(*)", "5"),
    ]),
    gets("S28__", &[
        ("survey", "COUNT(*)", "3"),
        ("choices", "COUNT(*)", "14"),
    ]),
    gets("S30__", &[
        ("survey", "COUNT(*)", "12"),
        ("choices", "COUNT(*) where list_name IS NULL AND label_english = 'No'", "1"),
    ]),
    gets("S31b_", &[
        ("*", "COUNT(*)", "68"),
        ("*", "COUNT(*) where class = 'S'", "43"),
        ("*", "COUNT(*) where class = 'SL'", "15"),
        ("*", "COUNT(*) where class = 'G'", "1"),
        ("*", "COUNT(*) where class = 'Q'", "3"),
        ("*", "COUNT(*) where class = 'SQ'", "1"),
        ("*", "COUNT(*) where class = 'A'", "5"),
    ]),
    gets("I01__", &[
        ("result", "COUNT(DISTINCT result_identifier)", "2"),
        ("result", "COUNT(DISTINCT result_identifier) where type = '2 - Outcome'", "1"),
        ("result", "COUNT(DISTINCT result_identifier) where type = '3 - Impact'", "1"),
    ]),
    gets("I02__", &[
        ("indicator", "COUNT(DISTINCT indicator_identifier)", "2"),
        ("indicator_baseline", "COUNT(DISTINCT indicator_baseline_identifier)", "4"),
        ("indicator_baseline", "SUM(value)", "687456"),
    ]),
    Case { told: &[("submission-empty", 1)], special: "a template without rows: its labels are read, and that it is empty is told", ..gets("I03__", &[
        ("import_indicators", "COUNT(*)", "0"),
    ]) },
    gets("I07__", &[
        ("*", "COUNT(*)", "12"),
        ("*", "SUM(value)", "120078"),
    ]),
    gets("I08__", &[
        ("*", "COUNT(*)", "2"),
        ("*", "SUM(decimals)", "4"),
    ]),
    gets("I09__", &[
        ("*", "COUNT(*)", "120"),
        ("*", "SUM(value) where year = 2019 AND source_of_revenue IS NULL", "36.3364"),
        ("*", "SUM(value) where year = 2019 AND source_of_revenue IS NOT NULL", "36.3364"),
    ]),
    gets("I13__", &[
        ("*", "COUNT(*)", "49"),
        ("*", "SUM(gesamtbetrag_der_forderfahigen_ausgaben)", "106163781.13"),
        ("*", "COUNT(*) where unions_kofinanzierungssatz_pro BETWEEN 30.36 AND 30.38", "26"),
        ("*", "COUNT(*) where unions_kofinanzierungssatz_pro BETWEEN 18.12 AND 18.14", "11"),
        ("*", "COUNT(*) where unions_kofinanzierungssatz_pro BETWEEN 49.35 AND 49.37", "7"),
        ("*", "COUNT(*) where unions_kofinanzierungssatz_pro BETWEEN 29.11 AND 29.13", "3"),
        ("*", "COUNT(*) where unions_kofinanzierungssatz_pro BETWEEN 49.99 AND 50.01", "2"),
        ("*", "COUNT(*) where datum_des_beginns_des_vorhabens = DATE '2015-10-01'", "2"),
    ]),
    gets("I13c_", &[
        ("*", "COUNT(*)", "49"),
        ("*", "SUM(gesamtbetrag_der_forderfahigen_ausgaben)", "106163781.13"),
        ("*", "COUNT(*) where unions_kofinanzierungssatz_pro BETWEEN 30.36 AND 30.38", "26"),
        ("*", "COUNT(*) where unions_kofinanzierungssatz_pro BETWEEN 18.12 AND 18.14", "11"),
        ("*", "COUNT(*) where unions_kofinanzierungssatz_pro BETWEEN 49.35 AND 49.37", "7"),
        ("*", "COUNT(*) where unions_kofinanzierungssatz_pro BETWEEN 29.11 AND 29.13", "3"),
        ("*", "COUNT(*) where unions_kofinanzierungssatz_pro BETWEEN 49.99 AND 50.01", "2"),
        ("*", "COUNT(*) where datum_des_beginns_des_vorhabens = DATE '2015-10-01'", "2"),
    ]),
    gets("I14__", &[
        ("p2", "COUNT(*)", "23"),
        ("p2", "SUM(totale_projectkost)", "8759246.02"),
        ("p2", "SUM(efro)", "3499891.69"),
    ]),
    gets("I14c_", &[
        ("p2", "COUNT(*)", "23"),
        ("p2", "SUM(totale_projectkost)", "8759246.02"),
        ("p2", "SUM(efro)", "3499891.69"),
    ]),
    Case { currency: "GBP", ..gets("I15__", &[
        ("erdf", "COUNT(*)", "145"),
        ("erdf", "SUM(eu_funds_awarded)", "1315964731"),
        ("erdf", "SUM(total_project_cost)", "2485893704"),
        ("erdf", "COUNT(*) where fund = 'ESF'", "74"),
        ("erdf", "COUNT(*) where fund = 'ERDF'", "71"),
        ("erdf", "COUNT(*) where region = 'East Wales'", "52"),
    ]) },
    Case { currency: "GBP", ..gets("I15c_", &[
        ("*", "COUNT(*)", "145"),
        ("*", "SUM(eu_funds_awarded)", "1315964731"),
        ("*", "SUM(total_project_cost)", "2485893704"),
        ("*", "COUNT(*) where fund = 'ESF'", "74"),
        ("*", "COUNT(*) where fund = 'ERDF'", "71"),
        ("*", "COUNT(*) where region = 'East Wales'", "52"),
    ]) },
    Case { currency: "PLN", ..gets("I16__", &[
        ("*", "COUNT(*)", "125"),
        ("*", "SUM(wartosc_projektu)", "24873040609.16"),
        ("*", "SUM(dofinansowanie_z_eu)", "13302290005.99"),
        ("*", "COUNT(*) where dziedzina = 'brak'", "63"),
        ("*", "COUNT(*) where dziedzina = 'administracja'", "37"),
        ("*", "COUNT(*) where dziedzina = 'transport'", "25"),
    ]) },
    refused("I18__", "file-type"),
    gets("I18c_", &[
        ("*", "COUNT(*)", "134"),
        ("*", "SUM(kopejais_finansejums)", "1357261225.98"),
        ("*", "SUM(es_finansejums)", "1137691776.00"),
    ]),
    Case { currency: "GBP", ..gets("I19__", &[
        ("*", "COUNT(*)", "196"),
        ("*", "SUM(total_eligible_expenditure_allocated_to)", "89593359.77"),
        ("*", "SUM(union_co_financing_rate_as_per_priority)", "53756015.87"),
    ]) },
    Case { currency: "GBP", ..gets("I19c_", &[
        ("*", "COUNT(*)", "196"),
        ("*", "SUM(total_eligible_expenditure_allocated_to)", "89593359.77"),
        ("*", "SUM(union_co_financing_rate_as_per_priority)", "53756015.87"),
    ]) },
    gets("I20__", &[
        ("input_quality_no_hxl", "COUNT(*)", "4"),
        ("input_quality_no_hxl", "SUM(hombres)", "535"),
        ("input_quality_no_hxl", "SUM(mujeres)", "605"),
        ("input_quality_hxl", "COUNT(*)", "4"),
    ]),
    gets("I21__", &[
        ("coverage", "COUNT(*) where area NOT IN ('HP 2020 Target', 'Median')", "51"),
        ("coverage", "COUNT(mmr) where area NOT IN ('HP 2020 Target', 'Median')", "43"),
        ("coverage", "COUNT(mmr) where area NOT IN ('HP 2020 Target', 'Median') AND mmr >= 95", "20"),
        ("coverage", "SUM(mmr) where area = 'Median'", "94.5"),
    ]),
    gets("N01__", &[
        ("arts", "COUNT(*)", "20"),
        ("arts", "SUM(age) where name = 'David Bowie'", "69"),
    ]),
    gets("N02__", &[
        ("*", "COUNT(*)", "6"),
        ("*", "COUNT(*) where number = number_as_text AND number = '2147483647'", "1"),
    ]),
    Case { told: &[("currency-other", 1)], special: "an amount in another currency keeps its row out", ..gets("N03__", &[
        ("costs", "SUM(eur)", "0.5"),
        ("costs", "SUM(mixed)", "0.5"),
    ]) },
    gets("N04__", &[
        ("logical_coercion", "COUNT(*)", "10"),
        ("logical_coercion", "COUNT(maybe_boolean)", "9"),
        ("logical_coercion", "COUNT(*) where maybe_boolean = '2016-01-01'", "1"),
    ]),
    gets("N05__", &[
        ("days", "COUNT(*)", "1"),
        ("days", "COUNT(*) where a = DATE '2000-01-01' AND b = DATE '2000-01-01' AND c = DATE '2000-01-01' AND d = DATE '2000-01-01' AND e = DATE '2000-01-01'", "1"),
    ]),
    Case { told: &[("error-value", 7)], special: "each error value keeps its row out", ..gets("N06__", &[
        ("errors", "COUNT(*)", "0"),
    ]) },
    Case { told: &[("not-a-date", 1)], special: "a duration is told as no date", ..gets("N07__", &[
        ("days", "COUNT(*)", "2"),
        ("days", "COUNT(*) where day = DATE '2021-01-01'", "1"),
        ("days", "COUNT(*) where day = DATE '2021-01-02'", "1"),
    ]) },
    gets("N08__", &[
        ("visible", "COUNT(*)", "3"),
        ("visible", "SUM(column_a)", "9"),
        ("visible", "SUM(column_b)", "12"),
    ]),
    gets("N09__", &[
        ("visible", "COUNT(*)", "3"),
        ("visible", "SUM(column_a)", "9"),
        ("visible", "SUM(column_b)", "12"),
    ]),
    gets("N10__", &[
        ("*", "COUNT(*)", "1"),
    ]),
    gets("N11__", &[
        ("texts", "COUNT(*)", "5"),
        ("texts", "COUNT(*) where a = 'Value With spaces'", "1"),
        ("texts", "COUNT(*) where a = 'Split Line'", "1"),
    ]),
    refused("N12__", "file-encrypted"),
    refused("N13__", "nothing-recognised"),
    gets("N14__", &[
        ("first", "COUNT(a)", "3"),
        ("first", "COUNT(b)", "1"),
        ("second", "COUNT(a)", "5"),
        ("second", "COUNT(b)", "2"),
        ("second", "COUNT(c)", "2"),
        ("second", "COUNT(d)", "2"),
    ]),
    gets("N15__", &[
        ("*", "COUNT(*)", "6"),
        ("*", "SUM(numbers)", "172"),
        ("*", "SUM(formulas)", "136"),
        ("*", "COUNT(*) where inline_strings = '1st Inline String'", "1"),
    ]),
    gets("N16__", &[
        ("squares", "COUNT(*)", "15"),
        ("squares", "SUM(square)", "1240"),
    ]),
    Case { told: &[("error-value", 1)], special: "the error value keeps its row out", ..gets("N17__", &[
        ("kinds", "SUM(whole)", "13"),
        ("kinds", "SUM(real)", "13.121123"),
        ("kinds", "SUM(amount)", "3.03"),
        ("kinds", "MAX(share)", "20"),
        ("kinds", "COUNT(*) where day = DATE '2017-03-09'", "1"),
        ("broken", "COUNT(*)", "0"),
    ]) },
    refused("N18__", "file-encrypted"),
    gets("N19__", &[
        ("rates", "MAX(rate) where income = 15000 AND year = 1997", "23.02"),
        ("rates", "MAX(rate) where income = 15000 AND year = 1998", "20.75"),
        ("rates", "COUNT(*) where income = 6000", "0"),
    ]),
    gets("N20__", &[
        ("cells", "COUNT(*)", "1"),
        ("cells", "COUNT(*) where a = 'TestA' AND e = 'TestE' AND g = 'TestG' AND h = 'A' AND i = 'A' AND j = 'A' AND k = 'TestK'", "1"),
    ]),
    gets("N21__", &[
        ("*", "COUNT(*)", "2"),
        ("*", "COUNT(*) where headers = '25,5'", "1"),
    ]),
    gets("N22__", &[
        ("*", "COUNT(*)", "1"),
        ("*", "COUNT(*) where second = 'cinquième'", "1"),
    ]),
    gets("N23__", &[
        ("*", "COUNT(*)", "1"),
        ("*", "COUNT(*) where second = 'cinquième'", "1"),
    ]),
    Case { told: &[("not-a-number", 4)], special: "WAHR and FALSCH are told as no numbers", ..gets("N24__", &[
        ("numbers", "COUNT(*)", "3"),
        ("numbers", "SUM(a)", "-1234.1103"),
        ("numbers", "SUM(b)", "1357.456789"),
        ("numbers", "SUM(c)", "12345.67"),
    ]) },
    gets("N25__", &[
        ("*", "COUNT(*)", "2"),
        ("*", "SUM(column_b)", "4"),
    ]),
    gets("N26__", &[
        ("*", "COUNT(*)", "1"),
        ("*", "COUNT(*) where region = 'A'", "1"),
    ]),
    gets("N27__", &[
        ("c_16tbl02", "COUNT(*)", "198"),
        ("c_16tbl02", "COUNT(DISTINCT area)", "66"),
        ("c_16tbl02", "SUM(violent_crime3) where area LIKE 'United States%' AND year = '2015'", "1234183"),
        ("c_16tbl02", "SUM(violent_crime3) where area LIKE 'United States%' AND year = '2016'", "1283058"),
        ("c_16tbl02", "SUM(violent_crime3) where area LIKE 'United States%' AND year = 'Percent change'", "4.0"),
    ]),
    gets("N29__", &[
        ("visits", "SUM(nsa) where year = '2012' AND month = 'Jan'", "2245.59"),
        ("visits", "SUM(sa) where year = '2012' AND month = 'Jan'", "2660"),
    ]),
    refused("N30__", "file-encrypted"),
    Case { told: &[("hidden-rows", 1), ("hidden-columns", 1)], special: "hidden cells are read, and told", ..gets("N31__", &[
        ("texts", "COUNT(a)", "1"),
        ("texts", "COUNT(b)", "2"),
    ]) },
    gets("N33__", &[
        ("*", "COUNT(*)", "4"),
        ("*", "COUNT(*) where pais_country = 'CO'", "2"),
    ]),
    gets("N34__", &[
        ("input_valid", "COUNT(*)", "4"),
        ("input_valid", "COUNT(*) where organizacion_org_es = 'UNICEF'", "2"),
    ]),
    refused("X01__", "file-type"),
    refused("X02__", "file-too-large"),
    refused("X03__", "file-type"),
    refused("X06__", "file-type"),
    refused("X07__", "file-truncated"),
    refused("X08__", "file-type"),
    refused("X09__", "file-type"),
    refused("X10__", "file-type"),
    refused("X11__", "file-type"),
    refused("X13__", "file-type"),
    Case { special: "none becomes a formula: see the test of its own", ..gets("X04__", &[
        ("payloads", "COUNT(*)", "6"),
    ]) },
    Case { told: &[("file-type", 1)], special: "an xls under the name .xlsx is told", ..gets("X05__", &[
        ("*", "COUNT(*)", "10"),
    ]) },
    Case { told: &[("error-value", 21)], special: "21 error values keep their rows out", ..gets("E01__", &[
        ("firms", "SUM(firms) where sector = 'Insgesamt'", "6858"),
        ("firms", "SUM(firms) where sector = 'Industrie'", "2038"),
        ("firms", "SUM(firms) where sector LIKE 'Dienstleistung%' AND class LIKE '58-66%'", "4820"),
        ("firms", "SUM(firms) where sector = 'Beschäftigte'", "6858"),
        ("firms", "SUM(employees) where sector = 'Insgesamt'", "302542"),
        ("firms", "SUM(turnover) where sector = 'Insgesamt'", "84458"),
        ("errors", "COUNT(*)", "0"),
    ]) },
    gets("E02__", &[
        ("*", "COUNT(*)", "17028"),
        ("*", "COUNT(value)", "16709"),
        ("*", "SUM(value) where year = 2021 AND variable = 'Activity unit' AND industry_code_anzsic = 'A' AND rme_size_grp <> 'i_Industry_Total'", "63801"),
        ("*", "SUM(value) where year = 2021 AND variable = 'Activity unit' AND industry_code_anzsic = 'A' AND rme_size_grp = 'i_Industry_Total'", "63795"),
        ("*", "SUM(value) where year = 2021 AND variable = 'Activity unit' AND rme_size_grp = 'i_Industry_Total'", "500565"),
        ("*", "SUM(value) where year = 2021 AND variable = 'Activity unit' AND rme_size_grp = 'j_Grand_Total'", "500568"),
    ]),
];
