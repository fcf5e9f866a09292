package checker

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A corruption breaks a promise in a good history, and returns nil where it finds
// nothing to break it with. want are the kinds of which one must be flagged.
type corruption struct {
	want []string
	do   func(t *rapid.T, h []Event) []Event
}

var corruptions = map[string]corruption{
	"lose an answered message":     {[]string{Lost}, loseAnswered},
	"double a message":             {[]string{Duplicated}, double},
	"answer a retry otherwise":     {[]string{TwoAnswers}, answerTwice},
	"take other content":           {[]string{UnansweredConflict}, takeConflict},
	"skip a place":                 {[]string{Gap}, skipPlace},
	"leave one out of a page":      {[]string{Gap}, leaveOut},
	"don't push one":               {[]string{Gap}, dropPush},
	"show another id":              {[]string{DivergentOrder}, otherID},
	"turn a page round":            {[]string{Disorder}, turnPage},
	"swap two places":              {[]string{RealTimeOrder}, swapPlaces},
	"push what isn't kept":         {[]string{DirtyRead}, pushUnkept},
	"accept what was refused":      {[]string{DirtyRead}, acceptRefused},
	"cut a page":                   {[]string{StaleRead, Vanished}, cutPage},
	"empty a page":                 {[]string{StaleRead, Vanished}, emptyPage},
	"show a recalled message":      {[]string{RecalledContent}, showRecalled},
	"push to who has left":         {[]string{ExMemberRead}, pushToLeft},
	"let a cursor go back":         {[]string{CursorBack}, cursorBack},
	"let a cursor pass the end":    {[]string{CursorBeyond}, cursorBeyond},
	"change a content":             {[]string{ContentMismatch, Phantom}, changeContent},
	"blank what nobody recalled":   {[]string{ContentMismatch}, blank},
	"make a message up":            {[]string{Phantom}, makeUp},
	"end an operation twice":       {[]string{Malformed}, endTwice},
	"read no log in the end":       {[]string{Malformed}, noFinal},
	"end before the beginning":     {[]string{Malformed}, endEarly},
	"answer what wasn't asked for": {[]string{Malformed}, answerNothing},
}

// TestPromisesBroken: each kind of break, put at a random place into the history
// of a server that keeps its promises, is flagged.
func TestPromisesBroken(t *testing.T) {
	for name, c := range corruptions {
		t.Run(name, func(t *testing.T) {
			broken := 0
			rapid.Check(t, func(t *rapid.T) {
				h := c.do(t, simulate(t))
				if h == nil {
					return
				}
				broken++
				if r := Check(h); !slices.ContainsFunc(c.want, func(k string) bool { return r.Counts[k] > 0 }) {
					t.Fatalf("want %v, got %v", c.want, r.Violations)
				}
				if slices.Contains(linear, c.want[0]) && linearizable(h) {
					t.Fatalf("linearizable, though %v", Check(h).Violations)
				}
			})
			if broken == 0 {
				t.Error("no history could be broken so")
			}
		})
	}
}

// linear are kinds that are questions of order and time: a history with one of
// them is not linearizable.
var linear = []string{Lost, DivergentOrder, RealTimeOrder, DirtyRead, StaleRead}

func linearizable(h []Event) bool {
	single, group := Linearizable(h, "single_a:b", 10*time.Second), Linearizable(h, "group_g", 10*time.Second)
	return single == Linear && group == Linear
}

// pick chooses one of the events that match; nil if none does.
func pick(t *rapid.T, h []Event, match func(*Event) bool) *Event {
	var found []int
	for i := range h {
		if match(&h[i]) {
			found = append(found, i)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return &h[rapid.SampledFrom(found).Draw(t, "event")]
}

func isAnswer(e *Event, verbs ...Verb) bool { return e.Phase == OK && slices.Contains(verbs, e.Verb) }

// invokeOf is the place of an outcome's invoke.
func invokeOf(h []Event, e *Event) int {
	return slices.IndexFunc(h, func(i Event) bool { return i.Phase == Invoke && i.Op == e.Op })
}

// cutAll takes entries out of all views that match.
func cutAll(h []Event, view func(*Event) bool, entry func(Entry) bool) {
	for i := range h {
		if view(&h[i]) {
			h[i].Entries = slices.DeleteFunc(slices.Clone(h[i].Entries), entry)
		}
	}
}

// last is a conversation's last place.
func last(h []Event, conv string) (seq uint64) {
	for _, e := range h {
		for _, entry := range e.Entries {
			if e.Verb == Final && e.Conv == conv {
				seq = max(seq, entry.Seq)
			}
		}
	}
	return seq
}

// appendFinal lets a further final page show an entry above the last.
func appendFinal(h []Event, conv string, e Entry) []Event {
	e.Seq += last(h, conv)
	return request(h, Event{User: "a", Verb: Final, Conv: conv, After: e.Seq - 1}, Event{Entries: []Entry{e}})
}

// request adds an operation at the end.
func request(h []Event, ask, answer Event) []Event {
	ask.Op, ask.Phase, ask.At = 1_000_000+uint64(len(h)), Invoke, h[len(h)-1].At+10
	e := ask
	e.Phase, e.At, e.Seq, e.ID, e.Entries = OK, ask.At+10, answer.Seq, answer.ID, answer.Entries
	return append(h, ask, e)
}

// insert puts an event among the others by its time.
func insert(h []Event, e Event) []Event {
	i := slices.IndexFunc(h, func(o Event) bool { return o.At > e.At })
	return slices.Insert(h, i, e)
}
