"""Faults done to landing, building and publishing on purpose, and what became of them. The command is `benchmarks/faults.py`."""
