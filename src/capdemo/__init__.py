"""The runtime behind a guide to AI image capabilities; importing it loads no torch."""

from importlib.metadata import version

__version__ = version("capdemo")
