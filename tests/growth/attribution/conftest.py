"""Sites for stories, as in the tests of traffic."""

from tests.growth.traffic.conftest import copied, prepared, site

__all__ = ["copied", "prepared", "site"]
