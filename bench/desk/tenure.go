package desk

import "time"

// A tenure is a time for which an agent had a session, in Unix milliseconds.
type tenure struct {
	session, agent string
	span
}

// A denial is what an agent was told about a session that is not its own.
type denial struct {
	session, agent, refusal string
	from, to                int64 // between the request and the answer, Unix ms
}

// lateSlack is how much later than it should a busy machine may do something.
const lateSlack = 2 * time.Second

// keptAtMost is how long an agent who is away may have a session, in milliseconds.
const keptAtMost = int64((graceTime + lateSlack) / time.Millisecond)

// judgeTenures looks for sessions that agents had for long while they were away,
// and that they were kept from while they had them.
func (j *judgement) judgeTenures(h *history, list []tenure) {
	had := make(map[claim][]tenure)
	for _, t := range list {
		had[claim{t.session, t.agent}] = append(had[claim{t.session, t.agent}], t)
		j.judgeKept(h, t)
	}
	for _, a := range h.agents {
		for _, away := range a.away {
			if from, to := h.away(away); to-from > keptAtMost {
				j.absences++
			}
		}
	}
	for _, d := range h.denied {
		for _, t := range had[claim{d.session, d.agent}] {
			if t.holds(d.from) && t.holds(d.to) {
				j.add(kindRefused, d.session, "%s was told %s at %d, and had it from %d to %d", d.agent, d.refusal, d.from, t.from, t.to)
			}
		}
	}
}

// judgeKept: an agent who is away for longer than the grace has the session no more.
func (j *judgement) judgeKept(h *history, t tenure) {
	a := h.agents[t.agent]
	for _, s := range a.away {
		from, to := h.away(s)
		from = max(from, t.from)
		if t.to != 0 {
			to = min(to, t.to)
		}
		if to-from > keptAtMost {
			j.add(kindKept, t.session, "%s had it for %d ms while away", t.agent, to-from)
		}
	}
}

// away is the last part of an absence in which the server was up: a deadline that
// passes while it is down is seen to when it is back.
func (h *history) away(s span) (from, to int64) {
	if from, to = s.from, s.to; to == 0 {
		to = h.ended
	}
	for _, d := range h.downs {
		if d.from < to && d.to > from {
			from = d.to
		}
	}
	return from, to
}
