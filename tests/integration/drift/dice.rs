//! Chance that is the same every time: what a drift strikes is decided by a seed.

/// splitmix64.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        usize::try_from(self.long(i64::try_from(sides.max(1)).expect("few sides"))).expect("not negative")
    }

    pub fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.long(i64::from(limit))).expect("below the limit")
    }

    pub fn long(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        i64::try_from(mixed % limit.unsigned_abs().max(1)).expect("below the limit")
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }

    /// Some of these numbers, at least one.
    pub fn some(&mut self, count: usize) -> Vec<usize> {
        let chosen: Vec<usize> = (0..count).filter(|_| self.roll(4) == 0).collect();
        if chosen.is_empty() { vec![self.roll(count)] } else { chosen }
    }
}
