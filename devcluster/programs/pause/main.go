// The process that holds a set of namespaces open, for a pod and for a machine of the cluster. As
// the first process in them it also takes leave of every process whose parent has gone.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGCHLD, syscall.SIGINT, syscall.SIGTERM)
	for reap(); <-signals == syscall.SIGCHLD; reap() {
	}
}

// reap collects all that have ended: several ends may be told by one signal.
func reap() {
	for {
		if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 || err != nil {
			return
		}
	}
}
