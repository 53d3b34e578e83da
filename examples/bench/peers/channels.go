// SPDX-License-Identifier: BSD-2-Clause

// channels ROW CORES COUNT PEER - one row about channels, done with Go's, between goroutines: PEER is go, go-owned or go-threads
//
// The rows are those of odeon-bench (chan.c and its neighbours), done in the same way: goroutines exist before the
// clock starts and are released together, receivers receive until the channel is closed, order and sum are checked, one run
// warms up. Whoever starts this pins it to its cores. 8 bytes travel as the value, 64 as a pointer. With go-owned the 8 bytes
// of a stream are a pointer, too, as odeon's messages and a Box of Rust are; with go-threads each goroutine has a thread of its own, as
// odeon's and Rust's do. Prints one line of JSON. Exit status 3: Go has nothing of the sort.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

const senderShift = 48
const room = 1024

type word struct {
	number uint64
}

type block struct {
	number uint64
	rest   [7]uint64
}

func fail(what string) {
	fmt.Fprintln(os.Stderr, "channels: wrong result:", what)
	os.Exit(1)
}

func nothing() {
	os.Exit(3)
}

// ---- order and sum

type tally struct {
	last [100]uint64
	got  uint64
	sum  uint64
}

func (t *tally) count(number uint64) {
	sender, place := number>>senderShift, number&(1<<senderShift-1)
	if place <= t.last[sender] {
		fail("out of order")
	}
	t.last[sender] = place
	t.got++
	t.sum += place
}

func sumTo(count uint64) uint64 {
	return count * (count + 1) / 2
}

// ---- goroutines that start together

type done struct {
	ended    time.Time
	got, sum uint64
}

var onThreads bool // set before all else, as the row's peer says

func crew(works []func() (uint64, uint64)) (time.Duration, uint64, uint64) {
	var arrived sync.WaitGroup
	arrived.Add(len(works))
	opened := make(chan struct{})
	ends := make(chan done, len(works))
	for _, work := range works {
		work := work
		go func() {
			if onThreads {
				runtime.LockOSThread()
			}
			arrived.Done()
			<-opened
			got, sum := work()
			ends <- done{time.Now(), got, sum}
		}()
	}
	arrived.Wait()
	began := time.Now()
	close(opened)
	var took time.Duration
	var got, sum uint64
	for range works {
		end := <-ends
		if d := end.ended.Sub(began); d > took {
			took = d
		}
		got += end.got
		sum += end.sum
	}
	return took, got, sum
}

func checked(works []func() (uint64, uint64), shouldGot, shouldSum uint64) float64 {
	took, got, sum := crew(works)
	if got != shouldGot || sum != shouldSum {
		fail(fmt.Sprint(got, " messages came, and their sum is ", sum))
	}
	return float64(took.Nanoseconds()) / float64(got)
}

func capacity(kind string) int {
	switch kind {
	case "bounded":
		return room
	case "rendezvous":
		return 0
	}
	nothing()
	return 0
}

// ---- rows; those with payloads once for each, so that Go compiles each for its own type

type closer struct {
	lock sync.Mutex
	left int
}

// The last sender closes the channel: Go has no halves.
func (c *closer) isLast() bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.left--
	return c.left == 0
}

func streamWords(kind string, senders, receivers int, count uint64) float64 {
	pipe := make(chan uint64, capacity(kind))
	each := count / uint64(senders)
	last := closer{left: senders}
	var works []func() (uint64, uint64)
	for i := 0; i < receivers; i++ {
		works = append(works, func() (uint64, uint64) {
			var t tally
			for number := range pipe {
				t.count(number)
			}
			return t.got, t.sum
		})
	}
	for i := 0; i < senders; i++ {
		who := uint64(i) << senderShift
		works = append(works, func() (uint64, uint64) {
			for place := uint64(1); place <= each; place++ {
				pipe <- who | place
			}
			if last.isLast() {
				close(pipe)
			}
			return 0, 0
		})
	}
	return checked(works, each*uint64(senders), uint64(senders)*sumTo(each))
}

