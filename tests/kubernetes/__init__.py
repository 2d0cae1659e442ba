"""A real two-node Kubernetes on one Linux machine, without Docker; `api` is the way in.

api          ensure() -> Cluster, tools_only() -> folder of helm, helm3 and kubectl
cluster      up and down: what is made, in which order
controlplane etcd, API server, controller manager, scheduler, CoreDNS, the way in from outside
node         containerd, kubelet, kube-proxy, the images
machine      a "machine": its own mounts, network, host name and process table
network      the wires between the machines
cgroups      the control groups by which everything the cluster runs is found again
certificates the cluster's own certificate authority and the kubeconfigs made with it
store        the images, unpacked once by a containerd and shared by both nodes
image        what the Dask image consists of; oci writes it as an archive
programs     the Go programs: a table, and how they are built
host         what the real machine has to be and to have
cache        what was built, by a hash of what it was built from
kind         the same by kind, for people with Docker
"""
