"""Growth Suite: one program that carries out a website's growth plan."""

__version__ = "0.1.0"
