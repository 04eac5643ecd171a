//! Sums over many rows on all threads of the caller's pool, the same to the last bit for any number of them.
//!
//! Floating point addition is not associative, so the pieces are fixed by the rows, not by the threads, and their sums are
//! added in order. Whoever calls chooses the pool (`rayon::ThreadPool::install`).

use rayon::prelude::*;
use std::ops::Range;

use super::optimize::Evaluation;

/// Rows of one piece: about 100 microseconds of work, far more than handing it to a thread costs.
pub(crate) const PIECE: usize = 8192;

/// Adds up what `evaluate` says of each of `pieces` pieces.
fn sum<const N: usize>(
    pieces: usize,
    evaluate: impl Fn(usize) -> Evaluation<N> + Sync + Send,
) -> Evaluation<N> {
    let mut total = Evaluation::default();
    if pieces == 1 {
        total.add(&evaluate(0));
        return total;
    }
    let parts: Vec<Evaluation<N>> = (0..pieces).into_par_iter().map(evaluate).collect();
    for part in &parts {
        total.add(part);
    }
    total
}

/// The mean over so many customers of what `evaluate` says of each part of a table, cut into pieces; in the logarithms of
/// the parameters.
pub(crate) fn mean<T: Sync, const N: usize>(
    pieces: &[Vec<T>],
    customers: u64,
    parameters: &[f64; N],
    evaluate: impl Fn(&T) -> Evaluation<N> + Sync + Send,
) -> Evaluation<N> {
    let mut total = sum(pieces.len(), |piece| {
        let mut sum = Evaluation::default();
        for part in &pieces[piece] {
            sum.add(&evaluate(part));
        }
        sum
    });
    total.scale(1.0 / customers as f64);
    total.in_logarithms(parameters)
}

/// The ranges of [`PIECE`] rows, the last one possibly shorter, that a range of rows falls into.
pub(crate) fn pieces(rows: &Range<usize>) -> impl Iterator<Item = Range<usize>> + use<> {
    let end = rows.end;
    rows.clone().step_by(PIECE).map(move |start| start..(start + PIECE).min(end))
}
