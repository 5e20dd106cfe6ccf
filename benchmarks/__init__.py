"""Benchmarks: `make bench` prints each figure as a ratio of two ways measured in turn."""
