"""Benchmarks of the running product: what `make bench` measures. Nothing here is collected by pytest."""
