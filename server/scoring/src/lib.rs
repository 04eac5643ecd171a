//! The science of Lojal: how loyal is a customer, how do we know, and what is that worth?
//!
//! Pure functions over plain slices. This crate must never know a store, a socket, a clock or a source of
//! randomness: *now* is an argument. Times are whole days, money is in micros of one currency or, where a
//! model needs a real number, in units of that currency; each function says which.
//!
//! | module | question | source |
//! |---|---|---|
//! | [`nps`] | how likely are customers to recommend us, and how sure are we? | Reichheld 2003; Rocks 2016 |
//! | [`scores`] | how satisfied are customers, how easy is it for them? | Dixon et al. 2010, 2013; Welch 1947 |
//! | [`comments`] | what do customers write about? | Unicode Standard Annex 29 |
//! | [`retention`] | who stays, for how long, and what does that bring? | Kaplan and Meier 1958; Fader and Hardie 2007; Reichheld et al. 2021 |
//! | [`purchasing`] | how often do customers buy, for how much, and who depends on discounts? | Tukey and McLaughlin 1963 |
//! | [`rfm`] | who are the best customers, who is slipping away? | Hughes 1994 |
//! | [`clv`] | is this customer still one, how often will they buy, what are they worth? | Fader and Hardie 2005, 2013; Batislam et al. 2007 |
//! | [`loyalty`] | who is loyal, by what they say and what they do? | Dick and Basu 1994 |
//! | [`warnings`] | who may be leaving, by their own history? | Przyborowski and Wilenski 1940; le Cessie and van Houwelingen 1992 |
//! | [`statistics`] | what several of them compute with | |
//!
//! Every file names its assumptions, symbols, units and equations, and where its formulas stop being
//! trustworthy. A number that does not exist (an average of nobody) is `None`, never 0 and never NaN.

pub mod clv;
pub mod comments;
pub mod loyalty;
pub mod nps;
pub mod purchasing;
pub mod retention;
pub mod rfm;
pub mod scores;
pub mod statistics;
pub mod warnings;

// Test support is shared with the tests of the public API, which call the crate by its name.
#[cfg(test)]
extern crate self as lojal_scoring;
