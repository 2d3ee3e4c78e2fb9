//! What was joined, and what must not be: groups of things that are one, and pairs that were decided to be two.

use std::collections::BTreeMap;

/// Things numbered from zero, some of them joined.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    first: Vec<usize>,
}

impl Groups {
    pub fn of(things: usize) -> Self {
        Self { first: (0..things).collect() }
    }

    /// The first thing of a thing's group.
    pub fn find(&self, thing: usize) -> usize {
        let mut at = thing;
        while self.first[at] != at {
            at = self.first[at];
        }
        at
    }

    /// Joins two groups; whether they were two.
    pub fn join(&mut self, one: usize, other: usize) -> bool {
        let (one, other) = (self.find(one), self.find(other));
        let (low, high) = (one.min(other), one.max(other));
        self.first[high] = low;
        // Short ways, so that a chain of ten thousand is not walked ten thousand times.
        for thing in [one, other] {
            self.first[thing] = low;
        }
        low != high
    }

    pub fn together(&self, one: usize, other: usize) -> bool {
        self.find(one) == self.find(other)
    }
}

/// The way from one thing to another along pairs that were decided to be one, as positions of those pairs; the
/// shortest, and of several the one that was written first. None where they are not joined.
pub fn chain<'a>(pairs: &[(&'a str, &'a str)], from: &'a str, to: &'a str) -> Option<Vec<usize>> {
    let mut came: BTreeMap<&str, Option<(&str, usize)>> = [(from, None)].into();
    let mut next = vec![from];
    while !next.is_empty() && !came.contains_key(to) {
        let mut after = Vec::new();
        for thing in next {
            for (at, (one, other)) in pairs.iter().enumerate() {
                let reached = if *one == thing {
                    *other
                } else if *other == thing {
                    *one
                } else {
                    continue;
                };
                if !came.contains_key(reached) {
                    came.insert(reached, Some((thing, at)));
                    after.push(reached);
                }
            }
        }
        next = after;
    }
    let mut way = Vec::new();
    let mut at = to;
    while let Some((before, pair)) = came.get(at)? {
        way.push(*pair);
        at = before;
    }
    way.reverse();
    Some(way)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_way_between_two_things_is_the_shortest() {
        let pairs = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "c"), ("x", "y")];
        assert_eq!(chain(&pairs, "a", "d"), Some(vec![3, 2]));
        assert_eq!(chain(&pairs, "d", "a"), Some(vec![2, 3]));
        assert_eq!(chain(&pairs, "a", "a"), Some(vec![]));
        assert_eq!(chain(&pairs, "a", "x"), None);
    }

    proptest! {
        #[test]
        fn joining_is_the_same_in_any_order(mut pairs in prop::collection::vec((0..12_usize, 0..12_usize), 0..20)) {
            let joined = |pairs: &[(usize, usize)]| {
                let mut groups = Groups::of(12);
                for (one, other) in pairs {
                    groups.join(*one, *other);
                }
                (0..12).map(|thing| groups.find(thing)).collect::<Vec<_>>()
            };
            let first = joined(&pairs);
            pairs.reverse();
            prop_assert_eq!(&first, &joined(&pairs));
            for (one, other) in pairs {
                prop_assert_eq!(first[one], first[other]);
            }
        }
    }
}
