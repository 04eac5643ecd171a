//! The contract's sentences as cases that every backend must pass, each named after its sentence.
//!
//! A backend writes a [`Harness`] and calls [`store_conformance!`](crate::store_conformance) in its tests.
//!
//! What stands for a store without being one, such as the API, may not be able to say all that a store can. It names the
//! cases it runs, and its tests hold them and those it does not run against [`CASES`]. So that it can run most of them, a
//! case that needs more than a public contract would promise (numbers of records, instants of recording given by the
//! caller, documents) stands alone, and the others take revisions as they were told rather than count them.

pub mod costs;
pub mod currencies;
pub mod discounts;
pub mod documents;
pub mod erasing;
pub mod giving_up;
pub mod reading;
mod records;
pub mod sums;
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

/// Hands the list of all cases, by module, to the macro named in brackets, after what else is given to it.
#[macro_export]
#[doc(hidden)]
macro_rules! conformance_cases {
    ([$($then:tt)+] $($given:tt)*) => {
        $($then)+! { $($given)*
            voids:
                s12_a_transaction_has_one_void,
                s13_a_void_takes_effect_at_its_instant,
                s14_a_voided_transaction_stays_recorded,
                s18_recorded_instants_never_go_back,
                s30_a_revision_is_found_by_its_instant,
                s30_a_record_tells_the_instant_of_its_revision;
            currencies:
                s15_foreign_money_brings_its_converted_amount,
                s15_converted_money_decides_no_currency,
                s15_the_row_before_may_decide_the_currency,
                s16_a_foreign_refund_is_a_share_of_its_transaction,
                s17_a_batch_may_name_the_currency,
                s31_a_discount_is_converted_with_its_transaction;
            erasing:
                s50_an_erased_customer_is_nowhere,
                s51_erasing_is_a_write,
                s52_others_are_as_they_were,
                s52_others_keep_their_numbers,
                s53_erased_keys_are_free,
                s54_others_name_an_erased_customer_no_more,
                s60_workspaces_are_listed,
                s60_documents_make_a_workspace,
                s61_a_deleted_workspace_never_was,
                s61_the_currency_goes_with_its_workspace,
                s61_documents_go_with_their_workspace;
            writing:
                s01_a_batch_is_whole_and_has_one_revision,
                s01_a_batch_of_all_kinds_has_one_revision,
                s02_acknowledged_batches_survive_reopening,
                s03_the_same_record_again_is_a_duplicate,
                s04_other_content_under_the_same_key_is_a_conflict,
                s04_each_stage_of_a_survey_has_a_key,
                s04_a_survey_is_of_one_customer,
                s04_interactions_are_told_by_their_ids,
                s05_keys_count_within_a_batch,
                s05_each_row_of_a_batch_is_told,
                s06_a_rejected_row_aborts_or_is_skipped,
                s06_a_rejected_row_keeps_out_other_kinds,
                s07_refunds_stay_within_their_transaction,
                s08_the_first_transaction_decides_the_currency,
                s09_revisions_grow_by_one,
                s10_occurrences_tell_equal_transactions_apart,
                s11_an_upsert_that_changes_nothing_is_a_duplicate,
                s19_columns_are_recorded_as_rows_are,
                s32_writes_begun_in_order_are_written_in_order;
            reading:
                s20_an_acknowledged_write_is_seen,
                s21_a_history_is_cut_by_instant_and_revision,
                s22_columns_are_ordered_by_time,
                s23_a_customer_without_records_is_not_found,
                s24_a_scan_visits_each_history_once,
                s24_anonymous_answers_are_one_history,
                s33_a_scan_shows_the_parts_it_is_asked_for,
                s25_a_walk_goes_in_order_of_first_record,
                s26_a_timeline_is_newest_first_in_pages,
                s26_a_timeline_tells_when_it_was_told,
                s26_surveys_and_interactions_are_told_whole,
                s26_a_timeline_tells_discounts,
                s27_the_same_cut_gives_the_same_answer,
                s28_workspaces_are_apart,
                s29_the_status_counts;
            sums:
                s35_a_sum_is_never_below_zero,
                s35_the_rows_of_a_batch_take_one_after_another,
                s35_sums_are_in_the_currency_that_was_paid,
                s35_what_is_erased_takes_its_sum_with_it;
            discounts:
                s31_a_discount_is_content,
                s31_histories_show_discounts,
                s31_columns_may_have_discounts;
            documents:
                s40_documents_are_kept,
                s41_documents_are_listed_by_key;
            costs:
                s36_costs_are_told_by_their_ids,
                s36_costs_of_no_single_customer_are_one_history,
                s36_costs_count_in_the_currency_of_the_workspace;
            giving_up:
                s34_letting_go_of_a_scan_ends_it,
                s34_letting_go_of_a_walk_ends_it;
        }
    };
}

macro_rules! names {
    ($($module:ident: $($case:ident),+;)+) => {
        /// The names of all cases, so that whoever runs only some of them can tell that the others are accounted for.
        pub const CASES: &[&str] = &[$($(stringify!($case)),+),+];
    };
}

conformance_cases!([names]);

/// Makes one test of each case for a backend; or of each case that is named, by module, for what cannot run them all.
#[macro_export]
macro_rules! store_conformance {
    ($harness:ty) => {
        $crate::conformance_cases!([$crate::store_conformance] $harness,);
    };
    ($harness:ty, $($module:ident: $($case:ident),+;)+) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let harness = <$harness as $crate::conformance::Harness>::new();
                $crate::conformance::$module::$case(&harness).await;
            }
        )+)+
    };
}
