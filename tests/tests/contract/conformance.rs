//! The store's contract through the API: the conformance suite on a store that is nothing but calls to a real server.
//!
//! A case is in one of two lists: it runs, or it stands below with what the API does not say. A case in neither fails.

use std::collections::BTreeSet;

use lojal_store::conformance::CASES;
use lojal_tests::grpc_store::GrpcHarness;

/// Runs cases, and keeps their names.
macro_rules! through_the_api {
    ($($module:ident: $($case:ident),+;)+) => {
        const RUN: &[&str] = &[$($(stringify!($case)),+),+];
        lojal_store::store_conformance!(GrpcHarness, $($module: $($case),+;)+);
    };
}

through_the_api! {
    voids:
        s12_a_transaction_has_one_void,
        s13_a_void_takes_effect_at_its_instant,
        s14_a_voided_transaction_stays_recorded,
        s30_a_record_tells_the_instant_of_its_revision;
    currencies:
        s15_foreign_money_brings_its_converted_amount,
        s16_a_foreign_refund_is_a_share_of_its_transaction,
        s17_a_batch_may_name_the_currency,
        s31_a_discount_is_converted_with_its_transaction;
    erasing:
        s50_an_erased_customer_is_nowhere,
        s51_erasing_is_a_write,
        s52_others_are_as_they_were,
        s53_erased_keys_are_free,
        s54_others_name_an_erased_customer_no_more,
        s60_workspaces_are_listed,
        s61_a_deleted_workspace_never_was,
        s61_the_currency_goes_with_its_workspace;
    writing:
        s01_a_batch_is_whole_and_has_one_revision,
        s02_acknowledged_batches_survive_reopening,
        s03_the_same_record_again_is_a_duplicate,
        s04_other_content_under_the_same_key_is_a_conflict,
        s04_each_stage_of_a_survey_has_a_key,
        s04_a_survey_is_of_one_customer,
        s04_interactions_are_told_by_their_ids,
        s05_keys_count_within_a_batch,
        s06_a_rejected_row_aborts_or_is_skipped,
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
        s25_a_walk_goes_in_order_of_first_record,
        s26_a_timeline_is_newest_first_in_pages,
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
    costs:
        s36_costs_are_told_by_their_ids;
}

const KINDS: &str = "a call takes rows of one kind";
const CLOCK: &str = "the server's clock says when things are recorded, not the caller";
const DOCUMENTS: &str = "documents are the server's own: callers see models, settings and rates";
const GIVING_UP: &str = "histories are shown by the test itself; `pressure/abuse.rs` gives up calls";

/// Cases that do not run, and why.
const EXCEPTED: &[(&str, &str)] = &[
    ("s01_a_batch_of_all_kinds_has_one_revision", KINDS),
    (
        "s05_each_row_of_a_batch_is_told",
        "an answer counts the rows that were there already, and names only those refused",
    ),
    ("s06_a_rejected_row_keeps_out_other_kinds", KINDS),
    (
        "s15_converted_money_decides_no_currency",
        "money is converted only where the workspace's currency is decided already, and that is the one shown",
    ),
    (
        "s15_the_row_before_may_decide_the_currency",
        "rates need a currency to be rates into, so a row cannot be converted in the call that decides it",
    ),
    ("s18_recorded_instants_never_go_back", CLOCK),
    ("s26_a_timeline_tells_when_it_was_told", CLOCK),
    ("s30_a_revision_is_found_by_its_instant", CLOCK),
    (
        "s33_a_scan_shows_the_parts_it_is_asked_for",
        "which parts of histories are read is between engine and store",
    ),
    ("s34_letting_go_of_a_scan_ends_it", GIVING_UP),
    ("s34_letting_go_of_a_walk_ends_it", GIVING_UP),
    (
        "s36_costs_of_no_single_customer_are_one_history",
        "which costs are no customer's is told by group and not one by one; `contract/costs.rs` asks for them",
    ),
    (
        "s36_costs_count_in_the_currency_of_the_workspace",
        "as with transactions, a row that comes with its converted amount needs a rate; `contract/costs.rs` sets one",
    ),
    ("s40_documents_are_kept", DOCUMENTS),
    ("s41_documents_are_listed_by_key", DOCUMENTS),
    ("s52_others_keep_their_numbers", "customers have ids and an order, and no numbers"),
    ("s60_documents_make_a_workspace", DOCUMENTS),
    ("s61_documents_go_with_their_workspace", DOCUMENTS),
];

#[test]
fn every_case_runs_or_stands_among_the_exceptions() {
    let excepted: Vec<&str> = EXCEPTED.iter().map(|(case, _)| *case).collect();
    let listed: Vec<&str> = RUN.iter().chain(&excepted).copied().collect();
    let (names, all) = (listed.iter().collect::<BTreeSet<_>>(), CASES.iter().collect::<BTreeSet<_>>());
    assert_eq!(names.len(), listed.len(), "a case is listed twice");
    assert_eq!(names, all, "run each case of the suite, or say why it cannot be");
}
