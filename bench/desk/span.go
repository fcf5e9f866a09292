package desk

// A span is a time in which something certainly was so, in Unix milliseconds.
type span struct {
	from int64
	to   int64 // 0: it is still so
}

// spanSlack is by how much earlier than a change an event must be to be certainly
// before it, in milliseconds: its time is that at which the batch began that it is
// in, and the change may come in during that batch.
const spanSlack = 250

// holds reports whether what happened at a time certainly was within the span.
func (s span) holds(at int64) bool {
	return at > s.from && (s.to == 0 || at < s.to-spanSlack)
}

// within reports whether what happened at a time certainly was in one of the spans.
func within(spans []span, at int64) bool {
	for _, s := range spans {
		if s.holds(at) {
			return true
		}
	}
	return false
}

// begin opens a span, unless one is open.
func begin(spans []span, now int64) []span {
	if n := len(spans); n > 0 && spans[n-1].to == 0 {
		return spans
	}
	return append(spans, span{from: now})
}

// end closes the span that is open.
func end(spans []span, now int64) {
	if n := len(spans); n > 0 && spans[n-1].to == 0 {
		spans[n-1].to = max(now, 1)
	}
}
