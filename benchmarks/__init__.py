"""Benchmarks: each prints its times beside a peer's, and the ratio that must be reached."""
