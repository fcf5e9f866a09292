package terminal

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gannet/codec/client"
)

func message(seq uint64) item {
	m := &client.Chat{}
	m.Seq = seq
	return item{place: seq, chat: m}
}

// log is what a server has of a conversation, but for the places that this user
// can't see.
type log struct {
	last   uint64
	hidden map[uint64]bool
}

// after is what a request for the end of the log brings.
func (l *log) after(from uint64) (page []item) {
	for seq := from + 1; seq <= l.last; seq++ {
		if !l.hidden[seq] {
			page = append(page, message(seq))
		}
	}
	return page
}

// However entries, answers and pages come in, once all is quiet every entry was
// shown once, by rising places.
func TestViewShowsAllOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := log{hidden: make(map[uint64]bool)}
		v := newView()
		var shown []item
		var pushed []uint64 // on their way
		grow := func() {
			l.last++
			switch rapid.IntRange(0, 9).Draw(t, "kind") {
			case 0:
				l.hidden[l.last] = true
			case 1: // lost with a connection
			default:
				pushed = append(pushed, l.last)
			}
		}
		for range rapid.IntRange(0, 5).Draw(t, "before") {
			grow()
		}
		shown = append(shown, v.begin(l.after(0), false)...)
		var page []item
		var upto uint64
		fetching := false
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"grow", "push", "ask", "answer"}).Draw(t, "step") {
			case "grow":
				grow()
			case "push":
				if len(pushed) > 0 {
					i := rapid.IntRange(0, min(2, len(pushed)-1)).Draw(t, "which")
					shown = append(shown, v.offer(message(pushed[i]))...)
					pushed = slices.Delete(pushed, i, i+1)
				}
			case "ask":
				if !fetching {
					page, upto, fetching = l.after(v.shown), v.newest(), true
				}
			case "answer":
				if fetching {
					shown = append(shown, v.fill(page, upto)...)
					fetching = false
				}
			}
		}
		for _, seq := range pushed {
			shown = append(shown, v.offer(message(seq))...)
		}
		shown = append(shown, v.fill(l.after(v.shown), v.newest())...)
		want := l.after(0)
		if !slices.EqualFunc(shown, want, func(a, b item) bool { return a.place == b.place }) {
			t.Fatalf("shown %v, the log has %v", places(shown), places(want))
		}
	})
}

func places(list []item) (seqs []uint64) {
	for _, it := range list {
		seqs = append(seqs, it.place)
	}
	return seqs
}
