package chat

import (
	"strings"

	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
)

// hand gives a command to the log's writer: [sequencer.Sequencer.Go] or GoAnyway.
type hand func(do func(*sequencer.Tx) error, done func(error)) error

// command has the log's writer carry something out for a client, which is
// answered when it is on disk.
func (s *Service) command(ss *Session, cid string, over hand, do func(*sequencer.Tx) error) *wire.Error {
	id, cid := ss.conn.ID(), strings.Clone(cid)
	if err := over(do, func(err error) { s.answer(id, cid, err) }); err != nil {
		return s.Refusal(err)
	}
	return nil
}

// answer tells a connection, on its loop, that its request is done or why not.
func (s *Service) answer(id delivery.Conn, cid string, err error) {
	s.loops.Do(id, func(ss *Session) {
		if err != nil {
			ss.refuse(cid, s.Refusal(err))
			return
		}
		ss.conn.Send(frame(func(b []byte) []byte { return wire.AppendOK(b, cid) }))
	})
}

// done is the answer to a command over HTTP.
func (s *Service) done(err error) error {
	if err != nil {
		return s.Refusal(err)
	}
	return nil
}
