"""A package, so that tests and benchmarks share what is in `tests.tools`."""
