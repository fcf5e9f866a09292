package checker

import (
	"slices"

	"pgregory.net/rapid"
)

func loseAnswered(t *rapid.T, h []Event) []Event {
	e := pick(t, h, func(e *Event) bool { return isAnswer(e, Send) })
	if e == nil {
		return nil
	}
	conv, seq := e.Conv, e.Seq
	cutAll(h, func(e *Event) bool { return e.Verb == Final && e.Conv == conv }, func(e Entry) bool { return e.Seq == seq })
	return h
}

func double(t *rapid.T, h []Event) []Event {
	e := pick(t, h, func(e *Event) bool { return isAnswer(e, Send) })
	if e == nil {
		return nil
	}
	return appendFinal(h, e.Conv, Entry{Seq: 1, ID: "double", From: e.User, Content: e.Content})
}

func answerTwice(t *rapid.T, h []Event) []Event {
	e := pick(t, h, func(e *Event) bool { return isAnswer(e, Send) })
	if e == nil {
		return nil
	}
	return request(h, *e, Event{Seq: e.Seq + 1, ID: e.ID})
}

func takeConflict(t *rapid.T, h []Event) []Event {
	e := pick(t, h, func(e *Event) bool { return isAnswer(e, Send) })
	if e == nil {
		return nil
	}
	other := *e
	other.Content = "other"
	return request(h, other, *e)
}

func skipPlace(t *rapid.T, h []Event) []Event {
	return appendFinal(h, "group_g", Entry{Seq: uint64(rapid.IntRange(2, 9).Draw(t, "skip")), ID: "far", Event: true})
}

func leaveOut(t *rapid.T, h []Event) []Event {
	e := pick(t, h, func(e *Event) bool { return isAnswer(e, History, Sync, Final) && len(e.Entries) > 2 && e.User != guest })
	if e == nil {
		return nil
	}
	i := rapid.IntRange(1, len(e.Entries)-2).Draw(t, "entry")
	conv, seq, others := e.Conv, e.Entries[i].Seq, 0
	for _, o := range h {
		if o.Verb == Final && o.Conv == conv && slices.ContainsFunc(o.Entries, func(e Entry) bool { return e.Seq == seq }) {
			others++
		}
	}
	if others < 2 {
		return nil // it is gone altogether
	}
	e.Entries = slices.Delete(slices.Clone(e.Entries), i, i+1)
	return h
}

// dropPush takes the pushes of a message to a connection away, where others of the
// conversation come before and after them.
func dropPush(t *rapid.T, h []Event) []Event {
	syncs := make(map[uint64]bool)
	var left bool
	for _, e := range h {
		syncs[e.Conn] = syncs[e.Conn] || e.Verb == Sync
		left = left || e.Verb == Leave
	}
	on := func(o, e *Event) bool { return o.Phase == Push && o.Conn == e.Conn && o.Conv == e.Conv }
	e := pick(t, h, func(e *Event) bool {
		if e.Phase != Push || e.User == guest || syncs[e.Conn] || e.Entries[0].Event || e.Entries[0].From == e.User {
			return false
		}
		seq := e.Entries[0].Seq
		lower := slices.ContainsFunc(h, func(o Event) bool { return on(&o, e) && o.Entries[0].Seq < seq })
		return lower && slices.ContainsFunc(h, func(o Event) bool { return on(&o, e) && o.Entries[0].Seq > seq })
	})
	if e == nil {
		return nil
	}
	dropped := *e
	return slices.DeleteFunc(h, func(o Event) bool { return on(&o, &dropped) && o.Entries[0].Seq == dropped.Entries[0].Seq })
}

func otherID(t *rapid.T, h []Event) []Event {
	e := pick(t, h, func(e *Event) bool { return e.Phase == Push || isAnswer(e, History, Sync) && len(e.Entries) > 0 })
	if e == nil {
		return nil
	}
	e.Entries = slices.Clone(e.Entries)
	e.Entries[rapid.IntRange(0, len(e.Entries)-1).Draw(t, "entry")].ID = "another"
	return h
}

func turnPage(t *rapid.T, h []Event) []Event {
	e := pick(t, h, func(e *Event) bool { return isAnswer(e, History, Sync, Final) && len(e.Entries) > 1 })
	if e == nil {
		return nil
	}
	e.Entries = slices.Clone(e.Entries)
	slices.Reverse(e.Entries)
	return h
}

// swapPlaces gives two messages each other's place, everywhere. The second was
// begun when the first had been answered.
func swapPlaces(t *rapid.T, h []Event) []Event {
	a := pick(t, h, func(e *Event) bool { return isAnswer(e, Send) })
	if a == nil {
		return nil
	}
	b := pick(t, h, func(e *Event) bool {
		first := slices.IndexFunc(h, func(o Event) bool { return o.Verb == Send && o.User == e.User && o.CID == e.CID })
		return isAnswer(e, Send) && e.Conv == a.Conv && h[first].At > a.At
	})
	if b == nil {
		return nil
	}
	conv, swapped := a.Conv, map[uint64]uint64{a.Seq: b.Seq, b.Seq: a.Seq}
	for i := range h {
		e := &h[i]
		if to := swapped[e.Seq]; to > 0 && e.Conv == conv && (e.Verb == Send || e.Verb == Recall) {
			e.Seq = to
		}
		if e.Conv == conv {
			e.Entries = slices.Clone(e.Entries)
			for j := range e.Entries {
				if to := swapped[e.Entries[j].Seq]; to > 0 {
					e.Entries[j].Seq = to
				}
			}
			slices.SortFunc(e.Entries, func(a, b Entry) int { return int(a.Seq) - int(b.Seq) })
		}
	}
	return h
}

func pushUnkept(t *rapid.T, h []Event) []Event {
	conv := rapid.SampledFrom([]string{"single_a:b", "group_g"}).Draw(t, "conv")
	return append(h, Event{
		At: h[len(h)-1].At, User: "b", Conn: 999, Phase: Push, Verb: Deliver, Conv: conv,
		Entries: []Entry{{Seq: last(h, conv) + 1, ID: "unkept", From: "a", Content: "x"}},
	})
}

func acceptRefused(t *rapid.T, h []Event) []Event {
	e := pick(t, h, func(e *Event) bool {
		tried := func(o Event) bool { return o.Phase == Unknown && o.CID == e.CID }
		return e.Verb == Send && e.Phase == Fail && !slices.ContainsFunc(h, tried)
	})
	if e == nil {
		return nil
	}
	return appendFinal(h, e.Conv, Entry{Seq: 1, ID: "refused", From: e.User, Content: e.Content})
}
