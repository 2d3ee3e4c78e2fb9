//! Quantiles of Student's t distribution, for one degree and more, to 1e-13 of themselves.
//!
//! Own code because nothing else may enter a published figure: the crates at hand reach 1e-8 or call the platform's
//! mathematics, which differs in the last digit. Only `libm` is used. No other distribution here.
//!
//! Formulas: Abramowitz and Stegun (1972), 26.7.1 (density), 26.5.23 and 15.3.4 (the series), 6.1.47 (the quotient of
//! gammas); Gauss's continued fraction for 2F1(1, b; c; −w), Cuyt and others (2008), 15.3.

/// Where the series for the middle gives way to the continued fraction for the tail: t² = 3.
const MIDDLE: f64 = 1.732_050_807_568_877_2;
/// Depth of the continued fraction: at t² ≥ 3 the rest is below 1e-20 for any number of degrees.
const DEPTH: u32 = 200;

/// A step of Newton's as small as this, of its root, was the last: the error after it is its square.
const SETTLED: f64 = 1e-10;

/// The t below which a share `p` of the distribution lies. NaN for p outside 0 to 1 or less than one degree; infinite
/// for p = 0 and p = 1.
pub fn student_quantile(p: f64, degrees: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || degrees.is_nan() || degrees < 1.0 {
        return f64::NAN;
    }
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    // Past 1e15 degrees the distribution is the normal one in all digits, and ν + t² would no longer be.
    let student = Student::new(degrees.min(1e15));
    // Both differences are exact for the half of the range in which they are used.
    let (centre, tail) = ((p - 0.5).abs(), p.min(1.0 - p));
    let t = if centre < student.centre(MIDDLE) { student.solve_centre(centre) } else { student.solve_tail(tail) };
    if p < 0.5 { -t } else { t }
}

/// The distribution with ν degrees.
struct Student {
    degrees: f64,
    /// Logarithm of the density at 0.
    peak: f64,
}

impl Student {
    fn new(degrees: f64) -> Self {
        Self { degrees, peak: libm::log(gamma_quotient(degrees / 2.0) / libm::sqrt(degrees * std::f64::consts::PI)) }
    }

    fn log_density(&self, t: f64) -> f64 {
        let r = t / libm::sqrt(self.degrees);
        // ln(1 + r²), where r² may be more than an f64 holds.
        let log = if r > 1.0 { 2.0 * libm::log(r) + libm::log1p(1.0 / r / r) } else { libm::log1p(r * r) };
        self.peak - f64::midpoint(self.degrees, 1.0) * log
    }

    /// P(0 < T < t): t · density · 2F1(1, (ν+1)/2; 3/2; y) with y = t²/(ν + t²). All terms are positive.
    fn centre(&self, t: f64) -> f64 {
        let y = t * t / (self.degrees + t * t);
        let (mut term, mut series, mut k) = (1.0, 1.0, 0.0);
        let half = f64::midpoint(self.degrees, 1.0);
        while term > series * 1e-18 {
            term *= y * (half + k) / (1.5 + k);
            series += term;
            k += 1.0;
        }
        t * libm::exp(self.log_density(t)) * series
    }

    /// P(T > t) / density, over t: (1/t² + 1/ν) · 2F1(1, 1/2; ν/2 + 1; −ν/t²), a continued fraction of positive
    /// terms.
    fn tail_over_density(&self, t: f64) -> f64 {
        let (c, w) = (self.degrees / 2.0 + 1.0, self.degrees / (t * t));
        let mut fraction = 1.0;
        for m in (0..DEPTH).rev() {
            let m = f64::from(m);
            // k₂ₘ₊₂ and k₂ₘ₊₁, from the inside out.
            let even = (m + 1.0) * (c - 0.5 + m) / ((c + 2.0 * m) * (c + 2.0 * m + 1.0));
            let odd = (0.5 + m) * (c + m - 1.0) / ((c + 2.0 * m - 1.0) * (c + 2.0 * m));
            fraction = 1.0 + odd * w / (1.0 + even * w / fraction);
        }
        (1.0 / (t * t) + 1.0 / self.degrees) / fraction
    }

    /// Newton's steps on P(0 < T < t), which bends down: from the left they never pass the root.
    fn solve_centre(&self, centre: f64) -> f64 {
        let mut t = centre / libm::exp(self.peak);
        for _ in 0..100 {
            let step = (centre - self.centre(t)) / libm::exp(self.log_density(t));
            t += step;
            if step.abs() <= SETTLED * t {
                break;
            }
        }
        t
    }

    /// Newton's steps on log P(T > t) over log t, which is nearly straight far out and bends down before that: after the
    /// first, all steps go left.
    fn solve_tail(&self, tail: f64) -> f64 {
        let (wanted, mut s) = (libm::log(tail), libm::log(MIDDLE));
        // Many steps are taken only if few degrees and a tiny tail meet; five do for a 95 % interval.
        for _ in 0..1000 {
            let t = libm::exp(s);
            let quotient = self.tail_over_density(t);
            let reached = self.log_density(t) + s + libm::log(quotient);
            let step = (reached - wanted) * quotient;
            // Beyond e⁷⁰⁰ an f64 ends; only p below 1e-303 lies out there.
            s = (s + step).min(700.0);
            if step.abs() <= SETTLED {
                break;
            }
        }
        libm::exp(s)
    }
}

