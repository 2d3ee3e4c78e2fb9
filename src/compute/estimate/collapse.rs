//! Strata merged as declared, because one of them has no answer, or too few.
//!
//! A merged stratum is weighted as one: its answers stand for all of it. That is right where its parts resemble each
//! other, and the variance then counts their differences, so it errs on the large side. Which strata to merge is for the
//! survey to declare, before the figures are seen; nothing is merged here by itself.
//!
//! Source: Särndal, Swensson, Wretman (1992), 3.7; Lumley (2010), 3.2.

use super::Stratum;

/// The strata after merging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collapsed {
    /// In the order of the first of their parts; a merged one has the names of its parts with ` + ` between them. Its size
    /// is their sum, unknown if one of them is.
    pub strata: Vec<Stratum>,
    /// Position of each stratum before, in the strata after.
    pub of: Vec<usize>,
    /// Names declared that no stratum has.
    pub unknown: Vec<String>,
}

/// Merges the strata of each group, which are called by name. Groups that share a stratum become one.
pub fn collapse(strata: &[Stratum], groups: &[Vec<String>]) -> Collapsed {
    // Each stratum is led by the first stratum of its group.
    let mut leader: Vec<usize> = (0..strata.len()).collect();
    let mut unknown = Vec::new();
    for group in groups {
        let mut members = Vec::new();
        for name in group {
            match strata.iter().position(|stratum| stratum.name == *name) {
                Some(at) => members.push(leader[at]),
                None => unknown.push(name.clone()),
            }
        }
        if let Some(first) = members.iter().min().copied() {
            leader.iter_mut().filter(|at| members.contains(at)).for_each(|at| *at = first);
        }
    }
    let mut merged: Vec<Stratum> = Vec::new();
    let mut of: Vec<usize> = Vec::with_capacity(strata.len());
    for (at, stratum) in strata.iter().enumerate() {
        if leader[at] == at {
            of.push(merged.len());
            merged.push(stratum.clone());
            continue;
        }
        // The leader stands before it, so its place is known.
        let into = of[leader[at]];
        of.push(into);
        let target = &mut merged[into];
        target.name = format!("{} + {}", target.name, stratum.name);
        target.population = target.population.zip(stratum.population).map(|(a, b)| a.saturating_add(b));
    }
    Collapsed { strata: merged, of, unknown }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{answers, assert_near, strata};
    use super::super::{Design, Lonely, Why, total};
    use super::*;

    fn groups(groups: &[&[&str]]) -> Vec<Vec<String>> {
        groups.iter().map(|group| group.iter().map(|name| (*name).to_owned()).collect()).collect()
    }

    fn names(collapsed: &Collapsed) -> Vec<(&str, Option<u64>)> {
        collapsed.strata.iter().map(|stratum| (stratum.name.as_str(), stratum.population)).collect()
    }

    #[test]
    fn merged_strata_add_up_where_the_first_of_them_stood() {
        let found = collapse(&strata(&[Some(3), Some(5), Some(7), Some(9)]), &groups(&[&["d", "b"]]));
        assert_eq!(names(&found), [("a", Some(3)), ("b + d", Some(14)), ("c", Some(7))]);
        assert_eq!((found.of, found.unknown), (vec![0, 1, 2, 1], vec![]));
    }

    #[test]
    fn groups_that_share_a_stratum_become_one() {
        let found =
            collapse(&strata(&[Some(1), Some(2), Some(3), None]), &groups(&[&["a", "c"], &["c", "b"], &["d", "b"]]));
        assert_eq!(names(&found), [("a + b + c + d", None)]);
        assert_eq!(found.of, [0, 0, 0, 0]);
        let apart = collapse(&strata(&[Some(1), Some(2), Some(3), Some(4)]), &groups(&[&["a", "c"], &["b", "d"]]));
        assert_eq!(
            (names(&apart), apart.of.as_slice()),
            (vec![("a + c", Some(4)), ("b + d", Some(6))], &[0, 1, 0, 1][..])
        );
    }

    #[test]
    fn a_name_that_no_stratum_has_is_told() {
        let found = collapse(&strata(&[Some(1), Some(2)]), &groups(&[&["a", "aa"], &["zz"]]));
        assert_eq!(names(&found), [("a", Some(1)), ("b", Some(2))]);
        assert_eq!(found.unknown, ["aa", "zz"]);
    }

    #[test]
    fn nothing_declared_merges_nothing() {
        let before = strata(&[Some(1), None]);
        assert_eq!(collapse(&before, &[]), Collapsed { strata: before.clone(), of: vec![0, 1], unknown: vec![] });
    }

    /// An empty stratum stops a total; merged with its neighbour it is weighted by the neighbour's answers.
    #[test]
    fn a_merged_empty_stratum_lets_a_total_be_computed() {
        let rows = [(0, 1.0, 1.0), (0, 2.0, 1.0), (0, 6.0, 1.0), (1, 10.0, 1.0), (1, 20.0, 1.0)];
        let frame = strata(&[Some(10), Some(4), Some(6)]);
        let plain = total(&answers(&rows), &Design::of(&frame, Lonely::Fail));
        assert_eq!(plain, Err(Why::EmptyStratum { stratum: "c".into() }));
        let merged = collapse(&frame, &groups(&[&["b", "c"]]));
        let rows: Vec<_> = rows.iter().map(|&(h, y, x)| (merged.of[h], y, x)).collect();
        let found = total(&answers(&rows), &Design::of(&merged.strata, Lonely::Fail)).unwrap();
        assert_near(found.value, 10.0 * 3.0 + 10.0 * 15.0);
        // N²(1 − f)s²/n by stratum: s² is 7 and 50.
        assert_near(found.standard_error.unwrap(), libm::sqrt(100.0 * 0.7 * 7.0 / 3.0 + 100.0 * 0.8 * 50.0 / 2.0));
        assert_eq!(found.notes, []);
    }
}
