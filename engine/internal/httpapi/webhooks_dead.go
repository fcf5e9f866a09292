package httpapi

import (
	"math"
	"strconv"

	"gannet/codec/wire"
	"gannet/engine/internal/webhook"
)

type deadLetterView struct {
	Number  uint64 `json:"number"`
	EntryID string `json:"entry_id,omitempty" doc:"of the log, which its events are named after"`
	UserID  string `json:"user_id,omitempty" doc:"of a change of presence"`
	Type    string `json:"type" doc:"of its first event"`
	Reason  string `json:"reason" doc:"why it wasn't taken"`
	FirstAt int64  `json:"first_at" doc:"when it was tried for the first time"`
	At      int64  `json:"at" doc:"when it was given up"`
	Again   bool   `json:"again" doc:"it is to be sent again"`
}

func viewDead(w *webhook.DeadLetter) deadLetterView {
	v := deadLetterView{
		Number: w.Number, UserID: w.Change.User, Type: w.Type, Reason: w.Reason, FirstAt: w.FirstAt, At: w.At, Again: w.Again,
	}
	if w.Entry != 0 {
		v.EntryID = strconv.FormatUint(w.Entry, 10)
	}
	return v
}

type deadLettersView struct {
	Dead []deadLetterView `json:"dead"`
	Next uint64           `json:"next,omitempty" doc:"where the list goes on: the after of the next page"`
}

// The page size of the list of dead letters.
const (
	usualDead = 100
	mostDead  = 1000
)

func listDead(s *Server, x *exchange) *wire.Error {
	after, refused := x.query.number("after", math.MaxInt64)
	if refused != nil {
		return refused
	}
	limit, refused := x.query.number("limit", mostDead)
	if refused != nil {
		return refused
	}
	if limit == 0 {
		limit = usualDead
	}
	list, err := s.webhooks.Dead(x.r.Context(), x.r.PathValue("name"), after, int(limit))
	if err != nil {
		return s.refusal(x, err)
	}
	v := deadLettersView{Dead: views(list, viewDead)}
	if len(list) == int(limit) {
		v.Next = list[len(list)-1].Number
	}
	return s.put(x, v)
}

type replayBody struct {
	From uint64 `json:"from,omitempty" doc:"number of the first; left out: all from the beginning"`
	To   uint64 `json:"to,omitempty" doc:"number of the last; left out: all to the end"`
}

type replayView struct {
	Again int `json:"again" doc:"letters that are sent again soon"`
}

func replayDead(s *Server, x *exchange) *wire.Error {
	var b replayBody
	if err := x.decodeOptional(&b); err != nil {
		return err
	}
	n, err := s.webhooks.Replay(x.r.Context(), x.r.PathValue("name"), b.From, b.To)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, replayView{Again: n})
}

type discardView struct {
	Removed int `json:"removed"`
}

func discardDead(s *Server, x *exchange) *wire.Error {
	from, refused := x.query.number("from", math.MaxInt64)
	if refused != nil {
		return refused
	}
	to, refused := x.query.number("to", math.MaxInt64)
	if refused != nil {
		return refused
	}
	n, err := s.webhooks.Discard(x.r.Context(), x.r.PathValue("name"), from, to)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, discardView{Removed: n})
}
