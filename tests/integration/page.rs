//! The page as a browser shows it, with the network off: no error, no sideways scrolling on a telephone, figures that
//! lead to their rows and are those of the JSON.

use std::process::Command;

use serde_json::Value;

use crate::project::{Project, figure};

/// Loads the page at the width of a telephone, looks, clicks, and leaves what it found as the text of its title.
const HARNESS: &str = r#"<!doctype html><html lang="en"><meta charset="utf-8"><title></title>
<iframe src="laser_go.html" style="width:360px;height:740px;border:0"></iframe>
<script>
document.querySelector("iframe").addEventListener("load", function () {
  var page = this.contentDocument, root = page.documentElement, told = { actual: {}, rows: [] };
  told.wide = root.scrollWidth;
  told.width = root.clientWidth;
  told.language = root.lang;
  page.querySelectorAll(".overview tbody tr").forEach(function (row) {
    told.actual[row.querySelector("th a").hash.slice(3)] = row.querySelector("td strong").textContent;
  });
  var dialog = page.getElementById("rows-dialog");
  page.querySelectorAll("a.trace").forEach(function (link) {
    link.click();
    told.rows.push([
      link.dataset.rows, link.dataset.by || "", link.dataset.value || "", dialog.open,
      page.getElementById("rows-said").textContent, dialog.querySelectorAll("tbody tr").length
    ]);
    dialog.close();
  });
  var scheme = page.getElementById("scheme");
  scheme.click(); scheme.click();
  told.scheme = root.dataset.scheme;
  document.title = JSON.stringify(told);
});
</script></html>"#;

/// A number as a reader of the page reads it, with how many decimals it shows.
fn read(shown: &str) -> (f64, usize) {
    let digits: String = shown.chars().filter(|c| c.is_ascii_digit() || ".−".contains(*c)).collect();
    let decimals = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    (digits.replace('−', "-").parse().expect("a number"), decimals)
}

#[test]
#[ignore = "needs chromium"]
fn a_browser_shows_the_page_without_network_and_a_click_leads_to_rows() {
    let project = Project::laser_go();
    project.run(&["run"]).expect(0);
    project.file("data/out/harness.html", HARNESS);
    let out = project.path().join("data/out");
    let ran = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "--virtual-time-budget=20000"])
        .args(["--enable-logging=stderr", "--allow-file-access-from-files", "--disable-web-security"])
        .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9"])
        .arg(format!("--user-data-dir={}", project.path().join("browser").display()))
        .arg(format!("file://{}", out.join("harness.html").display()))
        .output()
        .expect("chromium runs");
    let (dom, log) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    let said: Vec<&str> = log.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(said.is_empty(), "{said:#?}");
    let title = dom.split_once("<title>").expect("a title").1.split_once("</title>").expect("its end").0;
    let told: Value = serde_json::from_str(&title.replace("&amp;", "&")).unwrap_or_else(|_| panic!("{title}\n{log}"));

    assert!(told["wide"].as_f64() <= told["width"].as_f64(), "{} in {}", told["wide"], told["width"]);
    assert_eq!(told["scheme"], "dark");
    let board = project.scoreboard();
    let actual = told["actual"].as_object().expect("figures");
    assert_eq!(actual.len(), 10);
    for (code, shown) in actual {
        let (shown, decimals) = read(shown.as_str().expect("text"));
        let known = figure(&board, code, &[])["value"].to_string().parse::<f64>().expect("known");
        assert!(
            (known - shown).abs() <= 0.5 * 10f64.powi(-i32::try_from(decimals).expect("few")) + 1e-9,
            "{code}: {known} {shown}"
        );
    }
    let rows = told["rows"].as_array().expect("rows");
    assert!(rows.len() > 200, "only {} figures lead to rows", rows.len());
    for one in rows {
        assert_eq!(one[3], true, "{one}");
        assert!(one[5].as_u64() > Some(0), "{one}");
        let recomputed = one[4].as_str().expect("text").starts_with('✓');
        let sum = one[1] == "after" || one[0] == "international_turnover_share";
        assert!(recomputed || sum, "its rows do not give the figure: {one}");
    }
}
