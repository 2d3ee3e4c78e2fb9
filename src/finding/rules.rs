//! The registry of rules: what each finding means, why it matters and how to mend it.
//!
//! One list; `scoreboard explain ID` prints from it, and tests hold its ids unique and its texts whole.

/// A kind of finding. `id` is stable and never used again for anything else.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    pub id: &'static str,
    /// A phrase that names the trouble.
    pub title: &'static str,
    /// Why it matters to the figures.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
}

macro_rules! rules {
    ($($name:ident $id:literal, $title:literal, $why:literal, $fix:literal;)*) => {
        $(pub static $name: Rule = Rule { id: $id, title: $title, why: $why, fix: $fix };)*
        /// Every rule, in the order of this file.
        pub static ALL: &[&Rule] = &[$(&$name),*];
    };
}

/// The rule with this id.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.id == id).copied()
}

rules! {
    // Definitions.
    TOML_SYNTAX "toml-syntax", "a definition file is not valid TOML",
        "Nothing in the file can be used until it reads as TOML.",
        "Mend the line that is shown; text stands in double quotes, dates and numbers do not.";
    SCHEMA_VERSION "schema-version", "a definition file does not say `schema = 1`",
        "The version says how the file is to be read, so that a later program does not misread it.",
        "Write `schema = 1` as the first line of the file.";
    UNKNOWN_KEY "unknown-key", "a key that this program does not know",
        "A misspelt key that is passed over in silence, such as `targt`, makes a wrong scoreboard.",
        "Use the suggested key, or take the line out; docs/definitions.md lists every key.";
    MISSING_KEY "missing-key", "a required key is missing",
        "The definition cannot be used without it.",
        "Add the key; docs/definitions.md says what it holds.";
    WRONG_TYPE "wrong-type", "a value of the wrong type",
        "A number in quotes or a date in quotes is text and would never compare as meant.",
        "Write the value as the message says.";
    BAD_VALUE "bad-value", "a value that cannot be used here",
        "The definition would have no meaning.",
        "Use one of the values that the message lists.";
    BAD_CODE "bad-code", "a code with characters that expressions cannot hold",
        "Codes stand inside expressions, where `-` is minus and a space ends a name.",
        "Use lower-case letters, digits and single `_`, beginning with a letter.";
    DUPLICATE_CODE "duplicate-code", "one code is defined twice",
        "The second definition would silently win or lose.",
        "Rename one of the two, or take it out.";
    UNKNOWN_PARTNER "unknown-partner", "no partner has this code",
        "A target or restriction for nobody is never used.",
        "Use a code of a `[[partner]]` in scoreboard.toml.";
    UNKNOWN_COLLECTION "unknown-collection", "no collection has this code",
        "The indicator would count nothing.",
        "Use the code of a `[collection]` in pipelines/.";
    UNKNOWN_SURVEY "unknown-survey", "no survey has this code",
        "The estimate would have no answers.",
        "Use the code of a `[survey]` in pipelines/.";
    UNKNOWN_STANDARD "unknown-standard", "the catalogue of standard indicators has no such name",
        "The indicator would have neither unit nor definition.",
        "Use a name that `scoreboard catalogue` lists, or take `use` out and write the indicator in full.";
    STANDARD_DIFFERS "standard-differs", "an indicator departs from the standard that it names",
        "Figures of several programmes are put side by side by that name; this one would be of another kind.",
        "Take out the key that differs; or take `use` out, if something else is counted.";
    STANDARD_LINK "standard-link", "a result does not fit the outputs that it comes from",
        "A result is read beside what was done for it, and funds check the one against the other.",
        "Count the output as well, or look at the targets again.";
    FOLDER_TAKEN "folder-taken", "something lies where a project folder would be made",
        "A new project never takes the place of files of yours.",
        "Name a folder that does not exist yet, or an empty one.";
    UNKNOWN_INDICATOR "unknown-indicator", "no indicator has this code",
        "The report or the derived figure would be empty.",
        "Use the code of an `[[indicator]]` in indicators/.";
    UNKNOWN_FIELD "unknown-field", "no field has this name",
        "The expression would never be true, or would not run at all.",
        "Use a field of the collection; `partner`, `country` and `period` are always there.";
    EXPRESSION_SYNTAX "expression-syntax", "an expression is not valid SQL",
        "It cannot be planned.",
        "Text stands in single quotes, names stand bare; docs/methods.md has the SQL subset.";
    EXPRESSION_NOT_ALLOWED "expression-not-allowed", "an expression goes beyond the allowed SQL",
        "What is allowed gives the same figure on every SQL engine, exactly; the rest does not.",
        "Rewrite it within the subset of docs/methods.md; for a division use `ratio`.";
    EXPRESSION_TYPE "expression-type", "an expression compares or adds things of different kinds",
        "An engine that converts in silence gives a figure that nobody can recompute.",
        "Compare text with text in quotes, dates with `DATE '2016-01-31'`, numbers with numbers.";
    FORM_INVALID "form-invalid", "a questionnaire that is no valid XLSForm",
        "A question that cannot be read has no answers, and conditions that name it are never true.",
        "Correct the cell in the form that is shown, and in the one on the server too.";
    FORM_UNREAD "form-unread", "a part of a questionnaire that is not read as it stands",
        "Answers may be read otherwise than the form means them.",
        "Look at the cell that is shown; correct the form if it is a mistake.";
    RATE_SUMMED "rate-summed", "a rate would be added up",
        "A sum of rates or percentages has no meaning; totals are recomputed from rows.",
        "Use `ratio`, or declare what is added as a flow or a stock.";
    CYCLE "cycle", "derived indicators depend on each other in a circle",
        "None of them could ever be computed.",
        "Break the circle that the message prints.";
    TARGET_ORDER "target-order", "baseline, milestones and target do not make a path",
        "The expected value on a day would be wrong.",
        "Put milestones in the order of their days, between start and target.";
    PARTNER_TARGET_SUM "partner-target-sum", "partner targets do not add up to the programme's target",
        "Partners could all succeed while the programme fails, or the other way round.",
        "Change the partner targets or the target; for counts of distinct things they need not add up.";
    NO_INDICATOR "no-indicator", "the project declares no indicator",
        "There is nothing to compute.",
        "Write one in indicators/, for example as in README.md.";
    EXAMPLE_FAILED "example-failed", "a worked example does not give what it says",
        "Either the definition or the example is not what was meant.",
        "Compare the rows with the definition and correct one of them.";
    PROJECT_MISSING "project-missing", "there is no project here",
        "A project folder holds a scoreboard.toml.",
        "Change to the project folder, or name it with --project DIR.";

    SECRET_IN_DEFINITION "secret-in-definition", "a secret stands in a definition file",
        "Definitions are shared, kept in version control and printed; whoever reads them could sign in.",
        "Put the secret into an environment variable or a file, name that here, and change the secret.";

    // Survey servers.
    SECRET_EXPOSED "secret-exposed", "a file with a secret that everybody can read",
        "Whoever works on this machine, or gets a copy of the project's folder, could sign in.",
        "Take the right to read it from others (chmod 600), and keep it out of version control.";
    SECRET_MISSING "secret-missing", "a secret is not there",
        "Without it nobody can sign in to the server.",
        "Set the variable, or write the file, that the definition names, for the account that runs scoreboard.";
    FETCH_UNREACHABLE "fetch-unreachable", "a server that cannot be reached, or is busy",
        "What came with the last fetch stands; what is new is missing.",
        "Run again later: it goes on where it ended.";
    FETCH_REFUSED "fetch-refused", "a server that refuses",
        "What came with the last fetch stands; what is new is missing.",
        "Compare what the definition says (`url`, `form`, `user`, `secret`) with what the server expects.";
    HOST_REFUSED "host-refused", "an address that must not be reached",
        "A definition, or a server that sends on, could make this machine ask others of its own network.",
        "Write `allow_private = true` for a server of your own network, or add its host to `hosts` of `[network]`.";
    FETCH_INCOMPLETE "fetch-incomplete", "a survey server that did not give all answers that it says it has",
        "An estimate from some of the answers looks like one from all. Nothing of this fetch is used.",
        "Run again; if it stays so, tell those who run the server, and use a file export meanwhile.";
    FETCH_UNREADABLE "fetch-unreadable", "a server that answers in an unexpected way",
        "Reading it as something else would give wrong answers. Nothing of this fetch is used.",
        "Look whether `url` leads to the right server, and of a version that is described in docs/definitions.md.";
    SOURCE_FAILED "source-failed", "a source that could not be fetched last time",
        "The scoreboard is made of what came before: anything newer at the source is missing.",
        "Look at what scoreboard fetch says of it, and run again when it has come.";
    SOURCE_NEVER_FETCHED "source-never-fetched", "a source of which nothing ever came",
        "What it holds is missing from every figure.",
        "Run scoreboard fetch, and look at what it says of the source.";
    FILE_LEFT "file-left", "a file of a source that was left for the next time",
        "It was being written, is open somewhere or cannot be taken as it is: half a file would be read as a whole one.",
        "Fetch again when it is whole. A file that stays left has to be mended at the source.";
    DELIVERY_FAILED "delivery-failed", "an output that could not be delivered",
        "Whoever looks there sees what was delivered before.",
        "Run scoreboard publish again when the place can be reached; what is there already is not sent twice.";
    FETCH_NOTE "fetch-note", "something to know about a fetch",
        "All answers came; the server did something that was not asked for.",
        "Fine as it is.";

    // Messages.
    NOTICE_FAILED "notice-failed", "a message that was not sent",
        "Somebody who should know does not.",
        "Correct the address in the definitions, or look at the server that is named.";
    NOTICE_UNKNOWN "notice-unknown", "a message that may not have arrived",
        "The line broke after it was sent, and nobody can say whether it was taken. To send it twice would be worse.",
        "Ask who should have it; scoreboard notify --again KEY sends it once more.";
    NOTICE_KEY "notice-key", "nothing to say under this key",
        "What it told of is over, or the key is misspelt.",
        "See the keys with scoreboard notify --dry-run.";
    NO_CONTACT "no-contact", "a partner that nobody can remind",
        "It is late, and does not know that it was asked.",
        "Write its `contact` into scoreboard.toml, or ask it yourself.";

    // Files.
    INBOX_MISSING "inbox-missing", "the inbox folder does not exist",
        "Nothing can be received.",
        "Make the folder, or correct `[folders] inbox`.";
    INBOX_EMPTY "inbox-empty", "nothing was ever received",
        "A scoreboard without a single submission would show only gaps.",
        "Put the partners' workbooks into the inbox and run again.";
    FILE_UNREADABLE "file-unreadable", "a file cannot be opened",
        "What it holds counts for nobody.",
        "Look at its permissions, and whether another program has it open.";
    FILE_IGNORED "file-ignored", "a file that is no submission",
        "It was passed over.",
        "Take it out of the inbox if it should not lie there.";
    FILE_EMPTY "file-empty", "a file of zero bytes, or without a single row",
        "An upload that was cut off looks like this.",
        "Ask for the file again.";
    FILE_TYPE "file-type", "a file that is not what its name says, or of no known kind",
        "Reading it as something else would give wrong cells.",
        "Save it from Excel or LibreOffice as .xlsx and send that.";
    FILE_ENCRYPTED "file-encrypted", "a file with a password",
        "Nobody but its sender can read it.",
        "Take the password off (File, Info, Protect Workbook) and send it again.";
    FILE_TRUNCATED "file-truncated", "a file that is damaged or cut off",
        "Some of its rows may be missing; counting the rest would be a wrong figure.",
        "Open it in Excel, save it anew and send it again.";
    FILE_TOO_LARGE "file-too-large", "a file, or what it unpacks to, beyond the limits",
        "A file that unpacks to gigabytes is an attack or an accident; either stops everybody's refresh.",
        "Delete empty formatted rows and columns and save again, or raise `[limits]` in scoreboard.toml.";
    FILE_TOO_SLOW "file-too-slow", "a file that takes longer to read than the limits allow",
        "One file must not hold up everybody's refresh.",
        "Delete empty formatted rows and columns and save again, or raise `seconds` of `[limits]` in scoreboard.toml.";
    ENCODING "encoding", "text in an unexpected encoding",
        "Accented letters may come out wrong.",
        "Save as CSV UTF-8.";
    RAGGED_ROW "ragged-row", "a csv line with more or fewer cells than the header",
        "A separator inside a text shifts every value after it.",
        "Quote the text that holds the separator.";

    // Whose, and which table.
    PARTNER_UNKNOWN "submission-without-partner", "it is not known whose file this is",
        "It counts for nobody.",
        "Use the template, or name the file as `[submission] file_names` says.";
    PERIOD_UNKNOWN "submission-without-period", "it is not known which period this file reports",
        "Rows that are reported by period would be counted in the wrong one.",
        "Use the template, or put the period into the file name as `[submission] file_names` says.";
    SHEET_UNKNOWN "sheet-not-recognised", "a sheet that fits no collection",
        "Its rows are not read.",
        "Fine for notes. If it holds data, give it the sheet name and column labels of the template.";
    SHEET_AMBIGUOUS "sheet-ambiguous", "a sheet that fits two collections equally well",
        "Its rows would be counted in one of them by chance.",
        "Give the sheet the name it has in the template.";
    NOTHING_RECOGNISED "nothing-recognised", "no sheet of the file fits any collection",
        "It counts for nobody.",
        "Use the template; column labels must be those of the collection or its `also_called`.";
    COLUMN_MISSING "column-missing", "a required column is missing",
        "Every row would lack it.",
        "Add the column with the label that the message gives.";
    COLUMN_TWICE "column-twice", "two columns have the label of one field",
        "Either could be the right one.",
        "Rename or delete one of them.";
    COLUMN_UNKNOWN "column-not-recognised", "a column that is no field of the collection",
        "It is not read.",
        "Fine for notes. If it holds data, use the label of the template.";
    LAYOUT_TOLERATED "layout-tolerated", "a table that is not laid out as in the template",
        "It was read all the same, by its labels.",
        "Nothing, if the figures are right; the template would spare the doubt.";
    TEMPLATE_OLDER "template-older", "made from a template that has been changed since",
        "It is read by its labels; what the new template asks beyond that is not in it.",
        "Nothing, if nothing else is said. Next time fill in the template that is sent to you then.";
    TOTAL_DIFFERS "total-differs", "a total that the rows of its table do not add up to",
        "The figures are counted from the rows; a row may be missing, double or mistyped.",
        "Compare the rows with your own books, then correct them or the total.";
    LAYOUT_MISFIT "layout-misfit", "a file that its declared layout does not fit",
        "Reading it as declared would take the wrong cells.",
        "Correct the `layout` of the collection, or ask for the file as it used to be.";
    NO_SUBMISSION "not-reported", "a partner has not reported",
        "Totals do not include it; coverage says so.",
        "Ask the partner for its workbook.";
    SUBMISSION_TIE "submission-tie", "two different submissions claim to be the current one",
        "Which of them counts would be chance; the earlier figure stands.",
        "Raise the reporting date or the revision in the right one and send it again.";
    ROWS_MISSING "rows-missing", "rows of the report before are not in this one",
        "A new report replaces the one before: rows that it lacks count no more.",
        "If they were left out by mistake, add them and send the workbook again.";
    SUBMISSION_EMPTY "submission-empty", "a sheet without rows",
        "It replaces what the partner had reported there: those rows are gone from the figures.",
        "Send the sheet with all its rows, if that was not meant.";

    // Cells and rows.
    REQUIRED "required-missing", "a required cell is empty",
        "The row cannot be counted without it.",
        "Fill in the cell.";
    NOT_A_NUMBER "not-a-number", "text where a number is expected",
        "It cannot be added up.",
        "Type only the number; put words into a notes column.";
    NUMBER_AS_TEXT "number-as-text", "a number stored as text",
        "It was read, but Excel itself would not add it up.",
        "Type it anew, or use Data, Text to Columns.";
    NUMBER_AMBIGUOUS "number-ambiguous", "a number that can be read in two ways",
        "`1.234` is a thousand in one country and one and a bit in another.",
        "Type it as a number, not as text.";
    NUMBER_NOT_WHOLE "number-not-whole", "a fraction where a whole number is expected",
        "Things are counted whole.",
        "Type a whole number.";
    NUMBER_TOO_PRECISE "number-rounded", "a number with more than six decimals",
        "Six decimals are kept.",
        "Nothing, if the sixth decimal does not matter.";
    CURRENCY_OTHER "currency-other", "money in another currency",
        "It cannot be added to the programme's currency as it stands.",
        "Convert it, and note the rate.";
    RATE_MISSING "rate-missing", "an amount without a rate of exchange",
        "Figures that it goes into cannot be computed.",
        "Add the month's rate to the table of rates, or correct currency and date.";
    PERCENT_AMBIGUOUS "percent-ambiguous", "a share that may be per cent or a fraction",
        "0.5 may mean half, or half a per cent.",
        "Format the cell as a percentage, type the % sign, or declare `scale` for the field.";
    NOT_A_DATE "not-a-date", "something where a date is expected",
        "The row cannot be placed in time.",
        "Type a date, for example 2016-06-30.";
    DATE_AS_TEXT "date-as-text", "a date stored as text",
        "It was read, but Excel itself would not sort it.",
        "Type it anew as a date.";
    DATE_AMBIGUOUS "date-ambiguous", "a date that can be read in two ways",
        "03/04/2016 is in March in one country and in April in another.",
        "Type it as 2016-04-03.";
    DATE_FUTURE "date-in-the-future", "a date after the day on which the workbook was made",
        "What has not happened yet cannot be counted.",
        "Correct the date; the year is the usual mistake.";
    OPTIONS_DISAGREE "options-disagree", "one answer stands in two columns, and they differ",
        "Which of the two was given cannot be told, so the answer is not used.",
        "Export the answers again; if they still differ, correct one of the two.";
    REPEAT_UNREAD "repeat-unread", "a repeated group of a questionnaire, which no estimate uses",
        "An estimate speaks of enterprises; rows of a repeat are several an enterprise.",
        "Fine if nothing is estimated from it. Otherwise ask for the total in a question outside the repeat.";
    UNKNOWN_OPTION "unknown-option", "a choice that is not in the list",
        "The row would stand in no group of the breakdown.",
        "Use one of the options.";
    OPTION_LOOK_ALIKE "option-look-alike", "a choice written a little differently",
        "It was read as the option that it resembles but for case, accents or spaces.",
        "Pick it from the list next time.";
    UNKNOWN_COUNTRY "unknown-country", "no country has this code or name",
        "The row would stand under a country that does not exist.",
        "Use the two-letter code.";
    NOT_AN_ENTERPRISE "not-an-enterprise", "neither a number nor a name of an enterprise",
        "It could not be counted once.",
        "Give its VAT or register number.";
    ENTERPRISE_BY_NAME "enterprise-by-name", "an enterprise without a number",
        "It counts in the upper bound only, since the same enterprise may stand elsewhere with its number.",
        "Add its VAT or register number.";
    NUMBER_CHECKSUM "number-checksum", "a number whose check digits are wrong",
        "It is a slip or a placeholder: the same enterprise may be counted again under its right number.",
        "Compare it with the register, and correct the cell.";
    DECISION_CONTRADICTS "decision-contradicts", "decisions that contradict each other",
        "Two organisations cannot be one and two, nor one code two countries: no figure could follow both.",
        "Take one of the decisions of the chain back.";
    DECISION_UNKNOWN "decision-unknown", "a decision about an organisation that no row names",
        "It has no effect: the organisation is spelled otherwise in the rows, or its rows count no longer.",
        "Write the organisation as its rows do, or take the decision out.";
    BELOW_MINIMUM "below-minimum", "a value below the declared minimum",
        "It is most likely a typing mistake.",
        "Correct the value.";
    ABOVE_MAXIMUM "above-maximum", "a value above the declared maximum",
        "It is most likely a typing mistake.",
        "Correct the value.";
    ERROR_VALUE "error-value", "a cell with an error such as #REF! or #N/A",
        "Excel itself does not know the value.",
        "Repair the formula, or type the value.";
    DUPLICATE_KEY "duplicate-key", "one key twice in one submission",
        "The same thing would be counted twice; the first row counts.",
        "Delete one of the rows, or correct its key.";
    CHECK_FAILED "check-failed", "a row that fails a declared check",
        "The programme declared that such a row cannot be right.",
        "See the message of the check.";
    MERGED_CELLS "merged-cells", "a cell that is merged with another",
        "Its value stands in the first cell only; whether it is meant for each row nobody can tell.",
        "Unmerge the cells and write the value into every row.";
    UNCALCULATED "formula-without-value", "a formula that no spreadsheet program has calculated",
        "Nobody knows what it gives.",
        "Open the workbook in Excel or LibreOffice, save it and send it again; or type the value.";
    HIDDEN_ROW "hidden-rows", "hidden rows that hold data",
        "They were read like all others.",
        "Delete them if they should not count.";
    HIDDEN_COLUMN "hidden-columns", "hidden columns that hold data",
        "They were read like all others.",
        "Show them, and delete what should not be sent.";
    HIDDEN_SHEET "hidden-sheets", "a hidden sheet that holds a table",
        "It was read like all others.",
        "Delete it if it should not count.";
    STALE_FORMULAS "stale-formulas", "results of formulas that may be out of date",
        "The file says that they wait for a calculation; what is read is what was stored.",
        "Open the workbook in Excel, press F9, save it and send it again.";
    OLD_MAC_DAYS "old-mac-days", "a workbook that counts its days from 1904",
        "Old Macs did. A date copied between it and another workbook is four years off.",
        "Nothing, if the dates are right.";
    TOTALS_ROW "totals-row", "a row that adds up the rows above",
        "It was passed over: counting it would count everything twice.",
        "Fine as it is.";

    // Figures.
    KEY_CONFLICT "conflicting-values", "two partners report one record with different values",
        "It counts once; which values count is declared as `on_conflict`.",
        "Ask both partners which value is right.";
    DATE_AFTER_AS_OF "dated-after-as-of", "rows dated after the day of the scoreboard",
        "They are not counted yet.",
        "Nothing, if the dates are right.";
    DATE_BEFORE_START "dated-before-start", "rows dated before the programme began",
        "They count, but may be none of the programme's doing.",
        "Correct the dates, or take the rows out.";
    ANSWER_UNMATCHED "answer-unmatched", "an answer from nobody in the population",
        "It cannot be weighted and does not count.",
        "Correct the enterprise's number in the answer or in the list of members.";
    ANSWER_LEFT "answer-left", "an answer from an enterprise that has left the population since the baseline",
        "Changes on pairs speak of the baseline's population, to which it belongs; the figures of its wave do not.",
        "Nothing, if it has left. Else the list of members for that wave lacks it.";
    FIGURES_APART "figures-apart", "a count lies beyond the interval of the survey's estimate",
        "Two sources that should tell the same tell different things, by more than chance explains.",
        "Ask partners how they count, and look at who answered. Both figures stand as they are.";
    ORPHAN "orphan", "rows that name a record which nobody has reported",
        "What became of a record cannot be followed, and its conversion is told too low.",
        "Correct the number, or report the record that it names.";
    GROUP_CHECK_FAILED "group-check-failed", "rows that together are not what a check over groups expects",
        "Each row may be right by itself; together they break a rule of the programme. They count all the same.",
        "Ask the partners whose rows they are; the check is declared with the collection.";
    PUBLISHED_CONTRADICTED "published-contradicted", "a published figure that the rows do not give",
        "Whoever knows the published figure will ask which of the two is right.",
        "Look at what each of them counts; what was published stands beside the figure.";
    PUBLISHED_DISAGREE "published-disagree", "published figures of one thing that cannot all be right",
        "No rows can give both, so the programme cannot be held against them.",
        "Ask whoever published them, and write down what they say in `note`.";
    PART_ABOVE_WHOLE "part-above-whole", "an answer whose part is larger than its whole",
        "A share above 100 % moves the estimate, and one of the two numbers is wrong.",
        "Ask the enterprise which of the two is right, and correct the answer on the server.";
    UNIT_DOUBTFUL "unit-doubtful", "an answer that is probably in another unit than the wave before",
        "An amount in thousands beside amounts in full weighs a thousand times too little, or too much.",
        "Ask the enterprise, and correct the answer on the server.";
    JUMP_DOUBTFUL "jump-doubtful", "an answer far from that of the wave before",
        "One enterprise may carry the whole change that is estimated.",
        "Ask the enterprise whether both numbers are right.";
    ANSWER_COPIED "answer-copied", "two enterprises gave the same answers",
        "Numbers that agree to the last digit were most likely copied from one answer to the other.",
        "Find out which enterprise they belong to.";
    ANSWER_REPEATED "answer-repeated", "an enterprise sent the same answers twice",
        "It counts once.",
        "Nothing to do: the later one counts.";
    SAME_NUMBER "same-number", "one number in every question",
        "Whoever types one number everywhere has not looked the numbers up.",
        "Ask the enterprise for its figures.";
    STRAIGHT_LINE "straight-line", "one option in every question of a list",
        "Whoever ticks one column from top to bottom may not have read the questions.",
        "Look at the other answers of the enterprise before it is relied on.";
    ANSWER_TOO_FAST "answer-too-fast", "an answer that took less time than reading the questions",
        "Answers given this fast were not thought about.",
        "Look at the answers of the enterprise before they are relied on.";
    ANSWER_SUPERSEDED "answer-superseded", "an enterprise answered more than once",
        "Its latest complete answer counts.",
        "Nothing.";
    ANSWER_INCOMPLETE "answer-incomplete", "an answer without all required questions",
        "It does not count as a response.",
        "Ask the enterprise again if there is time.";
    FRAME_TWICE "frame-twice", "one enterprise stands in the population twice",
        "It counts once; the first listing's stratum is used.",
        "Agree which partner lists it.";

    // Store and output.
    STORE_BUSY "store-busy", "another run is writing to this store",
        "Two writers would spoil it.",
        "Wait until the other run has ended.";
    SCHEDULER_RUNNING "scheduler-running", "another scheduler works on this store",
        "Two of them would do everything twice.",
        "End the other one, or start this one with --wait to take over from it.";
    SCHEDULER_STOPPED "scheduler-stopped", "the scheduler cannot start",
        "Nothing is done by itself until it does.",
        "See the message; another address for --listen, perhaps.";
    SCHEDULE_GIVEN_UP "schedule-given-up", "scheduled work that began several times and never ended",
        "Whatever ends the program would end it for ever, and nothing else would be done.",
        "Look into the log for what ended it: memory, the disk, a file that came that day. Then run it by hand.";
    STEP_BROKE "step-broke", "a step of the work broke",
        "What it would have done is missing; the steps behind it were done.",
        "This is a fault of the program. Please report it with the line of the log.";
    STORE_DAMAGED "store-damaged", "the store is not as this program left it",
        "Figures from it could not be trusted.",
        "Restore what is named from a backup; `scoreboard verify` lists all of it. A received file that still lies in the inbox is put back by the next run.";
    DISK "disk", "the disk refused to read or write",
        "What could not be written is missing, and what stood there before stands.",
        "Free some space, look at the permissions, and run again: it completes what is missing.";
    EXPORT_REFUSED "export-refused", "a figure that does not fit a format",
        "It would have to be rounded or turned into something else, so it is left out of the file.",
        "See the message; everything else is in the file.";
    EXPORT_REJECTED "export-rejected", "a value that the server did not take",
        "The server keeps what it had before; all values that it took stand.",
        "Compare the report's mapping with the data elements, units and periods that the server opens for entry.";
    UNKNOWN_RUN "unknown-run", "no run, or more than one, has this code",
        "A figure of the past can be told only for a run that was published.",
        "Use a code that an output prints, the beginning of one, `last` or `previous`.";
    NO_HEAD "no-head", "what was asked for is no head of a ledger",
        "Nothing can be looked for, so nothing is said of the store.",
        "Take the head of the ledger that an output prints beside the run's code, or its first 12 digits or more.";
    DEFINITIONS_NOT_KEPT "definitions-not-kept", "the definitions of a past run are not known any more",
        "An older version of this program did not keep them, and figures under other definitions are other figures.",
        "Check out the definition files of that day, and run again.";
    CLOSE_REFUSED "close-refused", "a period cannot be closed",
        "A closed period stands for ever, so it is closed once, in order, and only when all its reports were due.",
        "See the message.";
    BUNDLE_UNREADABLE "bundle-unreadable", "a file that is no bundle, or one that cannot be opened",
        "What cannot be opened whole cannot be verified.",
        "Ask for the bundle again, as `scoreboard bundle` wrote it.";
    DATA_STALE "data-stale", "data that is older than is declared",
        "Figures of old data look like figures of today.",
        "Ask for newer data or look at the source; `[[freshness]]` in pipelines/ says how old it may be.";
    GATE_FAILED "gate-failed", "a declared gate was not met",
        "The scoreboard is published, and the exit code says that it needs a look.",
        "See the message.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_has_an_id_of_its_own_and_all_its_texts() {
        let ids: BTreeSet<_> = ALL.iter().map(|rule| rule.id).collect();
        let titles: BTreeSet<_> = ALL.iter().map(|rule| rule.title).collect();
        assert_eq!((ids.len(), titles.len()), (ALL.len(), ALL.len()));
        for rule in ALL {
            assert!(rule.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", rule.id);
            assert!(rule.why.ends_with('.') && rule.fix.ends_with('.'), "{}: sentences end with a stop", rule.id);
            assert!(!rule.title.ends_with('.'), "{}: a title is a phrase", rule.id);
        }
    }
}
