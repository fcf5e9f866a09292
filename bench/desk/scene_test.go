package desk

import (
	"strconv"
	"strings"
)

// stepTime is the time between two lines of a log, in milliseconds.
const stepTime = 1000

// history is what a simulation would have seen of the scene. Line i of the log has
// the id 10*i.
func (s scene) history() *history {
	h := &history{agents: make(map[string]*agentRecord), skills: map[string]skillGroup{}, claims: make(map[claim]bool)}
	for _, text := range s.agents {
		w := strings.Fields(text)
		n, _ := strconv.Atoi(w[1])
		a := &agentRecord{user: w[0], capacity: n, skills: strings.Split(w[2], ","), sessions: s.open[w[0]]}
		a.here, a.duty = []span{{from: 1}}, []span{{from: 1}}
		h.agents[a.user] = a
	}
	for _, user := range s.away {
		h.agents[user].here, h.agents[user].duty = nil, nil
	}
	byID := make(map[string]*sessionRecord)
	for i, text := range s.sessions {
		w := strings.Fields(text)
		n, _ := strconv.Atoi(w[3])
		r := &sessionRecord{ID: w[0], Visitor: w[1], Skill: strings.Trim(w[2], "-"), Priority: n}
		r.ending(strings.Fields(s.ends[i])[1:])
		byID[r.ID] = r
		h.sessions = append(h.sessions, r)
	}
	for i, text := range s.log {
		w := strings.Fields(text)
		r := byID[w[0]]
		if r == nil { // a session that a change adds
			r = &sessionRecord{ID: w[0], Visitor: "v" + w[0], State: stateAssigned, Agent: "ann"}
			byID[r.ID] = r
			h.sessions = append(h.sessions, r)
		}
		r.Entries = append(r.Entries, lineEntry(uint64(10*(i+1)), uint64(len(r.Entries)+1), w[1:]))
	}
	first := h.sessions[0].Entries
	if s.swap {
		first[0], first[1] = first[1], first[0]
	}
	if s.gap {
		for i := range first[1:] {
			first[1+i].Seq++
		}
	}
	for _, text := range s.claims {
		w := strings.Fields(text)
		h.claims[claim{w[0], w[1]}] = true
	}
	s.told(h, byID)
	return h
}

// lineEntry is an entry of "<event> <whom or why>", or "says <user> <text>".
func lineEntry(id, seq uint64, words []string) entry {
	e := entry{ID: id, Seq: seq, Time: int64(id) / 10 * stepTime, Event: words[0], From: "system"}
	switch {
	case e.Event == "says":
		e.Event, e.From, e.Text = "", words[1], words[2]
	case e.Event == eventClosed:
		e.Reason = words[1]
	case e.Event == eventJoined:
		e.User = words[1]
	case len(words) > 2:
		e.Agent, e.Reason = words[1], words[2]
	case len(words) > 1:
		e.Agent = words[1]
	}
	return e
}

// ending sets how a session is in the end.
func (r *sessionRecord) ending(words []string) {
	r.State = words[0]
	if len(words) == 1 {
		return
	}
	switch r.State {
	case stateQueued:
		r.Position, _ = strconv.Atoi(words[1])
	case stateClosed:
		r.Reason = words[1]
	default:
		r.Agent = words[1]
	}
}

// told adds what clients were told.
func (s scene) told(h *history, byID map[string]*sessionRecord) {
	for _, text := range s.sent {
		w := strings.Fields(text)
		n, _ := strconv.Atoi(w[0])
		m := sentMessage{session: w[1], from: w[2], id: uint64(10 * n), text: w[3]}
		for _, e := range byID[w[1]].Entries {
			if e.ID == m.id {
				m.seq = e.Seq
			}
		}
		h.sent = append(h.sent, m)
	}
	for _, text := range s.visits {
		w := strings.Fields(text)
		h.visits = append(h.visits, visit{w[0], strings.Trim(w[1], "-"), strings.Join(w[2:], " ")})
	}
}
