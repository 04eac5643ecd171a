"""The calls of `retention`, described once for both clients."""

from __future__ import annotations

from collections.abc import Sequence

from lojal.calls import Call
from lojal.enums import CohortAlignment, CohortMode, Interval, RevenueComparison, SurveyKind
from lojal.instants import Instant, to_timestamp
from lojal.results.retention import Cohorts, Lifecycle, Retention
from lojal.results.revenue import PurchaseStats, RevenueRetention
from lojal.results.survival import ActivityWindow, RetentionProjection, Survival
from lojal.v1 import retention_service_pb2 as pb


def rates(
    as_of: Instant | None,
    known_at: Instant | None,
    window: str,
    filter: str,
    group_by: str,
    confidence: float | None,
    activity_window: str,
    interval: Interval | str | None,
) -> Call[Retention]:
    """Describes `GetRetention`."""
    request = pb.GetRetentionRequest(
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        filter=filter,
        group_by=group_by,
        confidence=confidence,
        activity_window=activity_window,
        interval=Interval.to_wire(interval, "interval"),
    )
    return Call("retention", "GetRetention", request, Retention.from_wire)


def activity_window(
    as_of: Instant | None,
    known_at: Instant | None,
    window: str,
    filter: str,
    group_by: str,
    confidence: float | None,
    threshold: float | None,
) -> Call[ActivityWindow]:
    """Describes `SuggestActivityWindow`."""
    request = pb.SuggestActivityWindowRequest(
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        filter=filter,
        group_by=group_by,
        confidence=confidence,
        threshold=threshold,
    )
    return Call("retention", "SuggestActivityWindow", request, ActivityWindow.from_wire)


def cohorts(
    as_of: Instant | None,
    known_at: Instant | None,
    window: str,
    filter: str,
    group_by: str,
    confidence: float | None,
    cohort_attribute: str,
    interval: Interval | str | None,
    mode: CohortMode | str | None,
    brackets: Sequence[tuple[int, int]],
    alignment: CohortAlignment | str | None,
    last_age: int | None,
    nps_kind: SurveyKind | str | None,
) -> Call[Cohorts]:
    """Describes `GetCohorts`."""
    request = pb.GetCohortsRequest(
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        filter=filter,
        group_by=group_by,
        confidence=confidence,
        cohort_attribute=cohort_attribute,
        interval=Interval.to_wire(interval, "interval"),
        mode=CohortMode.to_wire(mode, "mode"),
        brackets=[pb.CohortBracket(first_age=first, last_age=last) for first, last in brackets],
        alignment=CohortAlignment.to_wire(alignment, "alignment"),
        last_age=last_age,
        nps_kind=SurveyKind.to_wire(nps_kind, "nps_kind"),
    )
    return Call("retention", "GetCohorts", request, Cohorts.from_wire)


def survival(
    as_of: Instant | None,
    known_at: Instant | None,
    window: str,
    filter: str,
    group_by: str,
    confidence: float | None,
    activity_window: str,
    horizon: str,
    step_days: int,
) -> Call[Survival]:
    """Describes `GetSurvival`."""
    request = pb.GetSurvivalRequest(
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        filter=filter,
        group_by=group_by,
        confidence=confidence,
        activity_window=activity_window,
        horizon=horizon,
        step_days=step_days,
    )
    return Call("retention", "GetSurvival", request, Survival.from_wire)


def lifecycle(
    as_of: Instant | None,
    known_at: Instant | None,
    window: str,
    filter: str,
    group_by: str,
    confidence: float | None,
    interval: Interval | str | None,
) -> Call[Lifecycle]:
    """Describes `GetLifecycle`."""
    request = pb.GetLifecycleRequest(
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        filter=filter,
        group_by=group_by,
        confidence=confidence,
        interval=Interval.to_wire(interval, "interval"),
    )
    return Call("retention", "GetLifecycle", request, Lifecycle.from_wire)


def revenue(
    as_of: Instant | None,
    known_at: Instant | None,
    window: str,
    filter: str,
    group_by: str,
    confidence: float | None,
    comparison: RevenueComparison | str | None,
    source_attribute: str,
    earned_values: Sequence[str],
    bootstrap_replicates: int | None,
    bootstrap_seed: int | None,
) -> Call[RevenueRetention]:
    """Describes `GetRevenueRetention`."""
    request = pb.GetRevenueRetentionRequest(
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        filter=filter,
        group_by=group_by,
        confidence=confidence,
        comparison=RevenueComparison.to_wire(comparison, "comparison"),
        source_attribute=source_attribute,
        earned_values=earned_values,
        bootstrap_replicates=bootstrap_replicates,
        bootstrap_seed=bootstrap_seed,
    )
    return Call("retention", "GetRevenueRetention", request, RevenueRetention.from_wire)


def purchases(
    as_of: Instant | None,
    known_at: Instant | None,
    window: str,
    filter: str,
    group_by: str,
    confidence: float | None,
    within_days: int | None,
    referral_attribute: str,
) -> Call[PurchaseStats]:
    """Describes `GetPurchaseStats`."""
    request = pb.GetPurchaseStatsRequest(
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        filter=filter,
        group_by=group_by,
        confidence=confidence,
        within_days=within_days,
        referral_attribute=referral_attribute,
    )
    return Call("retention", "GetPurchaseStats", request, PurchaseStats.from_wire)


def project(
    as_of: Instant | None,
    known_at: Instant | None,
    window: str,
    filter: str,
    group_by: str,
    confidence: float | None,
    survivors: Sequence[int],
    interval: Interval | str | None,
    activity_window: str,
    periods_ahead: int | None,
    discount_rate: float | None,
) -> Call[RetentionProjection]:
    """Describes `ProjectRetention`."""
    request = pb.ProjectRetentionRequest(
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        filter=filter,
        group_by=group_by,
        confidence=confidence,
        survivors=survivors,
        interval=Interval.to_wire(interval, "interval"),
        activity_window=activity_window,
        periods_ahead=periods_ahead,
        discount_rate=discount_rate,
    )
    return Call("retention", "ProjectRetention", request, RetentionProjection.from_wire)
