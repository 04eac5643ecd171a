//! Money: exact decimals of a known currency.

use std::fmt;

use thiserror::Error;

use crate::limits;

const MICROS: i64 = 1_000_000;

/// Why a text is not an amount or a currency. The sentence is complete once the field's name stands before it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum MoneyError {
    /// Not a plain decimal.
    #[error("is {0:?}; write a plain decimal with a point, such as \"12.50\"")]
    Malformed(String),
    /// Decimals that would be lost.
    #[error("is {0:?}; at most 6 digits are allowed after the point")]
    TooManyDecimals(String),
    /// Beyond the limit.
    #[error("is {0:?}; at most 12 digits are allowed before the point")]
    TooLarge(String),
    /// Not in ISO 4217.
    #[error("is {0:?}; give an ISO 4217 code in capitals, such as \"EUR\"")]
    UnknownCurrency(String),
}

/// An exact amount, in millionths of a currency's unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From millionths of a unit.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Millionths of a unit.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads a plain decimal: optional minus sign, 1 to 12 digits, and optionally a point and 1 to 6 digits.
    ///
    /// # Errors
    /// [`MoneyError`] for anything else; nothing is rounded.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let malformed = || MoneyError::Malformed(shortened(text));
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(malformed()),
            Some((whole, fraction)) => (whole, fraction),
            None => (digits, ""),
        };
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(fraction) {
            return Err(malformed());
        }
        if fraction.len() > 6 {
            return Err(MoneyError::TooManyDecimals(shortened(text)));
        }
        if whole.trim_start_matches('0').len() > 12 {
            return Err(MoneyError::TooLarge(shortened(text)));
        }
        let number = |part: &str| part.bytes().fold(0_i64, |sum, byte| sum * 10 + i64::from(byte - b'0'));
        let scale = 10_i64.pow(6 - fraction.len() as u32);
        let micros = number(whole) * MICROS + number(fraction) * scale;
        Ok(Self(if negative { -micros } else { micros }))
    }

    /// As a decimal with at least `decimals` digits after the point, and as many as it takes.
    #[must_use]
    pub fn to_decimal(self, decimals: usize) -> String {
        decimal_of(self.0.into(), decimals)
    }

    /// What a part of a whole comes to when the whole comes to this amount: to the nearest millionth, halves up.
    /// The whole comes to exactly this amount, and nothing to nothing.
    ///
    /// Parts that come one after the other are worth the difference of the shares after and before each, so that
    /// rounding never adds up to more or less than the whole.
    #[must_use]
    pub fn share(self, part: Self, whole: Self) -> Self {
        if whole.0 <= 0 {
            return Self::ZERO;
        }
        let (worth, part, whole) = (i128::from(self.0), i128::from(part.0), i128::from(whole.0));
        let nearest = (2 * worth * part + whole).div_euclid(2 * whole);
        // A part of the whole comes to no more than all of it, which is 64 bits.
        Self(i64::try_from(nearest).unwrap_or(self.0))
    }

    /// In units of the currency, for statistics.
    #[must_use]
    pub fn units(self) -> f64 {
        self.0 as f64 / MICROS as f64
    }
}

/// A sum of amounts, in millionths, as a decimal: what many customers spent together may be beyond the largest amount.
#[must_use]
pub fn decimal_of(micros: i128, decimals: usize) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let (magnitude, unit) = (micros.unsigned_abs(), u128::from(MICROS.unsigned_abs()));
    let fraction = format!("{:06}", magnitude % unit);
    let shown = fraction.trim_end_matches('0').len().max(decimals.min(6));
    let whole = magnitude / unit;
    if shown == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{}", &fraction[..shown]) }
}

/// Long nonsense is not repeated to the caller in full.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(32) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// A currency of ISO 4217.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Reads a code such as `EUR`.
    ///
    /// # Errors
    /// [`MoneyError::UnknownCurrency`].
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(code)
            .map(Self)
            .ok_or_else(|| MoneyError::UnknownCurrency(shortened(code)))
    }

    /// The code, such as `EUR`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// The number ISO 4217 gives it.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0.numeric()
    }

    /// The currency of an ISO 4217 number.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        iso_currency::Currency::from_numeric(number).map(Self)
    }

    /// Digits usual after the point: 2 for EUR, 0 for JPY.
    #[must_use]
    pub fn decimals(self) -> usize {
        self.0.exponent().map_or(2, usize::from)
    }
}

