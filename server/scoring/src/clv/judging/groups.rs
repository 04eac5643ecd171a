//! How far off forecasts of groups are beside the whole shop's.
//!
//! Customers of one month, or those who order often, may become others while the shop as a whole does as it is told. On a past day, at the
//! level that the whole shop came to, with `m` what was told of a group and `r_i` what came of each of its customers less what was told of them,
//!
//! ```text
//! t_g = ((sum r_i)^2 - c_g) / m_g^2,    c_g = max(sum r_i^2, m_g)                                               (1)
//! tau^2 = max(0, (nu u + sum w_g t_g) / (nu + sum w_g)),    w_g = (u / (u + c_g / m_g^2))^2                     (2)
//! ```
//!
//! `t_g` is the squared error of the group's forecast beyond chance, without bias where customers come independently of each other, and its
//! own error is about `u + c_g / m_g^2`; so groups of which chance says more than a deviation of `sqrt(u)` count little. The belief `u` is worth
//! `nu` groups that are known without chance. c is no less than that of a Poisson distribution: of a group of whom nobody came, residuals are
//! small because all are alike, and not because chance was.
//!
//! It is a method of moments, as of random effects (DerSimonian, Laird, "Meta-analysis in clinical trials", *Controlled Clinical Trials* 7(3),
//! 1986), with a belief.

/// The square of what groups of shops in general are off by.
const USUAL: f64 = 0.1 * 0.1;
/// So many groups known without chance that belief is worth.
const WORTH: f64 = 3.0;
/// Groups that are off by more than this factor of e are taken for that.
const MOST: f64 = 1.0;

/// A group of customers of a past day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PastGroup {
    /// What was told of all of them, at the level of the whole shop.
    told: f64,
    /// What came of them less that.
    off: f64,
    /// Sum of the squares of that of each.
    squares: f64,
}

impl PastGroup {
    /// Adds a customer of whom so many purchases were told, and so many came.
    pub fn add(&mut self, told: f64, came: f64) {
        let off = came - told;
        self.told += told;
        self.off += off;
        self.squares += off * off;
    }
}

/// (2): the variance of the logarithm of a group's forecast beside the whole shop's; of no groups the belief.
#[must_use]
pub fn variance_of_groups(groups: &[PastGroup]) -> f64 {
    let mut sum = (WORTH, WORTH * USUAL);
    for &PastGroup { told, off, squares } in groups {
        let of_mean = |figure: f64| figure / (told * told);
        let chance = squares.max(told);
        let weight = (USUAL / (USUAL + of_mean(chance))).powi(2);
        let beyond = of_mean(off * off - chance);
        if beyond.is_finite() && weight > 0.0 {
            sum = (sum.0 + weight, sum.1 + weight * beyond);
        }
    }
    (sum.1 / sum.0).clamp(0.0, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::oracle::Random;

    /// Groups of so many customers who each buy once or not, as often as is told, times what is their group's own.
    fn groups(random: &mut Random, groups: usize, customers: usize, apart: f64) -> Vec<PastGroup> {
        let one = |random: &mut Random| {
            let own = (apart * random.normal()).exp();
            let mut group = PastGroup::default();
            for _ in 0..customers {
                group.add(0.3, f64::from(u8::from(random.uniform() < 0.3 * own)));
            }
            group
        };
        (0..groups).map(|_| one(random)).collect()
    }

    #[test]
    fn what_groups_are_off_by_beside_chance_is_found() {
        let mut random = Random(7);
        for apart in [0.0, 0.1, 0.3] {
            let found = variance_of_groups(&groups(&mut random, 400, 4_000, apart)).sqrt();
            assert!((found - apart).abs() < 0.03, "{apart}: {found}");
        }
    }

    #[test]
    fn chance_alone_leaves_the_belief() {
        assert!((variance_of_groups(&[]) - USUAL).abs() < 1e-15);
        let mut random = Random(8);
        let few = variance_of_groups(&groups(&mut random, 12, 20, 0.0));
        assert!((few / USUAL - 1.0).abs() < 0.2, "{few}");
        // Of two purchases told none may come.
        let mut nobody = PastGroup::default();
        (0..100).for_each(|_| nobody.add(0.02, 0.0));
        assert!((variance_of_groups(&[nobody; 12]) / USUAL - 1.0).abs() < 0.1);
        assert!((variance_of_groups(&[PastGroup::default()]) - USUAL).abs() < 1e-15);
    }

    #[test]
    fn no_group_is_taken_for_farther_off_than_can_be_told() {
        let mut far = PastGroup::default();
        (0..1_000_000).for_each(|_| far.add(1.0, 4.0));
        assert!((variance_of_groups(&[far; 9]) - MOST).abs() < 1e-15);
    }
}
