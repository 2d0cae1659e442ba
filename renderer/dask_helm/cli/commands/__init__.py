"""One module per command; each defines `command`: it parses, calls and prints.

What several commands need, or what another program could need, lies in the modules of cli/.
"""
