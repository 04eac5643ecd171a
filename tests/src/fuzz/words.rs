//! What a field may be told: what makes sense there, what nearly does, and what nobody would say.

use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

/// Texts that have broken programs before.
const ODD: [&str; 24] = [
    "",
    " ",
    "\0",
    "\u{1b}[31m",
    "a\nb",
    "../../etc/passwd",
    "%s%n",
    "'; DROP TABLE customers; --",
    "\u{202e}drawkcab",
    "\u{feff}bom",
    "👩‍👩‍👧",
    "ÄÖÜß",
    "NaN",
    "-0",
    "1e999",
    "null",
    "0x10",
    "\"",
    "\\",
    "{}",
    "*",
    ",",
    "\u{10ffff}",
    "constructor",
];
const WORKSPACES: [&str; 6] = ["default", "default", "shop-2", "shop_3", "demo", "nobody-made-this"];
const CURRENCIES: [&str; 8] = ["USD", "USD", "EUR", "JPY", "KWD", "eur", "XXX", "EURO"];
const AMOUNTS: [&str; 14] = [
    "9.90",
    "120",
    "0",
    "0.01",
    "-5",
    "1e3",
    "0.001",
    "999999999999",
    "9999999999999",
    "1,5",
    "00.1",
    ".5",
    "5.",
    "123456789012345678901234567890",
];
const WINDOWS: [&str; 21] = [
    "90d",
    "12mo",
    "all",
    "2025-Q1",
    "1997-Q3",
    "1997-03/1998-02",
    "1997",
    "1997-W10",
    "30",
    "0d",
    "-1d",
    "1y",
    "99999mo",
    "4294967296d",
    "2025-13",
    "2025-02-30",
    "1997-01-01/1997-06-30",
    "1997-06-30/1997-01-01",
    "/",
    "1997-01-01/",
    "mtd",
];
const ZONES: [&str; 7] =
    ["UTC", "Europe/Zagreb", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Mars/Base", "+02:00"];
const DAYS: [&str; 9] = [
    "1997-01-01",
    "1997-09-30",
    "1998-06-30",
    "2026-02-28",
    "2025-02-29",
    "0000-00-00",
    "9999-12-31",
    "-001-01-01",
    "97-1-1",
];
/// Parts of filters and of what groups are made by.
const PARTS: [&str; 46] = [
    "orders",
    "revenue",
    "days_since_last_order",
    "market",
    "attributes.market",
    "attributes[\"a b\"]",
    "last_nps",
    "segment",
    "alive_probability",
    "churn_probability",
    "loyalty_score",
    "orders(\"90d\")",
    "revenue(\"12mo\")",
    "interactions(\"campaign\", \"30d\")",
    "days_since(\"support_case\")",
    "cost",
    "loyalty_place",
    ">",
    ">=",
    "==",
    "!=",
    "<",
    "&&",
    "||",
    "!",
    "(",
    ")",
    "in",
    "[\"hr\", \"de\"]",
    "\"hr\"",
    "3",
    "0.5",
    "-1",
    "9223372036854775808",
    "1e400",
    "true",
    "null",
    ".contains(\"a\")",
    ".startsWith(\"a\")",
    ".matches(\"(a+)+$\")",
    "size(market)",
    "timestamp(\"1997-01-01T00:00:00Z\")",
    "?",
    ":",
    "+",
    "month",
];
const WHOLE: [i64; 20] = [
    0,
    1,
    2,
    3,
    5,
    10,
    12,
    100,
    1_000,
    10_000,
    -1,
    255,
    65_536,
    i32::MAX as i64,
    i32::MIN as i64,
    i32::MAX as i64 + 1,
    i64::MAX,
    i64::MIN,
    852_076_800_000_000,
    1_790_000_000_000_000,
];
const DECIMAL: [f64; 18] = [
    0.0,
    -0.0,
    0.05,
    0.5,
    0.8,
    0.95,
    1.0,
    2.0,
    10.0,
    100.0,
    -1.0,
    1e-300,
    5e-324,
    1e300,
    f64::MAX,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];
/// Seconds of instants: of the sample's years, of today's, and of none.
const SECONDS: [i64; 14] = [
    852_076_800,
    860_000_000,
    875_577_600,
    899_164_800,
    1_735_689_600,
    1_790_000_000,
    0,
    -1,
    1,
    253_402_300_799,
    253_402_300_800,
    -62_135_596_801,
    i64::MAX,
    i64::MIN,
];

fn one<'a>(random: &mut ChaCha8Rng, of: &[&'a str]) -> &'a str {
    of.choose(random).copied().unwrap_or_default()
}

