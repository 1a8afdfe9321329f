"""The operations room: targets, activities, calendar, to-do list, and the director's report with its proposals."""

from growth.operations.activities import ActivityReview, ActivityState, ActivityView, UnknownActivity, activities, activity, review
from growth.operations.calendar import calendar_entries
from growth.operations.facts import refresh
from growth.operations.kinds import kind_words
from growth.operations.making import KeptReport, kept_path, kept_reports, make_report
from growth.operations.proposals import Proposal
from growth.operations.report import Format, OperationsReport, document_of, period_asked, text_of, title_of, written
from growth.operations.rows import Facts, Span, Sums, Yield, span_before, span_of
from growth.operations.schema import ActivityFile
from growth.operations.sections import FIGURES
from growth.operations.todo import todo_entries

__all__ = [
    "FIGURES",
    "ActivityFile",
    "ActivityReview",
    "ActivityState",
    "ActivityView",
    "Facts",
    "Format",
    "KeptReport",
    "OperationsReport",
    "Proposal",
    "Span",
    "Sums",
    "UnknownActivity",
    "Yield",
    "activities",
    "activity",
    "calendar_entries",
    "document_of",
    "kept_path",
    "kept_reports",
    "kind_words",
    "make_report",
    "period_asked",
    "refresh",
    "review",
    "span_before",
    "span_of",
    "text_of",
    "title_of",
    "todo_entries",
    "written",
]
