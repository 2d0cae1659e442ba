"""Generators of committed files; each is run by `make generate` and checked by `make verify`."""
