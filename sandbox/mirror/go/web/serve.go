// Copyright (c) 2026, the Pangaea authors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
)

const (
	webPort = ":8080"
	tcpPort = ":8081"
	udpPort = ":8082"
)

// serve answers until one of its three listeners fails.
func serve() error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	failed := make(chan error, 3)
	go func() { failed <- echoTCP() }()
	go func() { failed <- echoUDP() }()
	go func() { failed <- http.ListenAndServe(webPort, pages(name)) }()
	return <-failed
}

// pages: "/" is "<pod> answers <client address>:<port>", so that a test sees whether an address was rewritten.
func pages(name string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s answers %s\n", name, r.RemoteAddr)
	})
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	return mux
}

func echoTCP() error {
	listener, err := net.Listen("tcp", tcpPort)
	if err != nil {
		return err
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			io.Copy(conn, conn) // ends when the client goes, which is no error of the server
		}()
	}
}

func echoUDP() error {
	conn, err := net.ListenUDP("udp4", mustUDP(udpPort))
	if err != nil {
		return err
	}
	if err := neverFragment(conn); err != nil {
		return err
	}
	packet := make([]byte, 65536)
	for {
		size, from, err := conn.ReadFromUDP(packet)
		if err != nil {
			return err
		}
		// An answer that the path refuses is the client's finding; the server goes on.
		if _, err := conn.WriteToUDP(packet[:size], from); err != nil {
			fmt.Println("answer to", from, "was refused:", err)
		}
	}
}

func mustUDP(address string) *net.UDPAddr {
	found, err := net.ResolveUDPAddr("udp4", address)
	if err != nil {
		panic(err)
	}
	return found
}
