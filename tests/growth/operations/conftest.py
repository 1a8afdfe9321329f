"""What the tests of operations share."""

from tests.command import growth_in

__all__ = ["growth_in"]
