"""Changing the size of a pool without losing results: which pods leave, and their draining."""
