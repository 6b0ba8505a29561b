"""The version, apart from the public face, which imports everything below it."""

__version__ = "0.1.0"