func streamBlocks(kind string, senders, receivers int, count uint64) float64 {
	pipe := make(chan *block, capacity(kind))
	each := count / uint64(senders)
	last := closer{left: senders}
	var works []func() (uint64, uint64)
	for i := 0; i < receivers; i++ {
		works = append(works, func() (uint64, uint64) {
			var t tally
			for b := range pipe {
				t.count(b.number + b.rest[6])
			}
			return t.got, t.sum
		})
	}
	for i := 0; i < senders; i++ {
		who := uint64(i) << senderShift
		works = append(works, func() (uint64, uint64) {
			for place := uint64(1); place <= each; place++ {
				pipe <- &block{number: who | place}
			}
			if last.isLast() {
				close(pipe)
			}
			return 0, 0
		})
	}
	return checked(works, each*uint64(senders), uint64(senders)*sumTo(each))
}

func streamOwned(kind string, senders, receivers int, count uint64) float64 {
	pipe := make(chan *word, capacity(kind))
	each := count / uint64(senders)
	last := closer{left: senders}
	var works []func() (uint64, uint64)
	for i := 0; i < receivers; i++ {
		works = append(works, func() (uint64, uint64) {
			var t tally
			for w := range pipe {
				t.count(w.number)
			}
			return t.got, t.sum
		})
	}
	for i := 0; i < senders; i++ {
		who := uint64(i) << senderShift
		works = append(works, func() (uint64, uint64) {
			for place := uint64(1); place <= each; place++ {
				pipe <- &word{who | place}
			}
			if last.isLast() {
				close(pipe)
			}
			return 0, 0
		})
	}
	return checked(works, each*uint64(senders), uint64(senders)*sumTo(each))
}

func oneshotWords(count uint64) float64 {
	carry := make(chan chan uint64, room)
	return checked([]func() (uint64, uint64){func() (uint64, uint64) {
		var t tally
		for one := range carry {
			t.count(<-one)
		}
		return t.got, t.sum
	}, func() (uint64, uint64) {
		for place := uint64(1); place <= count; place++ {
			one := make(chan uint64, 1)
			carry <- one
			one <- place
		}
		close(carry)
		return 0, 0
	}}, count, sumTo(count))
}

func oneshotBlocks(count uint64) float64 {
	carry := make(chan chan *block, room)
	return checked([]func() (uint64, uint64){func() (uint64, uint64) {
		var t tally
		for one := range carry {
			b := <-one
			t.count(b.number + b.rest[6])
		}
		return t.got, t.sum
	}, func() (uint64, uint64) {
		for place := uint64(1); place <= count; place++ {
			one := make(chan *block, 1)
			carry <- one
			one <- &block{number: place}
		}
		close(carry)
		return 0, 0
	}}, count, sumTo(count))
}

func ping(kind string, count uint64) float64 {
	there, back := make(chan uint64, capacity(kind)), make(chan uint64, capacity(kind))
	rounds := count / 2
	return checked([]func() (uint64, uint64){func() (uint64, uint64) {
		there <- 0
		for i := uint64(0); i < rounds; i++ {
			number := <-back
			if number != 2*i+1 {
				fail("a hop")
			}
			if i+1 < rounds {
				there <- number + 1
			}
		}
		return 2 * rounds, 0
	}, func() (uint64, uint64) {
		for i := uint64(0); i < rounds; i++ {
			number := <-there
			if number != 2*i {
				fail("a hop")
			}
			back <- number + 1
		}
		return 0, 0
	}}, 2*rounds, 0)
}

// A channel that ended becomes nil and so leaves the select.
func selectWords(kind string, channels int, count uint64) float64 {
	each := count / uint64(channels)
	var to, c [8]chan uint64
	for i := 0; i < channels; i++ {
		to[i] = make(chan uint64, capacity(kind))
	}
	c = to
	return checked([]func() (uint64, uint64){func() (uint64, uint64) {
		var t tally
		for left := channels; left > 0; {
			var number, which uint64
			var ok bool
			if channels == 2 {
				select {
				case number, ok = <-c[0]:
					which = 0
				case number, ok = <-c[1]:
					which = 1
				}
			} else {
				select {
				case number, ok = <-c[0]:
					which = 0
				case number, ok = <-c[1]:
					which = 1
				case number, ok = <-c[2]:
					which = 2
				case number, ok = <-c[3]:
					which = 3
				case number, ok = <-c[4]:
					which = 4
				case number, ok = <-c[5]:
					which = 5
				case number, ok = <-c[6]:
					which = 6
				case number, ok = <-c[7]:
					which = 7
				}
			}
			if !ok {
				c[which] = nil
				left--
				continue
			}
			if number>>senderShift != which {
				fail("out of another channel")
			}
			t.count(number)
		}
		return t.got, t.sum
	}, func() (uint64, uint64) {
		for place := uint64(1); place <= each; place++ {
			for i := 0; i < channels; i++ {
				to[i] <- uint64(i)<<senderShift | place
			}
		}
		for i := 0; i < channels; i++ {
			close(to[i])
		}
		return 0, 0
	}}, each*uint64(channels), uint64(channels)*sumTo(each))
}

