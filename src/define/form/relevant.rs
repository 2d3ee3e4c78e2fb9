//! Whether a question was asked: the conditions of the column `relevant`, as far as they are simple.
//!
//! `and`, `or`, `not(…)`, `true()`, `false()`, `selected(${q}, 'x')` and comparisons of `${q}`, texts and numbers. What
//! goes beyond is [`Relevance::Unknown`]: then nobody can tell "not asked" from "not answered", and it is said so.

use rust_decimal::Decimal;

use crate::model::code::FieldCode;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relevance {
    Always,
    Never,
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Compare(Operand, Sign, Operand),
    /// Among the codes of an answer.
    Selected(Operand, String),
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    Question(FieldCode),
    Text(String),
    Number(Decimal),
    /// What is not read here, or not understood.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What a name in a condition stands for.
pub enum Named {
    Question(FieldCode),
    /// Something of the form that is not read.
    Unread,
    /// Nothing of the form.
    Nothing,
}

/// What is known of an answer when a condition is looked at.
pub enum Told {
    /// Not read from this file.
    Unknown,
    Empty,
    /// As the form stores it.
    Text(String),
}

/// A condition as it is written.
///
/// # Errors
/// The first name that stands for nothing of the form.
pub fn parse(text: &str, named: &dyn Fn(&str) -> Named) -> Result<Relevance, String> {
    let Some(tokens) = tokens(text) else { return Ok(Relevance::Unknown) };
    for token in &tokens {
        if let Token::Name(name) = token
            && matches!(named(name), Named::Nothing)
        {
            return Err(name.clone());
        }
    }
    let mut parser = Parser { tokens: &tokens, at: 0, named };
    let condition = parser.any();
    let whole = condition.filter(|_| parser.at == tokens.len());
    Ok(whole.unwrap_or(Relevance::Unknown))
}

impl Relevance {
    /// Both must hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always, other) => other,
            (one, Self::Always) => one,
            (one, other) => Self::All(vec![one, other]),
        }
    }

    /// Whether it holds. None: it cannot be told.
    pub fn holds(&self, answer: &dyn Fn(&FieldCode) -> Told) -> Option<bool> {
        match self {
            Self::Always => Some(true),
            Self::Never => Some(false),
            Self::Unknown => None,
            Self::Not(inner) => inner.holds(answer).map(|truth| !truth),
            Self::All(parts) => every(parts, answer, true),
            Self::Any(parts) => every(parts, answer, false),
            Self::Selected(of, code) => match value(of, answer) {
                Told::Unknown => None,
                Told::Empty => Some(false),
                Told::Text(text) => Some(text.split_whitespace().any(|word| word == code)),
            },
            Self::Compare(left, sign, right) => compare(left, *sign, right, answer),
        }
    }
}

/// Three-valued AND (`wanted` true) or OR: one part may decide it whatever the others are.
fn every(parts: &[Relevance], answer: &dyn Fn(&FieldCode) -> Told, wanted: bool) -> Option<bool> {
    let mut all = Some(wanted);
    for part in parts {
        match part.holds(answer) {
            Some(truth) if truth != wanted => return Some(!wanted),
            Some(_) => {}
            None => all = None,
        }
    }
    all
}

fn value(operand: &Operand, answer: &dyn Fn(&FieldCode) -> Told) -> Told {
    match operand {
        Operand::Question(code) => answer(code),
        Operand::Text(text) if text.is_empty() => Told::Empty,
        Operand::Text(text) => Told::Text(text.clone()),
        Operand::Number(number) => Told::Text(number.normalize().to_string()),
        Operand::Unknown => Told::Unknown,
    }
}

