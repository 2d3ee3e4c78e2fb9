//! What is due to each of several causes that acted together: Shapley values, exact to the last digit.
//!
//! A *coalition* is the set of causes that have acted, a bit for each. docs/methods.md, "What changed, and why".

use std::collections::BTreeSet;

use rust_decimal::Decimal;

pub type Coalition = u64;

/// Of up to so many causes every order is looked at; of more the order given and its reverse.
pub const EXACT: usize = 5;
/// As many bits as a coalition has.
pub const MOST: usize = 60;
/// Amounts have at least so many decimals before the rest goes to the largest.
const DECIMALS: u32 = 6;

/// All causes.
pub fn everyone(causes: usize) -> Coalition {
    (0..causes.min(MOST)).fold(0, |all, at| all | (1 << at))
}

/// The coalitions whose outcome must be known, besides that of nobody and that of all.
pub fn needed(causes: usize) -> BTreeSet<Coalition> {
    if causes <= EXACT {
        return (1..everyone(causes)).collect();
    }
    let forward = (1..causes).map(everyone);
    forward.flat_map(|first| [first, everyone(causes) & !first]).collect()
}

/// The amount due to each cause; they add up to the difference between all and nobody. An outcome in between that is
/// not known counts as the one before. None where one of the two ends is not known, or is too large to be exact.
pub fn amounts(causes: usize, outcome: &dyn Fn(Coalition) -> Option<Decimal>) -> Option<Vec<Decimal>> {
    let (before, after) = (outcome(0)?, outcome(everyone(causes))?);
    let difference = after.checked_sub(before)?;
    let at = |coalition| outcome(coalition).unwrap_or(before);
    let step = |coalition: Coalition, cause: usize| at(coalition | (1 << cause)).checked_sub(at(coalition));
    let (mut sums, divisor) = if causes <= EXACT {
        let mut sums = vec![Decimal::ZERO; causes];
        for (cause, sum) in sums.iter_mut().enumerate() {
            for coalition in (0..=everyone(causes)).filter(|coalition| coalition & (1 << cause) == 0) {
                let size = coalition.count_ones() as usize;
                let weight = Decimal::from(factorial(size) * factorial(causes - size - 1));
                *sum = sum.checked_add(step(coalition, cause)?.checked_mul(weight)?)?;
            }
        }
        (sums, Decimal::from(factorial(causes)))
    } else {
        let both = (0..causes).map(|cause| {
            let reverse = everyone(causes) & !everyone(cause + 1);
            step(everyone(cause), cause)?.checked_add(step(reverse, cause)?)
        });
        (both.collect::<Option<Vec<_>>>()?, Decimal::TWO)
    };
    let scale = difference.normalize().scale().max(DECIMALS);
    for sum in &mut sums {
        *sum = sum.checked_div(divisor)?.round_dp(scale).normalize();
    }
    let rest = sums.iter().try_fold(difference, |rest, amount| rest.checked_sub(*amount))?;
    // The first of the largest.
    if let Some(largest) = sums.iter_mut().rev().max_by_key(|amount| amount.abs()) {
        *largest = largest.checked_add(rest)?.normalize();
    }
    Some(sums)
}

/// Whether a cause has made any difference, known or not, in what was looked at.
pub fn matters<T: PartialEq>(causes: usize, cause: usize, outcome: &dyn Fn(Coalition) -> Option<T>) -> bool {
    let looked_at = needed(causes).into_iter().chain([0, everyone(causes)]);
    looked_at.filter(|coalition| coalition & (1 << cause) == 0).any(|coalition| {
        match (outcome(coalition), outcome(coalition | (1 << cause))) {
            (Some(without), Some(with)) => without != with,
            _ => false,
        }
    })
}

fn factorial(number: usize) -> u64 {
    (1..=number as u64).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a number")
    }

    #[test]
    fn one_cause_is_due_all_of_it() {
        let outcome = |coalition: Coalition| Some(if coalition == 0 { decimal("100") } else { decimal("90.5") });
        assert_eq!(amounts(1, &outcome), Some(vec![decimal("-9.5")]));
        assert!(needed(1).is_empty());
    }

    #[test]
    fn a_joint_effect_is_shared_in_equal_parts() {
        // 10 and 20 each by themselves, 40 together: 10 more than the sum, 5 for each.
        let outcome = |coalition: Coalition| {
            [0, 10, 20, 40].get(usize::try_from(coalition).ok()?).map(|value| Decimal::from(*value))
        };
        assert_eq!(amounts(2, &outcome), Some(vec![decimal("15"), decimal("25")]));
        // Three files each of which alone does nothing: a third for each, and the last digit to the first.
        let outcome = |coalition: Coalition| Some(Decimal::from(u8::from(coalition == 7)));
        let shared = amounts(3, &outcome).expect("shared");
        assert_eq!(shared, [decimal("0.333334"), decimal("0.333333"), decimal("0.333333")]);
        assert_eq!(shared.iter().sum::<Decimal>(), Decimal::ONE);
    }

    #[test]
    fn many_causes_are_shared_by_the_order_and_its_reverse() {
        // v(S) = |S|²: forward the first brings 1 and the last 2n − 1; on average each brings n.
        let outcome = |coalition: Coalition| Some(Decimal::from(u64::from(coalition.count_ones()).pow(2)));
        for causes in [6, 9, 40] {
            let shared = amounts(causes, &outcome).expect("shared");
            assert!(shared.iter().all(|amount| *amount == Decimal::from(causes)), "{shared:?}");
            assert_eq!(needed(causes).len(), 2 * (causes - 1));
        }
    }

    #[test]
    fn what_is_not_known_on_the_way_counts_as_before_and_at_an_end_there_is_no_amount() {
        let outcome = |coalition: Coalition| {
            let known = [Some(5), None, Some(6), Some(9)];
            known[usize::try_from(coalition).ok()?].map(Decimal::from)
        };
        assert_eq!(amounts(2, &outcome), Some(vec![decimal("1.5"), decimal("2.5")]));
        assert_eq!(amounts(2, &|coalition| (coalition != 0).then_some(Decimal::ONE)), None);
    }

    #[test]
    fn a_cause_without_effect_is_due_nothing() {
        let outcome = |coalition: Coalition| Some(Decimal::from(coalition & 1));
        assert_eq!(amounts(2, &outcome), Some(vec![Decimal::ONE, Decimal::ZERO]));
        assert!(matters(2, 0, &outcome) && !matters(2, 1, &outcome));
    }
}
