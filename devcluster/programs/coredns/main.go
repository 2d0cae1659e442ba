// CoreDNS with no more plugins than a cluster's own names need.
package main

import (
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/template"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
)

// The order in which the plugins see a question; CoreDNS leaves out what is not named here.
func init() {
	dnsserver.Directives = []string{"bind", "errors", "cache", "loadbalance", "kubernetes", "template"}
}

func main() {
	coremain.Run()
}
