package client

import "gannet/codec/wire"

// entry is one entry of a conversation's log on its way to Receive: a message or
// an event. Without a seq it is the notice that the conversation is gone.
type entry struct {
	conv  string
	seq   uint64
	chat  *Chat
	event *Event
}

// logTypes are the types of messages that are entries of a log.
var logTypes = map[string]bool{
	"chat": true, wire.EventGroup: true, wire.EventRecall: true, wire.EventEdit: true, wire.EventReaction: true,
	wire.EventSession: true,
}

// entry returns r, whose type is one of logTypes, as an entry of its conversation's
// log. What has no place there has seq 0.
func (r *reply) entry() entry {
	switch r.Type {
	case "chat":
		return entry{conv: r.ConvID, seq: r.Seq, chat: r.message()}
	case wire.EventGroup:
		return entry{conv: r.ConvID, seq: r.Seq, event: &Event{Kind: GroupChanged, Group: r.groupEvent()}}
	case wire.EventSession:
		return entry{conv: r.ConvID, seq: r.Seq, event: &Event{Kind: SessionChanged, Session: r.sessionEvent()}}
	}
	return entry{conv: r.ConvID, seq: r.EventSeq, event: r.changed()}
}

func (r *reply) groupEvent() *GroupEvent {
	users := r.UserIDs
	if r.UserID != "" {
		users = append([]string{r.UserID}, users...)
	}
	return &GroupEvent{
		Event: r.Event, GroupID: r.GroupID, ConvID: r.ConvID, ID: r.ID, Seq: r.Seq,
		Users: users, By: r.By, Time: r.Time, Raw: r.raw,
	}
}

// changed returns an event about a message.
func (r *reply) changed() *Event {
	what := Change{ConvID: r.ConvID, ID: r.ID, Seq: r.Seq, From: r.From, EventSeq: r.EventSeq, Time: r.Time}
	switch r.Type {
	case wire.EventRecall:
		return &Event{Kind: MessageRecalled, Recall: &Recall{what}}
	case wire.EventEdit:
		return &Event{Kind: MessageEdited, Edit: &Edit{what, r.Content, r.ContentType}}
	}
	return &Event{Kind: ReactionChanged, Reaction: &Reaction{what, r.Emoji, r.Op == wire.ReactionRemove}}
}

// notice returns an event that is in no log.
func (r *reply) notice() Event {
	switch r.Type {
	case "read":
		return Event{Kind: MessagesRead, Read: &Read{
			ConvID: r.ConvID, User: r.UserID, Seq: r.Seq, IDs: numbers(r.IDs), Time: r.Time,
		}}
	case "typing":
		return Event{Kind: UserTyping, Typing: &Typing{ConvID: r.ConvID, From: r.From}}
	case "conversation":
		return Event{Kind: ConversationChanged, Settings: &Settings{
			ConvID: r.ConvID, Pinned: r.Pinned, Muted: r.Muted, Hidden: r.Hidden, ClearedSeq: r.ClearedSeq,
		}}
	}
	return Event{Kind: PresenceChanged, Presence: r.presence()}
}
