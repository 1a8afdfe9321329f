"""What rendering needs of the machine: the extra ``browser`` of the package, and a Chromium."""

from __future__ import annotations

from importlib.util import find_spec

from growth.errors import ExitCode, GrowthError
from growth.language import _

_EXTRA = ("playwright", "scrapy_playwright")


class RenderingUnavailable(GrowthError):
    """growth.yaml wants pages rendered, and this machine cannot."""

    exit_code = ExitCode.REFUSED


def browser_path() -> str:
    """Path of the browser that renders. Raises RenderingUnavailable, with what to install."""
    if any(find_spec(name) is None for name in _EXTRA):
        raise RenderingUnavailable(
            _("seo.crawl.javascript needs scrapy-playwright, which is not installed"),
            fix="pip install 'growth-suite[browser]'",
        )
    from growth.reporting import installed_browser  # charts and spreadsheets come with it, and few audits render

    browser = installed_browser()
    if browser is None:
        raise RenderingUnavailable(
            _("seo.crawl.javascript needs a Chromium, and there is none on this machine"), fix="apt install chromium"
        )
    return browser
