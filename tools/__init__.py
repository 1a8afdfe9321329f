"""Tools for developers; not in the wheel."""
