"""The handle, without a cluster: what is decided and read, and what is said of it."""