/// A text for a field of this name.
pub(super) fn text(random: &mut ChaCha8Rng, field: &str) -> String {
    match random.random_range(0..100) {
        0..8 => return one(random, &ODD).to_owned(),
        8..10 => {
            let letter = one(random, &["a", "é", "\u{1f600}", "\n", "\u{1}"]);
            return letter.repeat(random.random_range(1..400));
        }
        10 => return "a".repeat(random.random_range(1..9_000)),
        _ => {}
    }
    match field {
        "workspace" | "confirm" => one(random, &WORKSPACES).to_owned(),
        "currency_code" | "reporting_currency" | "base" | "quote" => one(random, &CURRENCIES).to_owned(),
        "amount" | "rate" => one(random, &AMOUNTS).to_owned(),
        "time_zone" => one(random, &ZONES).to_owned(),
        "filter" => joined(random, " ", 1..9),
        "group_by" => {
            let by = one(random, &[",", ", ", " "]);
            joined(random, by, 1..4)
        }
        _ if field.contains("window") => one(random, &WINDOWS).to_owned(),
        _ if field.contains("customer_id") => {
            let number = random.random_range(0..2_400);
            if random.random_bool(0.7) { format!("{number:04}") } else { format!("c{}", number % 50) }
        }
        _ if field.ends_with("_id") || field.ends_with("_ids") || field == "id" => {
            format!(
                "{}{}",
                one(random, &["", "t", "a", "bg-nbd-", "mixture-", "w"]),
                random.random_range(0..60)
            )
        }
        _ if field.ends_with("date") || field.ends_with("day") || field.contains("calibration") => {
            one(random, &DAYS).to_owned()
        }
        _ => match random.random_range(0..5) {
            0 => one(random, &PARTS).to_owned(),
            1 => one(random, &WINDOWS).to_owned(),
            2 => one(random, &DAYS).to_owned(),
            3 => random.random_range(0..100).to_string(),
            _ => one(random, &["market", "email", "web", "support_case", "nps", "checkout", "hr", "vip"])
                .to_owned(),
        },
    }
}

fn joined(random: &mut ChaCha8Rng, by: &str, parts: std::ops::Range<usize>) -> String {
    // Most filters are of a kind that means something, so that what is behind them is reached.
    if by == " " && random.random_bool(0.5) {
        let (fact, operator) = (one(random, &PARTS[..17]), one(random, &PARTS[17..22]));
        return format!("{fact} {operator} {}", random.random_range(-1..6));
    }
    let parts: Vec<&str> = (0..random.random_range(parts)).map(|_| one(random, &PARTS)).collect();
    parts.join(by)
}

/// A whole number.
pub(super) fn whole(random: &mut ChaCha8Rng) -> i64 {
    match random.random_range(0..10) {
        0..4 => random.random_range(0..13),
        4 => random.random(),
        _ => WHOLE.choose(random).copied().unwrap_or_default(),
    }
}

/// A number with decimals.
pub(super) fn decimal(random: &mut ChaCha8Rng) -> f64 {
    match random.random_range(0..10) {
        0..4 => random.random(),
        4 => f64::from_bits(random.random()),
        _ => DECIMAL.choose(random).copied().unwrap_or_default(),
    }
}

/// Seconds and nanoseconds of an instant.
pub(super) fn instant(random: &mut ChaCha8Rng) -> (i64, i32) {
    let seconds = match random.random_range(0..10) {
        0..4 => 852_076_800 + random.random_range(0..48_000_000),
        4 => random.random(),
        _ => SECONDS.choose(random).copied().unwrap_or_default(),
    };
    let nanos = if random.random_bool(0.9) { 0 } else { random.random() };
    (seconds, nanos)
}

/// Seconds and nanoseconds of a duration.
pub(super) fn duration(random: &mut ChaCha8Rng) -> (i64, i32) {
    let seconds = match random.random_range(0..10) {
        0..6 => 86_400 * random.random_range(0..800),
        _ => whole(random),
    };
    (seconds, if random.random_bool(0.9) { 0 } else { random.random() })
}
