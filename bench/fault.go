package bench

import (
	"fmt"

	"gannet/codec/wire"
)

// A faultKind names one way in which traffic can be wrong.
type faultKind uint8

const (
	faultLost         faultKind = iota // a seq was skipped and never came
	faultDoubled                       // a seq came twice
	faultReordered                     // a seq came after a higher one
	faultMismatched                    // two views of one seq differ: id, sender, content or conversation
	faultUnanswered                    // a send or request got no answer
	faultAnswerTwice                   // a cid was answered again, or was never sent
	faultAnswerOrder                   // the seqs of one sender's answers don't rise
	faultErrorAnswer                   // the server answered with an error
	faultRateLimited                   // the server answered that this is too fast for it
	faultDisconnected                  // a connection ended that should have stayed
	faultMalformed                     // bytes that are not the protocol
	faultBadPage                       // a history page isn't what was asked for
	faultKinds
)

func (k faultKind) String() string {
	return [...]string{
		"lost", "doubled", "reordered", "mismatched", "unanswered", "answered_twice",
		"answers_out_of_order", "error_answer", "rate_limited", "disconnected", "malformed", "bad_page",
	}[k]
}

// keptExamples is how many of each kind of fault are described in words.
const keptExamples = 3

// faults counts what was wrong. Owned by one loop until the run is over.
type faults struct {
	count    [faultKinds]int64
	examples [faultKinds][]string
}

// add counts a fault; the text is formatted only for the first few.
func (f *faults) add(k faultKind, format string, args ...any) {
	f.count[k]++
	if len(f.examples[k]) < keptExamples {
		f.examples[k] = append(f.examples[k], fmt.Sprintf(format, args...))
	}
}

// take moves one fault of kind k back: what looked lost came late.
func (f *faults) take(k faultKind) { f.count[k]-- }

func (f *faults) merge(from *faults) {
	for k := range faultKinds {
		f.count[k] += from.count[k]
		room := keptExamples - len(f.examples[k])
		f.examples[k] = append(f.examples[k], from.examples[k][:min(room, len(from.examples[k]))]...)
	}
}

// Fault is one kind of wrong traffic in a result.
type Fault struct {
	Kind     string   `json:"kind"`
	Count    int64    `json:"count"`
	Examples []string `json:"examples"`
}

// refusalKind is the kind of fault that an answer with an error is.
func refusalKind(reason string) faultKind {
	if reason == wire.ReasonRateLimited {
		return faultRateLimited
	}
	return faultErrorAnswer
}

func (f *faults) list() []Fault {
	var out []Fault
	for k := range faultKinds {
		if f.count[k] > 0 {
			out = append(out, Fault{k.String(), f.count[k], f.examples[k]})
		}
	}
	return out
}
