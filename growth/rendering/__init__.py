"""Templates: the Jinja environments, what stands around a page, numbers and dates as people read them, limits for what people write."""

from growth.rendering.address import Address
from growth.rendering.broken import TemplateBroken, TemplateTooHeavy, UnknownTemplate, VariableMissing
from growth.rendering.environment import html_environment, render, text_environment
from growth.rendering.frame import Flash, Frame, NavLink, SiteShown, UserShown
from growth.rendering.limits import LimitedRenderer, Rendered
from growth.rendering.source import Source, check_source
from growth.rendering.states import Look, look_of
from growth.rendering.woven import LONG, Woven

__all__ = [
    "LONG",
    "Address",
    "Flash",
    "Frame",
    "LimitedRenderer",
    "Look",
    "NavLink",
    "Rendered",
    "SiteShown",
    "Source",
    "TemplateBroken",
    "TemplateTooHeavy",
    "UnknownTemplate",
    "UserShown",
    "VariableMissing",
    "Woven",
    "check_source",
    "html_environment",
    "look_of",
    "render",
    "text_environment",
]
