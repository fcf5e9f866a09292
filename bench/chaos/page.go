package chaos

import "gannet/bench/checker"

// page is a request for a page of a history.
type page struct {
	conv   *conversation
	before uint64 // 0: the newest
	limit  int
}

// answer is what the checker is told of a page. To somebody who has come into a
// group the log begins where it is shown to begin.
func (p page) answer(w *world, user string, shown []message, hasMore bool) checker.Event {
	e := checker.Event{Entries: entries(shown), HasMore: hasMore}
	if hasMore && len(shown) < p.limit {
		w.rec.find(kindShortPage, p.conv.id, "%s asked for %d entries before %d and got %d, with more behind them",
			user, p.limit, p.before, len(shown))
	}
	if len(shown) > 0 && !p.conv.sees(user) {
		e.After = e.Entries[0].Seq - 1
	}
	return e
}