func selectBlocks(kind string, channels int, count uint64) float64 {
	each := count / uint64(channels)
	var to, c [8]chan *block
	for i := 0; i < channels; i++ {
		to[i] = make(chan *block, capacity(kind))
	}
	c = to
	return checked([]func() (uint64, uint64){func() (uint64, uint64) {
		var t tally
		for left := channels; left > 0; {
			var b *block
			var which uint64
			var ok bool
			if channels == 2 {
				select {
				case b, ok = <-c[0]:
					which = 0
				case b, ok = <-c[1]:
					which = 1
				}
			} else {
				select {
				case b, ok = <-c[0]:
					which = 0
				case b, ok = <-c[1]:
					which = 1
				case b, ok = <-c[2]:
					which = 2
				case b, ok = <-c[3]:
					which = 3
				case b, ok = <-c[4]:
					which = 4
				case b, ok = <-c[5]:
					which = 5
				case b, ok = <-c[6]:
					which = 6
				case b, ok = <-c[7]:
					which = 7
				}
			}
			if !ok {
				c[which] = nil
				left--
				continue
			}
			if b.number>>senderShift != which {
				fail("out of another channel")
			}
			t.count(b.number + b.rest[6])
		}
		return t.got, t.sum
	}, func() (uint64, uint64) {
		for place := uint64(1); place <= each; place++ {
			for i := 0; i < channels; i++ {
				to[i] <- &block{number: uint64(i)<<senderShift | place}
			}
		}
		for i := 0; i < channels; i++ {
			close(to[i])
		}
		return 0, 0
	}}, each*uint64(channels), uint64(channels)*sumTo(each))
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 {
		fmt.Fprintln(os.Stderr, "channels: a bad number:", text)
		os.Exit(2)
	}
	return n
}

func row(name []string, count uint64, peer string) float64 {
	isSmall := name[len(name)-1] == "8"
	if peer == "go-owned" {
		if !isSmall || len(name) != 5 || name[1] == "oneshot" || name[1] == "select" {
			nothing()
		}
		return streamOwned(name[1], number(name[2]), number(name[3]), count)
	}
	switch name[1] {
	case "ping":
		return ping(name[2], count)
	case "oneshot":
		if isSmall {
			return oneshotWords(count)
		}
		return oneshotBlocks(count)
	case "select":
		if isSmall {
			return selectWords(name[2], number(name[3]), count)
		}
		return selectBlocks(name[2], number(name[3]), count)
	}
	if isSmall {
		return streamWords(name[1], number(name[2]), number(name[3]), count)
	}
	return streamBlocks(name[1], number(name[2]), number(name[3]), count)
}

func main() {
	if len(os.Args) != 5 || (os.Args[4] != "go" && os.Args[4] != "go-owned" && os.Args[4] != "go-threads") {
		fmt.Fprintln(os.Stderr, "usage: channels ROW CORES COUNT go|go-owned|go-threads")
		os.Exit(2)
	}
	name, count := strings.Split(os.Args[1], "-"), uint64(number(os.Args[3]))
	runtime.GOMAXPROCS(number(os.Args[2]))
	onThreads = os.Args[4] == "go-threads"
	row(name, count, os.Args[4])
	fmt.Printf("{\"benchmark\":\"%s\",\"peer\":\"%s\",\"cores\":%s,\"messages\":%d,\"ns_per_message\":%.2f}\n",
		os.Args[1], os.Args[4], os.Args[2], count, row(name, count, os.Args[4]))
}
