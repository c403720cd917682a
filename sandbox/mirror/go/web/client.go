// Copyright (c) 2026, the Pangaea authors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
)

const (
	patience = 8 * time.Second
	beat     = 100 * time.Millisecond
	headers  = 20 + 8 // IPv4 and UDP
)

func get(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(os.Stdout, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s answered %s", url, answer.Status)
	}
	return nil
}

func look(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	found, err := net.DefaultResolver.LookupHost(ctx, name)
	if err != nil {
		return err
	}
	fmt.Println(strings.Join(found, " "))
	return nil
}

// hold keeps one connection busy; a line that is not answered within the patience is the gap it looks for.
func hold(address string, how time.Duration) error {
	conn, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return err
	}
	defer conn.Close()
	answers, start, longest := bufio.NewReader(conn), time.Now(), time.Duration(0)
	fmt.Println("holding", conn.LocalAddr(), "to", conn.RemoteAddr())
	for n := 0; ; n++ {
		if time.Since(start) >= how {
			fmt.Printf("held %d lines in %s, longest answer %s\n", n, how, longest.Round(time.Millisecond))
			return nil
		}
		sent := time.Now()
		if err := conn.SetDeadline(sent.Add(patience)); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(conn, "line %d\n", n); err != nil {
			return fmt.Errorf("broken after %d lines, %s: %w", n, time.Since(start).Round(time.Millisecond), err)
		}
		if got, err := answers.ReadString('\n'); err != nil || got != fmt.Sprintf("line %d\n", n) {
			return fmt.Errorf("broken after %d lines, %s: %q %v", n, time.Since(start).Round(time.Millisecond), got, err)
		}
		longest = max(longest, time.Since(sent))
		time.Sleep(beat)
	}
}

// full sends a packet of `size` bytes, IP header included, that no one on the path may fragment.
func full(address string, size int) error {
	conn, err := dialUDP(address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if size <= headers {
		return fmt.Errorf("full: a packet has %d bytes of headers; ask for more than that", headers)
	}
	payload, answer := make([]byte, size-headers), make([]byte, 65536)
	for try := 1; try <= 5; try++ {
		if _, err := conn.Write(payload); err != nil {
			return fmt.Errorf("%d bytes to %s: %w", size, address, err)
		}
		if err := conn.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
			return err
		}
		got, err := conn.Read(answer)
		if err == nil && got == len(payload) {
			fmt.Printf("%d bytes to %s and back, try %d\n", size, address, try)
			return nil
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("%d bytes to %s: %w", size, address, err)
		}
	}
	return fmt.Errorf("%d bytes to %s: five packets, no answer", size, address)
}

func mtu(host string) error {
	conn, err := dialUDP(net.JoinHostPort(host, udpPort[1:]))
	if err != nil {
		return err
	}
	defer conn.Close()
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	size := 0
	asked := raw.Control(func(fd uintptr) {
		size, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_MTU)
	})
	if err = errors.Join(asked, err); err != nil {
		return err
	}
	fmt.Println(size)
	return nil
}

func dialUDP(address string) (*net.UDPConn, error) {
	to, err := net.ResolveUDPAddr("udp4", address)
	if err != nil {
		return nil, err
	}
	conn, err := net.DialUDP("udp4", nil, to)
	if err != nil {
		return nil, err
	}
	return conn, neverFragment(conn)
}

// neverFragment sets "don't fragment" and ignores what the kernel believes about the path: a packet that is too
// big for the own interface is refused here, one that is too big further on is lost.
func neverFragment(conn *net.UDPConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var refused error
	err = raw.Control(func(fd uintptr) {
		refused = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_MTU_DISCOVER, syscall.IP_PMTUDISC_PROBE)
	})
	return errors.Join(err, refused)
}
