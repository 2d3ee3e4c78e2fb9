//! A small bounded simplex: how far a number can move while all relations between numbers hold.
//!
//! Everything is told as a move away from the true numbers, which satisfy every relation: so no move at all is a
//! solution, and there is no first phase. Pivots by Bland's rule, so it ends. Coefficients are ±1 and moves are scaled
//! to the size of the largest number, so `f64` loses next to nothing; who uses it leaves a margin.

const TINY: f64 = 1e-9;

/// Coefficients of some columns; and the room above the sum of their terms, None for an equation.
pub type Bound = (Vec<(usize, f64)>, Option<f64>);

/// Columns between zero and their caps; rows that say `Σ a·x = 0`, or `≤ slack` where there is room.
#[derive(Debug, Clone)]
pub struct Simplex {
    /// One a row: coefficients of all columns, then what the basic column stands at.
    rows: Vec<Vec<f64>>,
    basic: Vec<usize>,
    caps: Vec<f64>,
    /// Columns that stand at their cap.
    full: Vec<bool>,
}

impl Simplex {
    /// Columns by their caps; each row with its coefficients, an equation or with room above the sum of its terms.
    pub fn new(caps: &[f64], rows: &[Bound]) -> Self {
        let (columns, count) = (caps.len(), rows.len());
        let width = columns + count;
        let mut all = caps.to_vec();
        let mut table = Vec::with_capacity(count);
        for (at, (terms, room)) in rows.iter().enumerate() {
            let mut row = vec![0.0; width + 1];
            for (column, coefficient) in terms {
                row[*column] += coefficient;
            }
            // What is left of the room; of an equation it must stay nothing.
            row[columns + at] = 1.0;
            row[width] = room.unwrap_or(0.0);
            all.push(if room.is_some() { f64::INFINITY } else { 0.0 });
            table.push(row);
        }
        Self { rows: table, basic: (columns..width).collect(), full: vec![false; width], caps: all }
    }

    /// Where a column stands.
    pub fn value(&self, column: usize) -> f64 {
        let last = self.caps.len();
        match self.basic.iter().position(|basic| *basic == column) {
            Some(row) => self.rows[row][last],
            None if self.full[column] => self.caps[column],
            None => 0.0,
        }
    }

    /// Moves on to the largest value of an objective; false if it has no bound.
    pub fn maximise(&mut self, objective: &[f64]) -> bool {
        let width = self.caps.len();
        let weight = |column: usize| objective.get(column).copied().unwrap_or(0.0);
        // Far more pivots than any of these tables needs: an end, should rounding go round in circles.
        for _ in 0..200 * (width + 1) {
            let entering = (0..width).find(|column| {
                let column = *column;
                if self.caps[column] <= 0.0 || self.basic.contains(&column) {
                    return false;
                }
                let drawn: f64 =
                    self.rows.iter().zip(&self.basic).map(|(row, basic)| row[column] * weight(*basic)).sum();
                let gain = weight(column) - drawn;
                if self.full[column] { gain < -TINY } else { gain > TINY }
            });
            let Some(column) = entering else { return true };
            if !self.enter(column) {
                return false;
            }
        }
        true
    }

    /// Moves one column as far as it goes; false if nothing stops it.
    fn enter(&mut self, column: usize) -> bool {
        let last = self.caps.len();
        let direction = if self.full[column] { -1.0 } else { 1.0 };
        let mut step = self.caps[column];
        let mut leaving: Option<(usize, bool)> = None;
        for (at, row) in self.rows.iter().enumerate() {
            let fall = row[column] * direction;
            let cap = self.caps[self.basic[at]];
            let (room, to_cap) = if fall > TINY {
                (row[last].max(0.0) / fall, false)
            } else if fall < -TINY && cap.is_finite() {
                ((cap - row[last]).max(0.0) / -fall, true)
            } else {
                continue;
            };
            let better = room < step - TINY
                || (room <= step + TINY && leaving.is_some_and(|(other, _)| self.basic[at] < self.basic[other]))
                || (room <= step && leaving.is_none());
            if better {
                step = step.min(room);
                leaving = Some((at, to_cap));
            }
        }
        if !step.is_finite() {
            return false;
        }
        for row in &mut self.rows {
            row[last] -= row[column] * direction * step;
        }
        let Some((pivot, to_cap)) = leaving else {
            self.full[column] = !self.full[column];
            return true;
        };
        let value = if self.full[column] { self.caps[column] - step } else { step };
        let out = self.basic[pivot];
        self.full[out] = to_cap;
        self.full[column] = false;
        self.basic[pivot] = column;
        let factor = self.rows[pivot][column];
        for cell in &mut self.rows[pivot][..last] {
            *cell /= factor;
        }
        self.rows[pivot][last] = value;
        let pivoted = self.rows[pivot].clone();
        for (at, row) in self.rows.iter_mut().enumerate() {
            let times = row[column];
            if at != pivot && times != 0.0 {
                for (cell, other) in row[..last].iter_mut().zip(&pivoted) {
                    *cell -= times * other;
                    if cell.abs() < 1e-12 {
                        *cell = 0.0;
                    }
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6
    }

    #[test]
    fn a_move_goes_as_far_as_its_rows_allow() {
        // a = b + c, a ≤ 10, b ≤ 4, c ≤ 3: a goes to 7.
        let mut simplex = Simplex::new(&[10.0, 4.0, 3.0], &[(vec![(0, 1.0), (1, -1.0), (2, -1.0)], None)]);
        assert!(simplex.maximise(&[1.0]));
        assert!(near(simplex.value(0), 7.0), "{simplex:?}");
        assert!(near(simplex.value(1) + simplex.value(2), 7.0));
    }

    #[test]
    fn an_inequality_leaves_room() {
        // 3a + 2b ≤ 12, a ≤ 3: of 5a + 4b the best is b = 6.
        let mut simplex = Simplex::new(&[3.0, f64::INFINITY], &[(vec![(0, 3.0), (1, 2.0)], Some(12.0))]);
        assert!(simplex.maximise(&[5.0, 4.0]));
        assert!(near(5.0 * simplex.value(0) + 4.0 * simplex.value(1), 24.0), "{simplex:?}");
    }

    #[test]
    fn what_nothing_bounds_is_said() {
        let mut simplex = Simplex::new(&[f64::INFINITY, f64::INFINITY], &[(vec![(0, 1.0), (1, -1.0)], None)]);
        assert!(!simplex.maximise(&[1.0]));
        let mut simplex = Simplex::new(&[f64::INFINITY, 5.0], &[(vec![(0, 1.0), (1, -1.0)], Some(0.0))]);
        assert!(simplex.maximise(&[1.0, 0.0]));
        assert!(near(simplex.value(0), 5.0));
    }

    #[test]
    fn a_second_aim_starts_where_the_first_ended() {
        // x = y + z; x is moved by 2, then as little as possible of z, which is dear.
        let mut simplex = Simplex::new(&[2.0, 5.0, 5.0], &[(vec![(0, 1.0), (1, -1.0), (2, -1.0)], None)]);
        assert!(simplex.maximise(&[1.0]));
        assert!(near(simplex.value(0), 2.0));
        assert!(simplex.maximise(&[1000.0, -1.0, -5.0]));
        assert!(near(simplex.value(1), 2.0) && near(simplex.value(2), 0.0));
    }
}
