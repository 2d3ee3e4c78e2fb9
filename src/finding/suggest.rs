//! "Did you mean": the one way in which a misspelt name is held against known ones.

/// The known name most like a misspelt one, if one is near enough to be meant: a third of the letters may differ,
/// at least one; or one of the two begins with the other. Case makes no difference; of equals the first is taken.
pub fn nearest<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let text = text.to_lowercase();
    let letters = text.chars().count();
    if letters == 0 || letters > 100 {
        return None;
    }
    let limit = (letters / 3).max(1);
    names
        .filter_map(|name| {
            let other = name.to_lowercase();
            let slips = strsim::damerau_levenshtein(&text, &other);
            let begins = letters >= 4 && (other.starts_with(&text) || (text.starts_with(&other) && other.len() >= 4));
            (slips <= limit || begins).then_some((slips, name))
        })
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_suggested_and_a_far_one_is_not() {
        let names = || ["signed_on", "status", "value"].into_iter();
        assert_eq!(nearest("statsu", names()), Some("status"));
        assert_eq!(nearest("signed", names()), Some("signed_on"));
        assert_eq!(nearest("Value", names()), Some("value"));
        assert_eq!(nearest("enterprise", names()), None);
        assert_eq!(nearest("", names()), None);
    }
}
