// doorway FILE ADDRESS
//
// The way from the real machine to the API server. The listening socket, handed over as an open
// file, was opened on the real machine's loopback; this program runs in the control plane's network
// namespace, and so the connections it makes are made there. Neither network knows of the other.
package main

import (
	"io"
	"log"
	"net"
	"os"
	"strconv"
)

func main() {
	file, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.FileListener(os.NewFile(uintptr(file), "listener"))
	if err != nil {
		log.Fatal(err)
	}
	for {
		outside, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go join(outside, os.Args[2])
	}
}

func join(outside net.Conn, address string) {
	defer outside.Close()
	inside, err := net.Dial("tcp", address)
	if err != nil {
		log.Print(err)
		return
	}
	defer inside.Close()
	done := make(chan struct{})
	go func() { copyAndClose(inside, outside); close(done) }()
	copyAndClose(outside, inside)
	<-done
}

// copyAndClose passes on that one side has said its last; the other may still be speaking.
func copyAndClose(to, from net.Conn) {
	io.Copy(to, from)
	to.(*net.TCPConn).CloseWrite()
}
