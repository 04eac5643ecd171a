from google.protobuf import timestamp_pb2 as _timestamp_pb2
from lojal.v1 import common_pb2 as _common_pb2
from lojal.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ScoreRow(_message.Message):
    __slots__ = ("group", "period", "top_box_share", "mean", "index", "net_easy", "score_counts", "customers", "kind", "survey_id", "scale")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    TOP_BOX_SHARE_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    NET_EASY_FIELD_NUMBER: _ClassVar[int]
    SCORE_COUNTS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SURVEY_ID_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    group: str
    period: _common_pb2.SeriesPeriod
    top_box_share: _common_pb2.Estimate
    mean: _common_pb2.Estimate
    index: _common_pb2.Estimate
    net_easy: _common_pb2.Estimate
    score_counts: _containers.RepeatedScalarFieldContainer[int]
    customers: int
    kind: _common_pb2.SurveyKind
    survey_id: str
    scale: ScoreScale
    def __init__(self, group: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ..., top_box_share: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., mean: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., index: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., net_easy: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., score_counts: _Optional[_Iterable[int]] = ..., customers: _Optional[int] = ..., kind: _Optional[_Union[_common_pb2.SurveyKind, str]] = ..., survey_id: _Optional[str] = ..., scale: _Optional[_Union[ScoreScale, _Mapping]] = ...) -> None: ...

class ScoreFilter(_message.Message):
    __slots__ = ("kind", "survey_id", "channel", "topic", "counted")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SURVEY_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    COUNTED_FIELD_NUMBER: _ClassVar[int]
    kind: _common_pb2.SurveyKind
    survey_id: str
    channel: str
    topic: str
    counted: _common_pb2.CountedAnswers
    def __init__(self, kind: _Optional[_Union[_common_pb2.SurveyKind, str]] = ..., survey_id: _Optional[str] = ..., channel: _Optional[str] = ..., topic: _Optional[str] = ..., counted: _Optional[_Union[_common_pb2.CountedAnswers, str]] = ...) -> None: ...

class ScoreScale(_message.Message):
    __slots__ = ("metric", "min", "max", "lower_is_better", "top_box")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    LOWER_IS_BETTER_FIELD_NUMBER: _ClassVar[int]
    TOP_BOX_FIELD_NUMBER: _ClassVar[int]
    metric: _common_pb2.SurveyMetric
    min: int
    max: int
    lower_is_better: bool
    top_box: int
    def __init__(self, metric: _Optional[_Union[_common_pb2.SurveyMetric, str]] = ..., min: _Optional[int] = ..., max: _Optional[int] = ..., lower_is_better: bool = ..., top_box: _Optional[int] = ...) -> None: ...

class GetCsatRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "interval", "answers", "top_box")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    TOP_BOX_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    interval: _common_pb2.CalendarInterval
    answers: ScoreFilter
    top_box: int
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ..., answers: _Optional[_Union[ScoreFilter, _Mapping]] = ..., top_box: _Optional[int] = ...) -> None: ...

class GetCsatResponse(_message.Message):
    __slots__ = ("csat", "whole", "rows", "scale", "provenance", "questions")
    CSAT_FIELD_NUMBER: _ClassVar[int]
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    csat: _common_pb2.Estimate
    whole: ScoreRow
    rows: _containers.RepeatedCompositeFieldContainer[ScoreRow]
    scale: ScoreScale
    provenance: _common_pb2.Provenance
    questions: _containers.RepeatedCompositeFieldContainer[ScoreRow]
    def __init__(self, csat: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., whole: _Optional[_Union[ScoreRow, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[ScoreRow, _Mapping]]] = ..., scale: _Optional[_Union[ScoreScale, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ..., questions: _Optional[_Iterable[_Union[ScoreRow, _Mapping]]] = ...) -> None: ...

class GetCesRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "interval", "answers", "metric")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    interval: _common_pb2.CalendarInterval
    answers: ScoreFilter
    metric: _common_pb2.SurveyMetric
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ..., answers: _Optional[_Union[ScoreFilter, _Mapping]] = ..., metric: _Optional[_Union[_common_pb2.SurveyMetric, str]] = ...) -> None: ...

