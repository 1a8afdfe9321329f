"""What the tests of the database share."""

from tests.command import growth_in

__all__ = ["growth_in"]