fn compare(left: &Operand, sign: Sign, right: &Operand, answer: &dyn Fn(&FieldCode) -> Told) -> Option<bool> {
    let text = |told: Told| match told {
        Told::Unknown => None,
        Told::Empty => Some(String::new()),
        Told::Text(text) => Some(text),
    };
    let (one, other) = (text(value(left, answer))?, text(value(right, answer))?);
    let equality = matches!(sign, Sign::Equal | Sign::NotEqual);
    let has_number = [left, right].iter().any(|operand| matches!(operand, Operand::Number(_)));
    if equality && !has_number {
        return Some((one == other) == (sign == Sign::Equal));
    }
    // As XPath compares: what is no number is neither equal, nor smaller, nor greater.
    let number = |text: &str| text.parse::<Decimal>().ok();
    let (Some(one), Some(other)) = (number(&one), number(&other)) else { return Some(sign == Sign::NotEqual) };
    Some(match sign {
        Sign::Equal => one == other,
        Sign::NotEqual => one != other,
        Sign::Less => one < other,
        Sign::LessOrEqual => one <= other,
        Sign::Greater => one > other,
        Sign::GreaterOrEqual => one >= other,
    })
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// `${name}`
    Name(String),
    Text(String),
    Number(Decimal),
    /// A function, or `and`, `or`.
    Word(String),
    Sign(Sign),
    Open,
    Close,
    Comma,
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '=' => (Token::Sign(Sign::Equal), 1),
            '!' if rest.starts_with("!=") => (Token::Sign(Sign::NotEqual), 2),
            '<' if rest.starts_with("<=") => (Token::Sign(Sign::LessOrEqual), 2),
            '<' => (Token::Sign(Sign::Less), 1),
            '>' if rest.starts_with(">=") => (Token::Sign(Sign::GreaterOrEqual), 2),
            '>' => (Token::Sign(Sign::Greater), 1),
            '$' => {
                let end = rest.find('}')?;
                let name = rest.get(..end)?.strip_prefix("${")?.trim();
                (Token::Name(name.to_owned()), end + 1)
            }
            // Word processors bend quotation marks.
            '\'' | '"' | '‘' | '’' | '“' | '”' => {
                let inside = &rest[first.len_utf8()..];
                let closes = |c: char| match first {
                    '\'' | '"' => c == first,
                    _ => matches!(c, '\'' | '"' | '‘' | '’' | '“' | '”'),
                };
                let end = inside.find(closes)?;
                let close = inside[end..].chars().next().map_or(1, char::len_utf8);
                (Token::Text(inside[..end].to_owned()), first.len_utf8() + end + close)
            }
            c if c.is_ascii_digit() || c == '-' => {
                let end = rest[1..].find(|c: char| !c.is_ascii_digit() && c != '.').map_or(rest.len(), |at| at + 1);
                (Token::Number(rest[..end].parse().ok()?), end)
            }
            c if c.is_alphabetic() => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').unwrap_or(rest.len());
                (Token::Word(rest[..end].to_lowercase()), end)
            }
            _ => return None,
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Some(tokens)
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    named: &'a dyn Fn(&str) -> Named,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn takes(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Option<Relevance> {
        self.joined("or", Self::all, Relevance::Any)
    }

    fn all(&mut self) -> Option<Relevance> {
        self.joined("and", Self::one, Relevance::All)
    }

    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Option<Relevance>,
        join: fn(Vec<Relevance>) -> Relevance,
    ) -> Option<Relevance> {
        let mut parts = vec![part(self)?];
        while self.takes(&Token::Word(word.to_owned())) {
            parts.push(part(self)?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(join(parts)) }
    }

    fn one(&mut self) -> Option<Relevance> {
        if self.takes(&Token::Open) {
            let inner = self.any()?;
            return self.takes(&Token::Close).then_some(inner);
        }
        if let Some(Token::Word(word)) = self.peek().cloned()
            && self.tokens.get(self.at + 1) == Some(&Token::Open)
            && matches!(word.as_str(), "not" | "true" | "false" | "selected")
        {
            self.at += 2;
            let found = match word.as_str() {
                "not" => Relevance::Not(Box::new(self.any()?)),
                "true" => Relevance::Always,
                "false" => Relevance::Never,
                _ => {
                    let of = self.operand()?;
                    let comma = self.takes(&Token::Comma);
                    match self.operand()? {
                        Operand::Text(code) if comma => Relevance::Selected(of, code),
                        Operand::Number(code) if comma => Relevance::Selected(of, code.normalize().to_string()),
                        _ => Relevance::Unknown,
                    }
                }
            };
            return self.takes(&Token::Close).then_some(found);
        }
        let left = self.operand()?;
        let Some(Token::Sign(sign)) = self.peek().cloned() else { return None };
        self.at += 1;
        Some(Relevance::Compare(left, sign, self.operand()?))
    }

    fn operand(&mut self) -> Option<Operand> {
        let token = self.peek()?.clone();
        self.at += 1;
        match token {
            Token::Text(text) => Some(Operand::Text(text)),
            Token::Number(number) => Some(Operand::Number(number)),
            Token::Name(name) => Some(match (self.named)(&name) {
                Named::Question(code) => Operand::Question(code),
                Named::Unread | Named::Nothing => Operand::Unknown,
            }),
            // A function that is not known here: what it is given is passed over.
            Token::Word(_) if self.takes(&Token::Open) => {
                let mut depth = 1;
                while depth > 0 {
                    match self.peek()? {
                        Token::Open => depth += 1,
                        Token::Close => depth -= 1,
                        _ => {}
                    }
                    self.at += 1;
                }
                Some(Operand::Unknown)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Named {
        match name {
            "calc" => Named::Unread,
            name => FieldCode::new(name).map_or(Named::Nothing, Named::Question),
        }
    }

    fn told(code: &FieldCode) -> Told {
        match code.as_str() {
            "exports" => Told::Text("yes".into()),
            "jobs" => Told::Text("12.5".into()),
            "pets" => Told::Text("cat dog".into()),
            "left" => Told::Empty,
            _ => Told::Unknown,
        }
    }

    fn holds(text: &str) -> Option<bool> {
        parse(text, &named).unwrap().holds(&told)
    }

    #[test]
    fn simple_conditions_are_understood() {
        for (text, truth) in [
            ("${exports} = 'yes'", true),
            ("${exports}='no'", false),
            ("${exports} != ‘no’", true),
            ("selected(${pets}, 'dog') and ${jobs} >= 12.5", true),
            ("selected(${pets}, 'do')", false),
            ("not(selected(${pets}, \"cat\")) or ${jobs} > 100", false),
            ("(${jobs} < 13 and ${jobs} > 12) or false()", true),
            // An empty answer is no number: neither small nor great.
            ("${left} < 5", false),
            ("${left} = ''", true),
            ("${left} != 5", true),
            ("true()", true),
            ("-1 < ${jobs}", true),
        ] {
            assert_eq!(holds(text), Some(truth), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_not_guessed() {
        for text in ["count-selected(${pets}) > 1", "${jobs} + 1 > 3", "${calc} = 1", "${other} = 'x'", "${jobs} >", ""]
        {
            assert_eq!(holds(text), None, "{text}");
        }
        // One part decides, whatever the other is.
        assert_eq!(holds("${other} = 'x' and ${exports} = 'no'"), Some(false));
        assert_eq!(holds("string-length(${other}) > 2 or ${exports} = 'yes'"), Some(true));
        assert_eq!(holds("${other} = 'x' and ${exports} = 'yes'"), None);
    }

    #[test]
    fn a_name_that_the_form_does_not_have_is_said() {
        assert_eq!(parse("${Exprts} = 'yes'", &named), Err("Exprts".to_owned()));
    }
}
