"""What a running release does: waiting for pods and workers, status, logs and versions."""
