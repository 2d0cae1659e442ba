"""Access to the Kubernetes API: the only package that imports a Kubernetes client.

`client` sends requests, `credentials` loads the credentials, `forward` opens ports of pods on this
machine, `watch` reports changes of pods, and `errors` converts failures to our exceptions.
Releases, pools and schedulers belong to the other packages.
"""
