"""Code shared by demo, benchmarks and tests: a release of the chart on a real cluster.

The harness finds the cluster to use, drives the release with the real helm and kubectl, puts load
on it, removes workers, and observes the effects. The package `devcluster` is the local Kubernetes.
"""
