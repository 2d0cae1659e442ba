"""The access to the Kubernetes API, against scripted servers."""
