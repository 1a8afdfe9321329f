"""Fixtures of the messaging tests."""

from tests.command import growth_in

__all__ = ["growth_in"]
