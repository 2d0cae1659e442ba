"""Benchmarks: each prints its times beside a peer's, their ratio and the target for the ratio."""
