"""The handle beside kubectl and a bare Client, on a real Kubernetes.

connecting  until the first result             beside a Client over a port-forward that is open
scaling     up and down, until it is done      beside kubectl scale and kubectl wait
forwarding  bytes through a port-forward       beside kubectl port-forward
victims     who goes of a thousand workers     beside nobody: a limit in seconds
logs        of a hundred pods                  beside a loop of kubectl logs
places      namespaces, releases, handles; what is made is removed, also after Ctrl-C
crowd       a scheduler with very many workers, for `victims`
"""
