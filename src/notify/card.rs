//! A message as the JSON that a webhook takes: of Teams, of Slack, or of our own form, which docs/notifications.md gives.
//!
//! What would be too large is left out by rows, and said.

use serde_json::{Value, json};

use super::note::{Note, Section, shorten, told};

/// Teams takes 28 KB; some of it is for what is around the card.
const TEAMS_BYTES: usize = 26_000;
const SLACK_BLOCK: usize = 2_900;
const SLACK_BLOCKS: usize = 48;
const SLACK_HEADER: usize = 150;

/// A message of a Teams workflow that posts an adaptive card. Text stands in runs, which know no markup.
pub fn teams(note: &Note) -> Value {
    let run = |text: &str, look: Value| {
        let mut run = json!({ "type": "TextRun", "text": text });
        if let (Some(run), Value::Object(look)) = (run.as_object_mut(), look) {
            run.extend(look);
        }
        json!({ "type": "RichTextBlock", "inlines": [run] })
    };
    let card = |rows: usize| {
        let mut body = vec![run(&note.subject, json!({ "size": "Large", "weight": "Bolder" }))];
        body.push(run(&note.heading, json!({})));
        body.extend(note.lines.iter().map(|line| run(line, json!({}))));
        for section in &note.sections {
            body.push(run(&section.title, json!({ "weight": "Bolder" })));
            body.extend(lines(section, rows).iter().map(|line| run(line, json!({}))));
        }
        body.extend(note.closing.iter().map(|line| run(line, json!({}))));
        if !note.footer.is_empty() {
            body.push(run(&note.footer, json!({ "size": "Small", "isSubtle": true })));
        }
        json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": null,
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "msteams": { "width": "Full" },
                    "body": body,
                },
            }],
        })
    };
    let fits = |card: &Value| card.to_string().len() <= TEAMS_BYTES;
    (0..=super::note::ROWS).rev().map(card).find(fits).unwrap_or_else(|| card(0))
}

/// A message of a Slack webhook.
pub fn slack(note: &Note) -> Value {
    let block = |text: &str| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } });
    let header =
        json!({ "type": "header", "text": { "type": "plain_text", "text": shorten(&note.subject, SLACK_HEADER) } });
    let mut blocks = vec![header, block(&cut(&escaped(&note.heading)))];
    blocks.extend(note.lines.iter().map(|line| block(&cut(&escaped(line)))));
    for section in &note.sections {
        let mut text = format!("*{}*", escaped(&section.title));
        let mut left = 0;
        for row in &section.rows {
            let line = format!("\n• {}", escaped(&shorten(&told(row), 500)));
            // What follows must still have room.
            if left > 0 || text.len() + line.len() > SLACK_BLOCK - 100 {
                left += 1;
            } else {
                text.push_str(&line);
            }
        }
        for more in [if left == 0 { String::new() } else { format!("… +{left}") }, section.more.clone()] {
            if !more.is_empty() {
                text.push_str(&format!("\n{}", escaped(&more)));
            }
        }
        blocks.push(block(&text));
    }
    blocks.extend(note.closing.iter().map(|line| block(&cut(&escaped(line)))));
    blocks.truncate(SLACK_BLOCKS);
    if !note.footer.is_empty() {
        let text = json!({ "type": "mrkdwn", "text": cut(&escaped(&note.footer)) });
        blocks.push(json!({ "type": "context", "elements": [text] }));
    }
    json!({ "text": escaped(&note.subject), "blocks": blocks })
}

/// Our own form.
pub fn json(note: &Note, keys: &[String], about: &Value) -> Value {
    let section = |section: &Section| json!({ "title": section.title, "rows": section.rows, "more": section.more });
    json!({
        "schema": 1,
        "keys": keys,
        "about": about,
        "language": note.language,
        "subject": note.subject,
        "heading": note.heading,
        "lines": note.lines,
        "sections": note.sections.iter().map(section).collect::<Vec<_>>(),
        "text": note.text(),
    })
}

/// So many rows of a section; how many more there are is said.
fn lines(section: &Section, rows: usize) -> Vec<String> {
    let left = section.rows.len().saturating_sub(rows);
    let mut lines: Vec<String> =
        section.rows.iter().take(rows).map(|row| format!("• {}", shorten(&told(row), 500))).collect();
    if left > 0 {
        lines.push(format!("… +{left}"));
    }
    if !section.more.is_empty() {
        lines.push(section.more.clone());
    }
    lines
}

/// Slack's three signs of markup that are never text; `*` and `_` only change the look.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn cut(text: &str) -> String {
    shorten(text, SLACK_BLOCK / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long() -> Note {
        let row = |at: usize| vec![format!("Indicator {at}"), "words ".repeat(60)];
        let section =
            |at: usize| Section { title: format!("T{at}"), rows: (0..25).map(row).collect(), more: String::new() };
        Note {
            language: "en".into(),
            subject: "S".repeat(400),
            heading: "<!channel> & more".into(),
            lines: vec!["[link](https://x.example) *bold*".into()],
            sections: (0..8).map(section).collect(),
            footer: "F".into(),
            ..Note::default()
        }
    }

    #[test]
    fn a_long_message_keeps_the_bounds_of_teams() {
        let card = teams(&long());
        assert!(card.to_string().len() <= 28_000, "{}", card.to_string().len());
        assert_eq!(card["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive");
        assert!(card.to_string().contains("… +"), "what is left out is said");
        let short = Note { sections: Vec::new(), ..long() };
        let card = teams(&short);
        let inline = &card["attachments"][0]["content"]["body"][2]["inlines"][0];
        assert_eq!(inline["text"], "[link](https://x.example) *bold*");
        assert_eq!(card["attachments"][0]["content"]["body"][2]["type"], "RichTextBlock", "no markup is read there");
    }

    #[test]
    fn a_long_message_keeps_the_bounds_of_slack() {
        let message = slack(&long());
        let blocks = message["blocks"].as_array().expect("blocks");
        assert!(blocks.len() <= 50, "{}", blocks.len());
        for block in blocks {
            let text = block["text"]["text"].as_str().unwrap_or_default();
            assert!(text.len() <= 3_000, "{}", text.len());
        }
        assert_eq!(blocks[0]["text"]["text"].as_str().map(|text| text.chars().count()), Some(150));
        assert!(message.to_string().contains("&lt;!channel&gt; &amp; more"), "nobody is called by words of others");
    }

    #[test]
    fn our_own_form_says_what_it_is_about() {
        let note = Note { subject: "S".into(), ..Note::default() };
        let message = json(&note, &["success/ab".into()], &json!({ "run": "ab" }));
        assert_eq!((&message["schema"], &message["about"]["run"]), (&json!(1), &json!("ab")));
        assert_eq!(message["keys"], json!(["success/ab"]));
    }
}
