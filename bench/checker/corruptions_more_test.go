package checker

import (
	"slices"

	"pgregory.net/rapid"
)

// cutPage takes the newest entries out of a page, one of which had been answered
// before it was asked for.
func cutPage(t *rapid.T, h []Event) []Event {
	e := pickPage(t, h)
	if e == nil {
		return nil
	}
	top := known(h, e)
	first := slices.IndexFunc(e.Entries, func(o Entry) bool { return o.Seq == top })
	if first < 0 || e.HasMore && (e.Verb != History || first == 0) {
		return nil
	}
	e.Entries = e.Entries[:first]
	return h
}

func emptyPage(t *rapid.T, h []Event) []Event {
	e := pickPage(t, h)
	if e == nil || e.HasMore || len(e.Entries) == 0 || e.Entries[0].Seq > known(h, e) {
		return nil
	}
	e.Entries = nil
	return h
}

// pickPage chooses a page of somebody who never leaves.
func pickPage(t *rapid.T, h []Event) *Event {
	return pick(t, h, func(e *Event) bool { return isAnswer(e, History, Sync) && e.User != guest && known(h, e) > 0 })
}

// known is the highest place that was answered before a page was asked for.
func known(h []Event, page *Event) (seq uint64) {
	begun := h[invokeOf(h, page)].At
	for _, e := range h {
		if isAnswer(&e, Send) && e.Conv == page.Conv && e.At < begun {
			seq = max(seq, e.Seq)
		}
	}
	return seq
}

func showRecalled(t *rapid.T, h []Event) []Event {
	e := pick(t, h, func(e *Event) bool { return isAnswer(e, Recall) })
	if e == nil {
		return nil
	}
	send := slices.IndexFunc(h, func(o Event) bool { return isAnswer(&o, Send) && o.Conv == e.Conv && o.Seq == h[invokeOf(h, e)].Seq })
	if send < 0 {
		return nil
	}
	for i := range h {
		for j, entry := range h[i].Entries {
			if h[i].Verb == Final && h[i].Conv == e.Conv && entry.Seq == h[send].Seq {
				h[i].Entries = slices.Clone(h[i].Entries)
				h[i].Entries[j].Content, h[i].Entries[j].Recalled = h[send].Content, rapid.Bool().Draw(t, "recalled")
			}
		}
	}
	return h
}

// pushToLeft pushes the guest a message that was begun after a leave, when
// nothing had been begun that may let the guest in.
func pushToLeft(t *rapid.T, h []Event) []Event {
	leave := pick(t, h, func(e *Event) bool { return isAnswer(e, Leave) })
	if leave == nil {
		return nil
	}
	begun, answered := h[invokeOf(h, leave)].At, leave.At
	lets := func(e *Event) bool { return e.Verb == Join || e.Verb == Send && e.User == guest }
	again := int64(never)
	for i := range h {
		if e := &h[i]; e.Phase == Invoke && lets(e) {
			end := slices.IndexFunc(h, func(o Event) bool { return o.Op == e.Op && (o.Phase == OK || o.Phase == Fail) })
			if end < 0 && e.At < begun || end >= 0 && e.At < begun && h[end].At > begun {
				return nil
			}
			if e.At > begun {
				again = min(again, e.At)
			}
		}
	}
	send := pick(t, h, func(e *Event) bool {
		if !isAnswer(e, Send) || e.Conv != "group_g" || e.At > again {
			return false
		}
		first := slices.IndexFunc(h, func(o Event) bool { return o.Verb == Send && o.User == e.User && o.CID == e.CID })
		return h[first].At > answered
	})
	if send == nil {
		return nil
	}
	return insert(h, Event{
		At: send.At - 1, User: guest, Conn: 999, Phase: Push, Verb: Deliver, Conv: "group_g",
		Entries: []Entry{{Seq: send.Seq, ID: send.ID, From: send.User, Content: send.Content}},
	})
}

func cursorBack(t *rapid.T, h []Event) []Event {
	user := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "user")
	h = request(h, Event{User: user, Verb: Read, Conv: "group_g", Seq: 1}, Event{Seq: 1})
	return request(h, Event{User: user, Verb: Read, Conv: "group_g"}, Event{Seq: 0})
}

func cursorBeyond(t *rapid.T, h []Event) []Event {
	far := uint64(rapid.IntRange(1, 9).Draw(t, "far"))
	return request(h, Event{User: "a", Verb: Read, Conv: "group_g"}, Event{Seq: last(h, "group_g") + far})
}

// showing chooses a view with a message whose content is there.
func showing(t *rapid.T, h []Event) (*Event, int) {
	whole := func(e Entry) bool { return !e.Event && !e.Recalled }
	e := pick(t, h, func(e *Event) bool { return slices.ContainsFunc(e.Entries, whole) })
	if e == nil {
		return nil, 0
	}
	e.Entries = slices.Clone(e.Entries)
	return e, slices.IndexFunc(e.Entries, whole)
}

func changeContent(t *rapid.T, h []Event) []Event {
	e, i := showing(t, h)
	if e == nil {
		return nil
	}
	if rapid.Bool().Draw(t, "sender") {
		e.Entries[i].From = "nobody"
	} else {
		e.Entries[i].Content += "!"
	}
	return h
}

func blank(t *rapid.T, h []Event) []Event {
	e, i := showing(t, h)
	if e == nil {
		return nil
	}
	seq := e.Entries[i].Seq
	asked := func(o Event) bool { return o.Verb == Recall && o.Phase == Invoke && o.Conv == e.Conv && o.Seq == seq }
	if slices.ContainsFunc(h, asked) {
		return nil
	}
	e.Entries[i].Content, e.Entries[i].Recalled = "", true
	return h
}

func makeUp(_ *rapid.T, h []Event) []Event {
	return appendFinal(h, "group_g", Entry{Seq: 1, ID: "made up", From: "a", Content: "nobody said this"})
}

func endTwice(t *rapid.T, h []Event) []Event {
	e := pick(t, h, func(e *Event) bool { return e.Phase == OK })
	return append(h, *e)
}

func noFinal(_ *rapid.T, h []Event) []Event {
	h = slices.DeleteFunc(h, func(e Event) bool { return e.Verb == Final && e.Conv == "group_g" })
	if !slices.ContainsFunc(h, func(e Event) bool { return e.Conv == "group_g" && (e.Verb == Send || e.Verb == Deliver) }) {
		return nil
	}
	return h
}

func endEarly(t *rapid.T, h []Event) []Event {
	e := pick(t, h, func(e *Event) bool { return e.Phase == OK })
	e.At = h[invokeOf(h, e)].At - 1
	return h
}

func answerNothing(t *rapid.T, h []Event) []Event {
	e := pick(t, h, func(e *Event) bool { return e.Phase == OK })
	i := invokeOf(h, e)
	return slices.Delete(h, i, i+1)
}