class GetCesResponse(_message.Message):
    __slots__ = ("ces", "whole", "rows", "scale", "provenance", "questions")
    CES_FIELD_NUMBER: _ClassVar[int]
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    ces: _common_pb2.Estimate
    whole: ScoreRow
    rows: _containers.RepeatedCompositeFieldContainer[ScoreRow]
    scale: ScoreScale
    provenance: _common_pb2.Provenance
    questions: _containers.RepeatedCompositeFieldContainer[ScoreRow]
    def __init__(self, ces: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., whole: _Optional[_Union[ScoreRow, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[ScoreRow, _Mapping]]] = ..., scale: _Optional[_Union[ScoreScale, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ..., questions: _Optional[_Iterable[_Union[ScoreRow, _Mapping]]] = ...) -> None: ...

class GetScoresRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "interval", "answers", "metric", "top_box")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    TOP_BOX_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    interval: _common_pb2.CalendarInterval
    answers: ScoreFilter
    metric: _common_pb2.SurveyMetric
    top_box: int
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ..., answers: _Optional[_Union[ScoreFilter, _Mapping]] = ..., metric: _Optional[_Union[_common_pb2.SurveyMetric, str]] = ..., top_box: _Optional[int] = ...) -> None: ...

class GetScoresResponse(_message.Message):
    __slots__ = ("whole", "rows", "scale", "provenance", "questions")
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    whole: ScoreRow
    rows: _containers.RepeatedCompositeFieldContainer[ScoreRow]
    scale: ScoreScale
    provenance: _common_pb2.Provenance
    questions: _containers.RepeatedCompositeFieldContainer[ScoreRow]
    def __init__(self, whole: _Optional[_Union[ScoreRow, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[ScoreRow, _Mapping]]] = ..., scale: _Optional[_Union[ScoreScale, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ..., questions: _Optional[_Iterable[_Union[ScoreRow, _Mapping]]] = ...) -> None: ...

class GetResponseRateRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "interval", "metric", "kind", "survey_id", "channel")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SURVEY_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    interval: _common_pb2.CalendarInterval
    metric: _common_pb2.SurveyMetric
    kind: _common_pb2.SurveyKind
    survey_id: str
    channel: str
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ..., metric: _Optional[_Union[_common_pb2.SurveyMetric, str]] = ..., kind: _Optional[_Union[_common_pb2.SurveyKind, str]] = ..., survey_id: _Optional[str] = ..., channel: _Optional[str] = ...) -> None: ...

