package chat

import (
	"context"
	"slices"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// The roles of logins that mean something here. A visitor may use nothing but the
// conversations of their service sessions: see [VisitorMay].
const (
	RoleVisitor    = "visitor"
	RoleAgent      = "agent"
	RoleSupervisor = "supervisor"
)

// VisitorPrefix begins the user ids of visitors. Nobody writes to them but in
// their sessions, and they are in no group.
const VisitorPrefix = "visitor_"

// loginRole is one of them, as an index of roles.
type loginRole uint8

var roles = [...]string{"", RoleVisitor, RoleAgent, RoleSupervisor}

func roleOf(word string) loginRole { return loginRole(max(0, slices.Index(roles[:], word))) }

func (r loginRole) String() string { return roles[r] }

// staff is what the log's writer knows of the role.
func (r loginRole) staff() sequencer.Staff {
	switch roles[r] {
	case RoleAgent:
		return sequencer.StaffAgent
	case RoleSupervisor:
		return sequencer.StaffSupervisor
	}
	return sequencer.StaffNone
}

// VisitorMay says why a visitor may not make a request: it needs a conv_id of a
// service session, or is about no other conversation anyway. It doesn't look
// whether the session is theirs, nor what the ids of messages in the request stand
// for: [Service.VisitorMay] does.
func VisitorMay(r *wire.Request) *wire.Error {
	switch r.Verb {
	case wire.VerbPing, wire.VerbAuth, wire.VerbConversations:
		return nil
	case wire.VerbSend, wire.VerbHistory, wire.VerbTyping:
		return visitorsPlace(r.ConvID)
	case wire.VerbAck, wire.VerbRead:
		if len(r.IDs) > 0 && r.ConvID == "" {
			return nil
		}
		return visitorsPlace(r.ConvID)
	case wire.VerbRecall, wire.VerbEdit, wire.VerbReact:
		return nil
	case wire.VerbSync:
		for i := range r.Cursors {
			if err := visitorsPlace(r.Cursors[i].ConvID); err != nil {
				return err
			}
		}
		return nil
	}
	return errVisitor
}

// visitorsPlace wants the conversation of a service session.
func visitorsPlace(convID string) *wire.Error {
	if conv, ok := wire.ParseConvID(convID); !ok || conv.Kind != wire.Service {
		return errVisitor
	}
	return nil
}

// VisitorMay is the function of this name for a request over HTTP, which is
// carried out when it returned nil: the messages that the request names have to be
// of service sessions, too. It reads storage.
func (s *Service) VisitorMay(r *wire.Request) error {
	if err := VisitorMay(r); err != nil {
		return err
	}
	ids := r.IDs
	if r.ID != 0 {
		ids = []uint64{r.ID}
	}
	for _, id := range ids {
		if err := s.inSession(id); err != nil {
			return s.Refusal(err)
		}
	}
	return nil
}

// inSession refuses the id of a message of another conversation than that of a
// service session as it refuses one that stands for nothing.
func (s *Service) inSession(id uint64) error {
	at, ok, err := s.db.Place(id)
	if err != nil {
		return err
	}
	if !ok {
		return errNoMessage
	}
	conv, ok, err := s.db.ConversationByNum(at.Conv)
	if err == nil && (!ok || sequencer.Kind(conv.Kind) != sequencer.Service) {
		err = errNoMessage
	}
	return err
}

// about is a command about a message, which for a visitor has to be one of a
// service session.
func (ss *Session) about(id uint64, do func(*sequencer.Tx) error) func(*sequencer.Tx) error {
	if !ss.visitor() {
		return do
	}
	return func(tx *sequencer.Tx) error {
		if err := ss.svc.inSession(id); err != nil {
			return err
		}
		return do(tx)
	}
}

// visitor reports whether the session may use nothing but service conversations.
func (ss *Session) visitor() bool { return roles[ss.role] == RoleVisitor }

// VisitorConversations is Conversations with the service conversations alone.
func (s *Service) VisitorConversations(_ context.Context, user string, limit int, cursor string, dst []byte) ([]byte, error) {
	return s.waitForList(user, true, limit, cursor, dst)
}
