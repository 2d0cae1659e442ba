"""Generators of committed files: `make generate` runs them, `make verify` checks the files."""
