"""A real two-node Kubernetes on one Linux machine, without Docker; `api` is its public interface.

api          ensure() -> Cluster, tools_only() -> folder with helm, helm3 and kubectl
cluster      up and down: the steps that start and remove the cluster, in order
controlplane etcd, API server, controller manager, scheduler, CoreDNS, access from the host
node         containerd, kubelet, kube-proxy, the images
machine      a "machine": its own mounts, network, host name and process table
network      the network between the machines
cgroups      the control groups that hold all processes of the cluster
certificates the cluster's own certificate authority and the kubeconfigs made with it
store        the images, unpacked once by a containerd and shared by both nodes
image        the contents of the Dask image; oci writes it as an archive
programs     the Go programs: a table, and how to build them
host         the requirements of the host, which is the real machine
cache        build results, by a hash of their inputs
kind         the same cluster made with kind, for people with Docker
"""
