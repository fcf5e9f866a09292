package terminal

import (
	"cmp"
	"slices"

	"gannet/codec/client"
)

// view is how far a conversation has been shown. Every entry is shown once, in the
// order of the log: what comes behind a gap waits until the gap is filled.
type view struct {
	shown    uint64 // all up to here was shown, from the page on with which it began
	oldest   uint64 // the first entry that was shown; 0 where there is none
	more     bool   // there are older ones
	loaded   bool   // the first page has come
	held     []item // what came and can't be shown yet, by rising place
	fetching bool   // a page is on its way
	messages map[uint64]*client.Chat
}

func newView() *view { return &view{messages: make(map[uint64]*client.Chat)} }

// offer takes in an entry, and returns what can be shown now.
func (v *view) offer(it item) []item {
	if it.place <= v.shown {
		return nil
	}
	at, found := slices.BinarySearchFunc(v.held, it.place, func(h item, place uint64) int { return cmp.Compare(h.place, place) })
	if !found {
		v.held = slices.Insert(v.held, at, it)
	}
	return v.due()
}

// due takes out what follows what was shown without a gap.
func (v *view) due() (list []item) {
	for v.loaded && len(v.held) > 0 && v.held[0].place <= v.shown+1 {
		list = v.show(list, v.held[0])
		v.held = v.held[1:]
	}
	return list
}

func (v *view) show(list []item, it item) []item {
	if it.place <= v.shown {
		return list
	}
	v.shown = it.place
	v.note(it)
	return append(list, it)
}

// note keeps a message for commands about it, and the state that events give it.
func (v *view) note(it item) {
	if v.oldest == 0 || it.place < v.oldest {
		v.oldest = it.place
	}
	if it.chat != nil {
		v.messages[it.place] = it.chat
		return
	}
	switch e := it.event; {
	case e.Edit != nil && v.messages[e.Edit.Seq] != nil && len(e.Edit.Content) > 0:
		m := v.messages[e.Edit.Seq]
		m.Content, m.ContentType, m.Edited = e.Edit.Content, e.Edit.ContentType, true
	case e.Recall != nil && v.messages[e.Recall.Seq] != nil:
		v.messages[e.Recall.Seq].Recalled = true
	}
}

// gap reports whether something waits for what didn't come.
func (v *view) gap() bool { return v.loaded && len(v.held) > 0 }

// newest is the last place that waits.
func (v *view) newest() uint64 {
	if len(v.held) == 0 {
		return v.shown
	}
	return v.held[len(v.held)-1].place
}

// begin takes in the first page and returns what is to be shown of it.
func (v *view) begin(page []item, more bool) (list []item) {
	v.loaded, v.more = true, more
	for _, it := range page {
		list = v.show(list, it)
	}
	if len(page) == 0 && len(v.held) > 0 {
		v.shown = v.held[0].place - 1
	}
	return append(list, v.due()...)
}

// fill takes in all that the log has behind what was shown. What waits up to the
// place upto, which was the last when the log was asked, is shown whatever is
// missing: that isn't for this user.
func (v *view) fill(page []item, upto uint64) (list []item) {
	for _, it := range page {
		list = append(list, v.offer(it)...)
		upto = max(upto, it.place)
	}
	for len(v.held) > 0 && v.held[0].place <= upto {
		list = v.show(list, v.held[0])
		v.held = v.held[1:]
	}
	return append(list, v.due()...)
}

// prepend takes in an older page.
func (v *view) prepend(page []item, more bool) {
	v.more = more
	for _, it := range page {
		if it.chat != nil {
			v.messages[it.place] = it.chat
		}
		if it.place < v.oldest || v.oldest == 0 {
			v.oldest = it.place
		}
	}
}
