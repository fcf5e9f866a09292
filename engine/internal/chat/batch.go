package chat

import (
	"context"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// SendBatch stores messages of any users together: one group commit, as far as a
// batch of the log holds them. Each has its own outcome, in order. If ctx ends
// first, whether they are stored is unknown.
func (s *Service) SendBatch(ctx context.Context, out []Outgoing) ([]Outcome, error) {
	outcomes := make([]Outcome, len(out))
	answered := make(chan struct{}, len(out))
	sends := make([]sequencer.Send, 0, len(out))
	for i := range out {
		m, refused := s.outgoing(&out[i])
		if refused != nil {
			outcomes[i].Err = refused
			continue
		}
		o := &outcomes[i]
		m.Done = func(r sequencer.Result) {
			if r.Err != nil {
				o.Err = s.Refusal(r.Err)
			} else {
				o.Sent = Sent{ID: r.ID, ConvID: r.ConvID, Seq: r.Seq, Time: r.Time}
			}
			answered <- struct{}{}
		}
		sends = append(sends, m)
	}
	if len(sends) == 0 {
		return outcomes, nil
	}
	if err := s.seq.Submit(time.Now(), sends); err != nil {
		s.busy(err)
		return nil, s.Refusal(err)
	}
	for range sends {
		select {
		case <-answered:
		case <-ctx.Done():
			return nil, s.Refusal(ctx.Err())
		}
	}
	return outcomes, nil
}

func (s *Service) outgoing(o *Outgoing) (m sequencer.Send, refused *wire.Error) {
	r := wire.Request{
		Verb: wire.VerbSend, CID: o.CID, To: o.To, GroupID: o.GroupID, ConvID: o.ConvID,
		Content: o.Content, ContentType: o.ContentType,
	}
	if !wire.ValidID(o.From) {
		return m, errFrom
	}
	if refused = r.Check(); refused != nil {
		return m, refused
	}
	a := arena{buf: make([]byte, 0, len(o.Content)+len(o.CID)+len(o.ContentType)+2*maxConvID)}
	if refused = prepare(&m, o.From, &r, &a); refused != nil {
		return m, refused
	}
	if o.Time != 0 || o.System {
		m.More = &sequencer.More{Time: o.Time, System: o.System}
	}
	return m, nil
}

var errFrom = wire.NewError(wire.ReasonBadRequest, "from must be a user id: 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")