class ResponseRateRow(_message.Message):
    __slots__ = ("group", "period", "invited", "delivered", "bounced", "dismissed", "partial", "completed", "unsolicited", "response_rate", "completion_rate", "strict_response_rate")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    INVITED_FIELD_NUMBER: _ClassVar[int]
    DELIVERED_FIELD_NUMBER: _ClassVar[int]
    BOUNCED_FIELD_NUMBER: _ClassVar[int]
    DISMISSED_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    UNSOLICITED_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_RATE_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_RATE_FIELD_NUMBER: _ClassVar[int]
    STRICT_RESPONSE_RATE_FIELD_NUMBER: _ClassVar[int]
    group: str
    period: _common_pb2.SeriesPeriod
    invited: int
    delivered: int
    bounced: int
    dismissed: int
    partial: int
    completed: int
    unsolicited: int
    response_rate: _common_pb2.Estimate
    completion_rate: _common_pb2.Estimate
    strict_response_rate: _common_pb2.Estimate
    def __init__(self, group: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ..., invited: _Optional[int] = ..., delivered: _Optional[int] = ..., bounced: _Optional[int] = ..., dismissed: _Optional[int] = ..., partial: _Optional[int] = ..., completed: _Optional[int] = ..., unsolicited: _Optional[int] = ..., response_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., completion_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., strict_response_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class GetResponseRateResponse(_message.Message):
    __slots__ = ("whole", "rows", "provenance")
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    whole: ResponseRateRow
    rows: _containers.RepeatedCompositeFieldContainer[ResponseRateRow]
    provenance: _common_pb2.Provenance
    def __init__(self, whole: _Optional[_Union[ResponseRateRow, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[ResponseRateRow, _Mapping]]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class CompareScoresRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "baseline_window", "paired", "answers", "metric", "top_box")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    BASELINE_WINDOW_FIELD_NUMBER: _ClassVar[int]
    PAIRED_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    TOP_BOX_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    baseline_window: str
    paired: bool
    answers: ScoreFilter
    metric: _common_pb2.SurveyMetric
    top_box: int
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., baseline_window: _Optional[str] = ..., paired: bool = ..., answers: _Optional[_Union[ScoreFilter, _Mapping]] = ..., metric: _Optional[_Union[_common_pb2.SurveyMetric, str]] = ..., top_box: _Optional[int] = ...) -> None: ...

class ScoreComparison(_message.Message):
    __slots__ = ("first", "second", "first_mean", "second_mean", "mean_difference", "t", "p_value", "adjusted_p_value", "top_box_difference", "top_box_p_value")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    FIRST_MEAN_FIELD_NUMBER: _ClassVar[int]
    SECOND_MEAN_FIELD_NUMBER: _ClassVar[int]
    MEAN_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    T_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    ADJUSTED_P_VALUE_FIELD_NUMBER: _ClassVar[int]
    TOP_BOX_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    TOP_BOX_P_VALUE_FIELD_NUMBER: _ClassVar[int]
    first: str
    second: str
    first_mean: _common_pb2.Estimate
    second_mean: _common_pb2.Estimate
    mean_difference: _common_pb2.Estimate
    t: float
    p_value: float
    adjusted_p_value: float
    top_box_difference: _common_pb2.Estimate
    top_box_p_value: float
    def __init__(self, first: _Optional[str] = ..., second: _Optional[str] = ..., first_mean: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., second_mean: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., mean_difference: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., t: _Optional[float] = ..., p_value: _Optional[float] = ..., adjusted_p_value: _Optional[float] = ..., top_box_difference: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., top_box_p_value: _Optional[float] = ...) -> None: ...

class CompareScoresResponse(_message.Message):
    __slots__ = ("comparisons", "scale", "provenance")
    COMPARISONS_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    comparisons: _containers.RepeatedCompositeFieldContainer[ScoreComparison]
    scale: ScoreScale
    provenance: _common_pb2.Provenance
    def __init__(self, comparisons: _Optional[_Iterable[_Union[ScoreComparison, _Mapping]]] = ..., scale: _Optional[_Union[ScoreScale, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class SummarizeCommentsRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "interval", "answers", "metric", "limit")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    interval: _common_pb2.CalendarInterval
    answers: ScoreFilter
    metric: _common_pb2.SurveyMetric
    limit: int
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ..., answers: _Optional[_Union[ScoreFilter, _Mapping]] = ..., metric: _Optional[_Union[_common_pb2.SurveyMetric, str]] = ..., limit: _Optional[int] = ...) -> None: ...

class CommentTerm(_message.Message):
    __slots__ = ("term", "answers", "share", "mean_score", "group", "period")
    TERM_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    MEAN_SCORE_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    term: str
    answers: int
    share: _common_pb2.Estimate
    mean_score: _common_pb2.Estimate
    group: str
    period: _common_pb2.SeriesPeriod
    def __init__(self, term: _Optional[str] = ..., answers: _Optional[int] = ..., share: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., mean_score: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., group: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ...) -> None: ...

class CommentRow(_message.Message):
    __slots__ = ("group", "period", "answers", "comments", "comments_without_score", "mean_score")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    COMMENTS_FIELD_NUMBER: _ClassVar[int]
    COMMENTS_WITHOUT_SCORE_FIELD_NUMBER: _ClassVar[int]
    MEAN_SCORE_FIELD_NUMBER: _ClassVar[int]
    group: str
    period: _common_pb2.SeriesPeriod
    answers: int
    comments: int
    comments_without_score: int
    mean_score: _common_pb2.Estimate
    def __init__(self, group: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ..., answers: _Optional[int] = ..., comments: _Optional[int] = ..., comments_without_score: _Optional[int] = ..., mean_score: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class SummarizeCommentsResponse(_message.Message):
    __slots__ = ("answers", "comments", "mean_score", "topics", "terms", "provenance", "comments_without_score", "rows", "row_topics", "row_terms")
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    COMMENTS_FIELD_NUMBER: _ClassVar[int]
    MEAN_SCORE_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    COMMENTS_WITHOUT_SCORE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    ROW_TOPICS_FIELD_NUMBER: _ClassVar[int]
    ROW_TERMS_FIELD_NUMBER: _ClassVar[int]
    answers: int
    comments: int
    mean_score: _common_pb2.Estimate
    topics: _containers.RepeatedCompositeFieldContainer[CommentTerm]
    terms: _containers.RepeatedCompositeFieldContainer[CommentTerm]
    provenance: _common_pb2.Provenance
    comments_without_score: int
    rows: _containers.RepeatedCompositeFieldContainer[CommentRow]
    row_topics: _containers.RepeatedCompositeFieldContainer[CommentTerm]
    row_terms: _containers.RepeatedCompositeFieldContainer[CommentTerm]
    def __init__(self, answers: _Optional[int] = ..., comments: _Optional[int] = ..., mean_score: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., topics: _Optional[_Iterable[_Union[CommentTerm, _Mapping]]] = ..., terms: _Optional[_Iterable[_Union[CommentTerm, _Mapping]]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ..., comments_without_score: _Optional[int] = ..., rows: _Optional[_Iterable[_Union[CommentRow, _Mapping]]] = ..., row_topics: _Optional[_Iterable[_Union[CommentTerm, _Mapping]]] = ..., row_terms: _Optional[_Iterable[_Union[CommentTerm, _Mapping]]] = ...) -> None: ...

class ListResponsesRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "page_size", "page_token", "answers", "metric", "term", "min_score", "max_score")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    TERM_FIELD_NUMBER: _ClassVar[int]
    MIN_SCORE_FIELD_NUMBER: _ClassVar[int]
    MAX_SCORE_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    page_size: int
    page_token: str
    answers: ScoreFilter
    metric: _common_pb2.SurveyMetric
    term: str
    min_score: int
    max_score: int
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., answers: _Optional[_Union[ScoreFilter, _Mapping]] = ..., metric: _Optional[_Union[_common_pb2.SurveyMetric, str]] = ..., term: _Optional[str] = ..., min_score: _Optional[int] = ..., max_score: _Optional[int] = ...) -> None: ...

class CommentedResponse(_message.Message):
    __slots__ = ("customer_id", "time", "metric", "kind", "disposition", "survey_id", "channel", "score", "scale_min", "scale_max", "topics", "comment")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DISPOSITION_FIELD_NUMBER: _ClassVar[int]
    SURVEY_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SCALE_MIN_FIELD_NUMBER: _ClassVar[int]
    SCALE_MAX_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    time: _timestamp_pb2.Timestamp
    metric: _common_pb2.SurveyMetric
    kind: _common_pb2.SurveyKind
    disposition: _common_pb2.SurveyDisposition
    survey_id: str
    channel: str
    score: int
    scale_min: int
    scale_max: int
    topics: _containers.RepeatedScalarFieldContainer[str]
    comment: str
    def __init__(self, customer_id: _Optional[str] = ..., time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., metric: _Optional[_Union[_common_pb2.SurveyMetric, str]] = ..., kind: _Optional[_Union[_common_pb2.SurveyKind, str]] = ..., disposition: _Optional[_Union[_common_pb2.SurveyDisposition, str]] = ..., survey_id: _Optional[str] = ..., channel: _Optional[str] = ..., score: _Optional[int] = ..., scale_min: _Optional[int] = ..., scale_max: _Optional[int] = ..., topics: _Optional[_Iterable[str]] = ..., comment: _Optional[str] = ...) -> None: ...

class ListResponsesResponse(_message.Message):
    __slots__ = ("responses", "next_page_token", "provenance")
    RESPONSES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    responses: _containers.RepeatedCompositeFieldContainer[CommentedResponse]
    next_page_token: str
    provenance: _common_pb2.Provenance
    def __init__(self, responses: _Optional[_Iterable[_Union[CommentedResponse, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...
