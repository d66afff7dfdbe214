// What fcgi check needs of an application, on net/http/fcgi: check SOCKET
package main

import (
	"io"
	"net"
	"net/http"
	"net/http/fcgi"
	"os"
)

func main() {
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		panic(err)
	}
	panic(fcgi.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/page":
			io.WriteString(w, "hello\n")
		case "/echo":
			w.Header().Set("Content-Type", "application/octet-stream")
			io.Copy(w, r.Body)
		default:
			http.NotFound(w, r)
		}
	})))
}
