"""Attribution: models, credit, cost and return. It reads what other rooms wrote, and keeps the results of days that have not changed."""

from growth.attribution.assembly import Journey, OriginView, PathTouch, journeys, origin_views, site_journeys
from growth.attribution.by_placement import PlacementFigures, placement_figures
from growth.attribution.cohorts import Cohort, cohorts, since_months
from growth.attribution.dimension import Dimension
from growth.attribution.funnel_by_channel import ChannelFunnel, funnel_by_channel
from growth.attribution.keeping import keep_credits, keep_nulls
from growth.attribution.model import Model, UnknownModel, aggregated, all_models, model_named
from growth.attribution.path import DIRECT, MICRO, UNATTRIBUTED, Path, PathCount, shares
from growth.attribution.path_table import BadPathTable, ModelRow, read_paths, table_rows
from growth.attribution.report import FEW, Report, ReportRow, attribution_report, main_currency
from growth.attribution.signup_path import CreditedTouch, SignupPath, UnknownSignup, signup_path
from growth.attribution.transforms import TRANSFORMS, UnknownTransform, transformed

__all__ = [
    "DIRECT",
    "FEW",
    "MICRO",
    "TRANSFORMS",
    "UNATTRIBUTED",
    "BadPathTable",
    "ChannelFunnel",
    "Cohort",
    "CreditedTouch",
    "Dimension",
    "Journey",
    "Model",
    "ModelRow",
    "OriginView",
    "Path",
    "PathCount",
    "PathTouch",
    "PlacementFigures",
    "Report",
    "ReportRow",
    "SignupPath",
    "UnknownModel",
    "UnknownSignup",
    "UnknownTransform",
    "aggregated",
    "all_models",
    "attribution_report",
    "cohorts",
    "funnel_by_channel",
    "journeys",
    "keep_credits",
    "keep_nulls",
    "main_currency",
    "model_named",
    "origin_views",
    "placement_figures",
    "read_paths",
    "shares",
    "signup_path",
    "since_months",
    "site_journeys",
    "table_rows",
    "transformed",
]
