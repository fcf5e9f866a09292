package checker

import (
	"fmt"
	"testing"
)

// BenchmarkCheck judges long histories: many conversations, one, and one in which
// everybody says the same and is never answered. The time for an event should
// hardly rise with their number.
func BenchmarkCheck(b *testing.B) {
	for _, events := range []int{10_000, 100_000, 1_000_000} {
		for name, history := range map[string][]Event{
			"many": long(events, 100, true), "one": long(events, 1, true), "same": long(events, 1, false),
		} {
			b.Run(fmt.Sprintf("%s/%d", name, events), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if r := Check(history); !r.OK() {
						b.Fatal(r.Violations)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(history)), "ns/event")
			})
		}
	}
}

// long makes a history of about n events: sends, their pushes to three others,
// and pages of the newest ten entries; each eighth send is tried twice. Unless
// all is answered, no send is, and all have one content.
func long(n, convs int, answered bool) []Event {
	var h []Event
	logs := make([][]Entry, convs)
	note := func(e Event) {
		e.At = int64(len(h))
		h = append(h, e)
	}
	for i := 0; len(h) < n; i++ {
		c := i % convs
		conv, op := fmt.Sprint("g", c), uint64(3*i+1)
		e := Entry{Seq: uint64(len(logs[c])) + 1, ID: fmt.Sprint("m", i), From: fmt.Sprint("u", i%64), Content: "same"}
		send := Event{User: e.From, Conn: 1 + uint64(i%64), Op: op, Phase: Invoke, Verb: Send, Conv: conv, CID: fmt.Sprint("c", i), Content: e.Content}
		ok := send
		ok.Phase, ok.Seq, ok.ID = OK, e.Seq, e.ID
		if !answered {
			ok.Phase = Unknown
		}
		note(send)
		note(ok)
		logs[c] = append(logs[c], e)
		for j := range 3 {
			note(Event{User: fmt.Sprint("r", j), Conn: 100 + uint64(j), Phase: Push, Verb: Deliver, Conv: conv, Entries: []Entry{e}})
		}
		if i%8 == 0 {
			send.Op, ok.Op = op+1, op+1
			note(send)
			note(ok)
			page := Event{User: "r0", Op: op + 2, Phase: Invoke, Verb: History, Conv: conv}
			note(page)
			page.Phase, page.HasMore, page.Entries = OK, len(logs[c]) > 10, logs[c][max(0, len(logs[c])-10):]
			note(page)
		}
	}
	for c, log := range logs {
		final := Event{User: "r0", Op: uint64(10*n + c), Phase: Invoke, Verb: Final, Conv: fmt.Sprint("g", c)}
		note(final)
		final.Phase, final.Entries = OK, log
		note(final)
	}
	return h
}