/// An amount in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// Of what.
    pub currency: Currency,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount.to_decimal(self.currency.decimals()), self.currency.code())
    }
}

const _: () = assert!(limits::AMOUNT_UNITS < i64::MAX / MICROS);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_plain_decimals_only() {
        for (text, micros) in
            [("12.50", 12_500_000), ("0", 0), ("-0.000001", -1), ("007", 7_000_000), ("1.500000", 1_500_000)]
        {
            assert_eq!(Amount::parse(text), Ok(Amount(micros)), "{text}");
        }
        for text in
            ["", "-", ".", "1.", ".5", "12,5", "NaN", "inf", "1e3", "+1", " 1", "1 ", "--1", "1.2.3", "١"]
        {
            assert!(matches!(Amount::parse(text), Err(MoneyError::Malformed(_))), "{text}");
        }
        assert!(matches!(Amount::parse("1.0000001"), Err(MoneyError::TooManyDecimals(_))));
        assert!(matches!(Amount::parse("1.5000000"), Err(MoneyError::TooManyDecimals(_))));
        assert!(matches!(Amount::parse("1000000000000"), Err(MoneyError::TooLarge(_))));
        assert!(Amount::parse("999999999999.999999").is_ok());
    }

    #[test]
    fn shows_at_least_the_usual_decimals() {
        assert_eq!(Amount(12_500_000).to_decimal(2), "12.50");
        assert_eq!(Amount(12_500_001).to_decimal(2), "12.500001");
        assert_eq!(Amount(-12_000_000).to_decimal(0), "-12");
        assert_eq!(Currency::parse("JPY").unwrap().decimals(), 0);
    }

    #[test]
    fn knows_iso_4217() {
        let euro = Currency::parse("EUR").unwrap();
        assert_eq!(Currency::from_number(euro.number()), Some(euro));
        for code in ["", "eur", "EURO", "ZZZ"] {
            assert!(Currency::parse(code).is_err(), "{code}");
        }
    }

    #[test]
    fn a_share_is_rounded_to_the_nearest() {
        assert_eq!(Amount(10).share(Amount(1), Amount(3)), Amount(3));
        assert_eq!(Amount(10).share(Amount(2), Amount(3)), Amount(7));
        assert_eq!(Amount(1).share(Amount(1), Amount(2)), Amount(1));
        assert_eq!(Amount(10).share(Amount(3), Amount(3)), Amount(10));
        assert_eq!(Amount::ZERO.share(Amount(1), Amount(2)), Amount::ZERO);
        assert_eq!(Amount(10).share(Amount::ZERO, Amount::ZERO), Amount::ZERO);
    }

    proptest! {
        #[test]
        fn shares_add_up_to_the_whole(worth in 0_i64..=999_999_999_999_999_999, parts in prop::collection::vec(1_i64..=99_999_999_999_999_999, 1..10)) {
            let whole = Amount(parts.iter().sum());
            let (mut before, mut sum) = (0, 0);
            for part in parts {
                let share = Amount(worth).share(Amount(before + part), whole).0 - Amount(worth).share(Amount(before), whole).0;
                prop_assert!(share >= 0);
                before += part;
                sum += share;
            }
            prop_assert_eq!(sum, worth);
        }

        #[test]
        fn showing_and_reading_is_lossless(micros in -999_999_999_999_999_999_i64..=999_999_999_999_999_999, decimals in 0_usize..7) {
            let amount = Amount(micros);
            prop_assert_eq!(Amount::parse(&amount.to_decimal(decimals)), Ok(amount));
        }

        #[test]
        fn nonsense_is_refused_without_panic(text in ".{0,80}") {
            let _ = Amount::parse(&text);
            let _ = Currency::parse(&text);
        }
    }
}
