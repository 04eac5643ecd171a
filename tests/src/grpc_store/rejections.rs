//! Why a row was not recorded, from what a caller is told: the reason and the field, and where they leave it open the
//! sentence, which is what people go by.

use lojal_domain::{Amount, Currency};
use lojal_proto::v1;
use lojal_store::{Rejection, StoreError};
use tonic::Status;

use super::refused;
use crate::failure;

/// The rows that a result lists as not recorded.
pub(super) fn of_result(errors: &[v1::RowError]) -> Result<Vec<(usize, Rejection)>, StoreError> {
    let told = |error: &v1::RowError| {
        let index = usize::try_from(error.index).ok().filter(|index| row_of(&error.field) == Some(*index));
        let rejection = rejection(error.reason(), &error.field, &error.message);
        index.zip(rejection).ok_or_else(|| unknown(format!("{error:?}")))
    };
    errors.iter().map(told).collect()
}

/// The rows for which a whole request was refused. Of several only the first has its reason told, so there must be one.
pub(super) fn of_refusal(status: &Status) -> Result<Vec<(usize, Rejection)>, StoreError> {
    let told = failure(status);
    let name = format!("ERROR_REASON_{}", told.reason);
    let reason = v1::ErrorReason::from_str_name(&name).unwrap_or_default();
    let [(field, description)] = told.fields.as_slice() else { return Err(refused(status)) };
    let rejection = row_of(field).zip(rejection(reason, field, description));
    let rejection = rejection.ok_or_else(|| refused(status))?;
    let by_field = told.metadata.get("field") == Some(field);
    if by_field { Ok(vec![rejection]) } else { Err(unknown(format!("{told:?}"))) }
}

fn unknown(what: String) -> StoreError {
    StoreError::Corrupted(format!("a row was refused in a way no store has: {what}"))
}

/// The row of a path such as `transactions[17].amount` or `columns[17]`.
fn row_of(field: &str) -> Option<usize> {
    let (_, rest) = field.split_once('[')?;
    rest.split_once(']')?.0.parse().ok()
}

fn rejection(reason: v1::ErrorReason, field: &str, message: &str) -> Option<Rejection> {
    let field_of_row = field.split_once(']').map_or("", |(_, rest)| rest);
    let rejection = match (reason, field_of_row) {
        (v1::ErrorReason::RecordConflict, "") => Rejection::Conflict,
        (v1::ErrorReason::TransactionNotFound, ".transaction_id") => Rejection::UnknownTransaction,
        (v1::ErrorReason::TransactionVoided, ".transaction_id") => Rejection::TransactionVoided,
        (v1::ErrorReason::RefundExceedsTransaction, ".amount.amount") => {
            let left = Amount::parse(between(message, "is more than the ", " left")?).ok()?;
            Rejection::RefundExceedsTransaction { left }
        }
        (v1::ErrorReason::ExchangeRateMissing, ".amount.currency_code") => {
            Rejection::CurrencyMismatch { reporting: currency(message, "to the workspace's ", " holds")? }
        }
        (v1::ErrorReason::InvalidField, ".amount.currency_code") => {
            Rejection::CurrencyMismatch { reporting: currency(message, "from the transaction's ", ";")? }
        }
        (v1::ErrorReason::InvalidField, ".time") if message.contains("is before its transaction") => {
            match field.starts_with("voids") {
                true => Rejection::VoidBeforeTransaction,
                false => Rejection::RefundBeforeTransaction,
            }
        }
        _ => return None,
    };
    Some(rejection)
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    Some(text.split_once(before)?.1.split_once(after)?.0)
}

fn currency(text: &str, before: &str, after: &str) -> Option<Currency> {
    Currency::parse(between(text, before, after)?).ok()
}
