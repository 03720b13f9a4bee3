"""Mutants of the compiled models, and the tests that may notice them. The command is `benchmarks/mutants.py`."""
