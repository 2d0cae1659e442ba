"""The handle compared with kubectl and a plain Client, on a real Kubernetes.

connecting  the time to the first result             peer: a Client over an open port-forward
scaling     scaling up and down                      peer: kubectl scale and kubectl wait
leaving     from the last task until pods are gone   no peer: a limit in seconds
forwarding  bytes through a port-forward             peer: kubectl port-forward
victims     choosing among a thousand workers        no peer: a limit in seconds
logs        the logs of a hundred pods               peer: a loop of kubectl logs
places      namespaces and releases, which are removed at the end, also after Ctrl-C
crowd       a scheduler with very many workers, for `victims`
transfer    a transfer and its server, for `forwarding`
"""
