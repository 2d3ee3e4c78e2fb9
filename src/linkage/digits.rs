//! The arithmetic of check digits.

/// The digits, each times its weight, added up.
pub(super) fn sum(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// The number that digits write, modulo `by`.
pub(super) fn modulo(digits: &[u32], by: u32) -> u32 {
    digits.iter().fold(0, |left, digit| (left * 10 + digit) % by)
}

/// Luhn's rule: every second digit from the right doubled, digits of products added.
pub(super) fn luhn(digits: &[u32]) -> bool {
    let doubled = |(at, digit): (usize, &u32)| if at % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>().is_multiple_of(10)
}

/// ISO 7064, MOD 11,10.
pub(super) fn mod_11_10(digits: &[u32]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let left = body.iter().fold(10, |left, digit| {
        let sum = (left + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (left + check) % 10 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_give_what_their_standards_print() {
        assert!(luhn(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 3]) && !luhn(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 4]));
        assert!(mod_11_10(&[0, 7, 9, 4, 5]) && !mod_11_10(&[0, 7, 9, 4, 6]));
        assert_eq!(modulo(&[1, 2, 3], 97), 26);
        assert_eq!(sum(&[1, 2], &[3, 4, 5]), 11);
    }
}
