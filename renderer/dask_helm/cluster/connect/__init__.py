"""The connection with the scheduler of a release: where it is, how to reach it, and TLS.

Also Jupyter's and the dashboard's addresses, which are reached in the same way.
"""
