//! A secret: a text that shows itself nowhere.

use std::fmt;

/// A token, a password or a name to sign in with.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// None for an empty text, and for one that could not stand in a header.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty() && !text.chars().any(char::is_control)).then(|| Self(text.to_owned()))
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// `user:secret` as Basic authentication has it.
pub(super) fn basic(user: &str, secret: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(format!("{user}:{secret}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::new(" hunter2\n").expect("a secret");
        assert_eq!((format!("{secret:?}").as_str(), secret.reveal()), ("Secret(…)", "hunter2"));
        assert!(Secret::new(" ").is_none());
        assert!(Secret::new("two\nlines").is_none());
    }
}
