//! The contract's sentences as cases that every backend must pass, each named after its sentence.
//!
//! A backend writes a [`Harness`] and calls [`store_conformance!`](crate::store_conformance) in its tests.

pub mod currencies;
pub mod erasing;
pub mod reading;
mod records;
pub mod voids;
pub mod writing;

use std::sync::Arc;

use async_trait::async_trait;

use crate::Store;

/// How the suite gets a store of a backend.
#[async_trait]
pub trait Harness: Send + Sync {
    /// A fresh, empty place for a store.
    fn new() -> Self
    where
        Self: Sized;

    /// Opens the store in that place. The suite closes it before it opens it again.
    async fn open(&self) -> Arc<dyn Store>;
}

/// Makes one test of each case for a backend.
#[macro_export]
macro_rules! store_conformance {
    ($harness:ty) => {
        $crate::store_conformance!($harness, voids:
            s12_a_transaction_has_one_void,
            s13_a_void_takes_effect_at_its_instant,
            s14_a_voided_transaction_stays_recorded,
            s18_recorded_instants_never_go_back,
            s30_a_revision_is_found_by_its_instant,
        );
        $crate::store_conformance!($harness, currencies:
            s15_foreign_money_brings_its_converted_amount,
            s16_a_foreign_refund_is_a_share_of_its_transaction,
            s17_a_batch_may_name_the_currency,
        );
        $crate::store_conformance!($harness, erasing:
            s50_an_erased_customer_is_nowhere,
            s51_erasing_is_a_write,
            s52_others_are_as_they_were,
            s53_erased_keys_are_free,
            s60_workspaces_are_listed,
            s61_a_deleted_workspace_never_was,
        );
        $crate::store_conformance!($harness, writing:
            s01_a_batch_is_whole_and_has_one_revision,
            s02_acknowledged_batches_survive_reopening,
            s03_the_same_record_again_is_a_duplicate,
            s04_other_content_under_the_same_key_is_a_conflict,
            s05_keys_count_within_a_batch,
            s06_a_rejected_row_aborts_or_is_skipped,
            s07_refunds_stay_within_their_transaction,
            s08_the_first_transaction_decides_the_currency,
            s09_revisions_grow_by_one,
            s10_occurrences_tell_equal_transactions_apart,
            s11_an_upsert_that_changes_nothing_is_a_duplicate,
            s19_columns_are_recorded_as_rows_are,
            s40_documents_are_kept,
            s41_documents_are_listed_by_key,
        );
        $crate::store_conformance!($harness, reading:
            s20_an_acknowledged_write_is_seen,
            s21_a_history_is_cut_by_instant_and_revision,
            s22_columns_are_ordered_by_time,
            s23_a_customer_without_records_is_not_found,
            s24_a_scan_visits_each_history_once,
            s25_a_walk_goes_in_order_of_first_record,
            s26_a_timeline_is_newest_first_in_pages,
            s27_the_same_cut_gives_the_same_answer,
            s28_workspaces_are_apart,
            s29_the_status_counts,
        );
    };
    ($harness:ty, $module:ident: $($case:ident),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let harness = <$harness as $crate::conformance::Harness>::new();
                $crate::conformance::$module::$case(&harness).await;
            }
        )*
    };
}