/// Γ(a + ½) / Γ(a). The logarithms of both would lose what they share.
fn gamma_quotient(mut a: f64) -> f64 {
    let mut shift = 1.0;
    while a < 16.0 {
        shift *= a / (a + 0.5);
        a += 1.0;
    }
    let r = 1.0 / a;
    let square = r * r;
    let terms = [691.0 / 180_224.0, -31.0 / 18_432.0, 17.0 / 14_336.0, -1.0 / 640.0, 1.0 / 192.0, -1.0 / 8.0];
    let series = terms.into_iter().fold(0.0, |rest, term| rest * square + term);
    shift * libm::sqrt(a) * libm::exp(series * r)
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "exactness is what is tested")]
mod tests {
    use super::*;

    fn assert_near(p: f64, degrees: f64, wanted: f64) {
        let found = student_quantile(p, degrees);
        assert!((found / wanted - 1.0).abs() < 1e-13, "p {p}, degrees {degrees}: {found} instead of {wanted}");
    }

    /// Computed with mpmath 1.3, 60 digits, for the f64 nearest to each p.
    #[test]
    fn quantiles_agree_with_sixty_digits() {
        for (p, degrees, wanted) in [
            (0.975, 1.0, 12.706_204_736_174_694),
            (0.975, 2.0, 4.302_652_729_749_462),
            (0.975, 3.0, 3.182_446_305_283_708_6),
            (0.975, 5.0, 2.570_581_835_636_314_6),
            (0.975, 10.0, 2.228_138_851_986_274_4),
            (0.975, 18.0, 2.100_922_040_241_038_2),
            (0.975, 31.0, 2.039_513_446_396_408),
            (0.975, 33.0, 2.034_515_297_449_338_3),
            (0.975, 228.0, 1.970_423_194_674_523_4),
            (0.975, 100_000.0, 1.959_987_707_534_609_3),
            (0.9, 3.0, 1.637_744_353_696_210_4),
            (0.9, 7.0, 1.414_923_927_650_508_6),
            (0.9, 40.0, 1.303_077_052_607_194_9),
            (0.75, 4.0, 0.740_697_084_112_682_6),
            (0.51, 9.0, 0.025_774_047_507_690_512),
            (0.995, 12.5, 3.032_436_652_870_562_6),
            (0.9999, 6.0, 8.024_792_773_116_534),
            (1e-5, 20.0, -5.542_838_633_158_788),
            (0.025, 50.0, -2.008_559_112_100_761),
        ] {
            assert_near(p, degrees, wanted);
        }
    }

    #[test]
    fn one_and_two_degrees_have_a_closed_form() {
        for p in [0.500_001, 0.6, 0.75, 0.9, 0.975, 0.999] {
            assert_near(p, 1.0, libm::tan(std::f64::consts::PI * (p - 0.5)));
            assert_near(p, 2.0, (p - 0.5) * libm::sqrt(2.0 / (p * (1.0 - p))));
        }
    }

    #[test]
    fn both_sides_are_the_same() {
        for degrees in [1.0, 4.5, 30.0, 1e6] {
            assert_eq!(student_quantile(0.25, degrees), -student_quantile(0.75, degrees));
            assert_eq!(student_quantile(0.5, degrees), 0.0);
        }
    }

    #[test]
    fn many_degrees_are_the_normal_distribution() {
        assert_near(0.975, f64::INFINITY, 1.959_963_984_540_054);
        assert_near(0.9, 1e300, 1.281_551_565_544_600_5);
    }

    #[test]
    fn series_and_fraction_meet() {
        for degrees in [1.0, 3.0, 17.0, 400.0, 1e8] {
            let student = Student::new(degrees);
            let tail = libm::exp(student.log_density(MIDDLE)) * student.tail_over_density(MIDDLE) * MIDDLE;
            assert!((student.centre(MIDDLE) + tail - 0.5).abs() < 1e-15, "{degrees}");
        }
    }

    #[test]
    fn what_has_no_quantile_is_no_number() {
        for (p, degrees) in [(-0.1, 5.0), (1.1, 5.0), (f64::NAN, 5.0), (0.5, 0.9), (0.5, -1.0), (0.5, f64::NAN)] {
            assert!(student_quantile(p, degrees).is_nan());
        }
        assert_eq!(student_quantile(0.0, 5.0), f64::NEG_INFINITY);
        assert_eq!(student_quantile(1.0, 5.0), f64::INFINITY);
        assert_near(1e-300, 1.0, -3.183_098_861_837_907e299);
        assert!(student_quantile(5e-324, 1.0) < -1e303, "the true one is out of range");
    }
}
