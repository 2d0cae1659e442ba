"""What a release is: its labels, its pods and pools, and what Kubernetes reports about them.

Nothing here talks to a scheduler or changes anything.
"""
