//! Exchange rates: exact decimals, and the one rounding that conversion needs.

use std::fmt;

use thiserror::Error;

use crate::{Amount, limits};

/// Digits after the point of a rate.
const DECIMALS: usize = 12;
/// Digits before the point.
const WHOLE_DIGITS: usize = 9;
/// A rate of 1.
const ONE: u128 = 10_u128.pow(DECIMALS as u32);

/// Why a text is not a rate. The sentence is complete once the field's name stands before it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RateError {
    /// Not a plain decimal, or too long.
    #[error(
        "is {0:?}; write a plain decimal such as \"1.0871\", with at most 9 digits before the point and 12 after it"
    )]
    Malformed(String),
    /// Nothing is worth nothing.
    #[error("is zero; give the units of the reporting currency that one unit of the other is worth")]
    Zero,
}

/// Units of the reporting currency for one unit of another, more than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rate(u128);

impl Rate {
    /// Reads a plain decimal.
    ///
    /// # Errors
    /// [`RateError`] for anything else; nothing is rounded.
    pub fn parse(text: &str) -> Result<Self, RateError> {
        let malformed = || RateError::Malformed(text.chars().take(32).collect());
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(malformed()),
            Some(parts) => parts,
            None => (text, ""),
        };
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let fits = whole.trim_start_matches('0').len() <= WHOLE_DIGITS && fraction.len() <= DECIMALS;
        if whole.is_empty() || !plain(whole) || !plain(fraction) || !fits {
            return Err(malformed());
        }
        let digits = whole.bytes().chain(fraction.bytes());
        let number = digits.fold(0_u128, |sum, digit| sum * 10 + u128::from(digit - b'0'));
        match number * 10_u128.pow((DECIMALS - fraction.len()) as u32) {
            0 => Err(RateError::Zero),
            scaled => Ok(Self(scaled)),
        }
    }

    /// What an amount comes to: to the nearest millionth of a unit, halves up. None beyond what an amount can be.
    #[must_use]
    pub fn convert(self, amount: Amount) -> Option<Amount> {
        let micros = u128::try_from(amount.micros()).ok()?;
        let exact = micros.checked_mul(self.0)?.checked_add(ONE / 2)?;
        let micros = i64::try_from(exact / ONE).ok()?;
        (micros <= limits::AMOUNT_UNITS * 1_000_000 + 999_999).then(|| Amount::from_micros(micros))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:0width$}", self.0 % ONE, width = DECIMALS);
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{}", self.0 / ONE),
            digits => write!(f, "{}.{digits}", self.0 / ONE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn convert(rate: &str, micros: i64) -> Option<i64> {
        Rate::parse(rate).unwrap().convert(Amount::from_micros(micros)).map(Amount::micros)
    }

    #[test]
    fn reads_plain_decimals_only() {
        for (text, shown) in
            [("1.0871", "1.0871"), ("007.50", "7.5"), ("0.000000000001", "0.000000000001"), ("3", "3")]
        {
            assert_eq!(Rate::parse(text).unwrap().to_string(), shown);
        }
        for text in
            ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", " 1", "1234567890", "0.0000000000001", "NaN"]
        {
            assert!(matches!(Rate::parse(text), Err(RateError::Malformed(_))), "{text}");
        }
        assert_eq!(Rate::parse("0.000"), Err(RateError::Zero));
    }

    #[test]
    fn converts_to_the_nearest_millionth() {
        assert_eq!(convert("1.0871", 100_000_000), Some(108_710_000));
        assert_eq!(convert("0.5", 1), Some(1));
        assert_eq!(convert("0.499999", 1), Some(0));
        assert_eq!(convert("0.92", 0), Some(0));
        // The largest amount there is stays itself, and goes no further.
        let largest = limits::AMOUNT_UNITS * 1_000_000 + 999_999;
        assert_eq!(convert("1", largest), Some(largest));
        assert_eq!(convert("1.0001", largest), None);
        assert_eq!(convert("999999999.999999999999", largest), None);
    }

    proptest! {
        #[test]
        fn showing_and_reading_is_lossless(scaled in 1_u128..=999_999_999_999_999_999_999) {
            prop_assert_eq!(Rate::parse(&Rate(scaled).to_string()), Ok(Rate(scaled)));
        }
    }
}
