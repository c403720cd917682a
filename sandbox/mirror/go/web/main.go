// Copyright (c) 2026, the Pangaea authors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Command web is what the tests of a cluster put into pods: a server that says who it is and whom it sees,
// and the client side of each question that a test asks from inside a pod.
//
//	web                        serve HTTP on 8080, TCP echo on 8081, UDP echo on 8082
//	web get URL                print the answer; exit 1 if there is none or it is not 2xx
//	web look NAME              print the addresses of a name
//	web hold HOST:PORT TIME    one TCP connection, a line every 100 ms, each answered; exit 1 at the first gap
//	web full HOST:PORT BYTES   one UDP packet of that size on the wire, never fragmented, both ways
//	web mtu HOST               print the MTU of the route to a host, as the kernel has it
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func run(words []string) error {
	switch {
	case len(words) == 0:
		return serve()
	case len(words) == 2 && words[0] == "get":
		return get(words[1])
	case len(words) == 2 && words[0] == "look":
		return look(words[1])
	case len(words) == 2 && words[0] == "mtu":
		return mtu(words[1])
	case len(words) == 3 && words[0] == "hold":
		how, err := time.ParseDuration(words[2])
		if err != nil {
			return fmt.Errorf("hold: %q is no duration such as 30s", words[2])
		}
		return hold(words[1], how)
	case len(words) == 3 && words[0] == "full":
		size, err := strconv.Atoi(words[2])
		if err != nil {
			return fmt.Errorf("full: %q is no number of bytes", words[2])
		}
		return full(words[1], size)
	}
	return fmt.Errorf("web: cannot understand %q; see the top of main.go", words)
}
