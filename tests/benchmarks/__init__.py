"""Benchmarks beside peers: `python -m tests.benchmarks.<name> [--quick] [--json FILE]`. None of them is a test."""
