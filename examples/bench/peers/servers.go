// SPDX-License-Identifier: BSD-2-Clause

// servers echo ADDRESS | servers http ADDRESS PATH BODY FOLDER: what Go's own packages make of the two, for servers.sh. As many threads as
// GOMAXPROCS says. It says "listening at ADDRESS", and ends when it is killed.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
)

func echo(guest net.Conn) {
	defer guest.Close()
	room := make([]byte, 4096)
	for {
		length, err := guest.Read(room)
		if err != nil {
			return
		}
		if _, err := guest.Write(room[:length]); err != nil {
			return
		}
	}
}

func serveEcho(listener net.Listener) error {
	for {
		guest, err := listener.Accept()
		if err != nil {
			return err
		}
		go echo(guest)
	}
}

func serveHTTP(listener net.Listener, path, body, folder string) error {
	http.HandleFunc(path, func(answer http.ResponseWriter, request *http.Request) {
		answer.Header().Set("Content-Type", "text/plain")
		io.WriteString(answer, body)
	})
	http.Handle("/files/", http.StripPrefix("/files/", http.FileServer(http.Dir(folder))))
	return http.Serve(listener, nil)
}

func main() {
	listener, err := net.Listen("tcp", os.Args[2])
	if err == nil {
		fmt.Printf("listening at %s\n", listener.Addr())
		if os.Args[1] == "echo" {
			err = serveEcho(listener)
		} else {
			err = serveHTTP(listener, os.Args[3], os.Args[4], os.Args[5])
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
