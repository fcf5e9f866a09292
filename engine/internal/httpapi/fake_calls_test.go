package httpapi

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func (f *fakeChat) SendBatch(_ context.Context, list []chat.Outgoing) ([]chat.Outcome, error) {
	var calls []string
	outcomes := make([]chat.Outcome, len(list))
	for i, m := range list {
		call := fmt.Sprintf("%s>%s%s%s cid=%s %s %s", m.From, m.To, m.GroupID, m.ConvID, m.CID, m.ContentType, m.Content)
		if m.Time != 0 {
			call += fmt.Sprintf(" at %d", m.Time)
		}
		if m.System {
			call += " system"
		}
		calls = append(calls, call)
		outcomes[i].Sent = chat.Sent{ID: uint64(i + 1), ConvID: "single_1:2", Seq: uint64(i + 1), Time: 7}
		switch m.To {
		case "blocker":
			outcomes[i].Err = wire.NewError(wire.ReasonBlocked, "blocked")
		case "slow":
			outcomes[i].Err = wire.RetryError(wire.ReasonBusy, "busy", time.Second)
		case "broken":
			outcomes[i].Err = errDisk
		}
	}
	return outcomes, f.note("batch %s", strings.Join(calls, "; "))
}

func (f *fakeChat) Read(_ context.Context, user string, r *wire.Request) error {
	return f.note("read %s %s %d %v", user, r.ConvID, r.Seq, r.IDs)
}

func (f *fakeChat) Recall(_ context.Context, user string, id uint64) error {
	return f.note("recall %s %d", user, id)
}

func (f *fakeChat) Edit(_ context.Context, user string, r *wire.Request) error {
	return f.note("edit %s %d %s %s", user, r.ID, r.ContentType, r.Content)
}

func (f *fakeChat) React(_ context.Context, user string, r *wire.Request) error {
	return f.note("react %s %d %s %t", user, r.ID, r.Emoji, r.Remove)
}

func (f *fakeChat) Reactions(_ context.Context, user string, id uint64, after string, limit int) ([]chat.Reaction, string, error) {
	list := make([]chat.Reaction, min(limit, f.size))
	for i := range list {
		list[i] = chat.Reaction{User: fmt.Sprintf("u%d", i), Emoji: "👍", At: int64(i)}
	}
	return list, f.next, f.note("reactions %s %d after=%s limit=%d", user, id, after, limit)
}

func (f *fakeChat) Readers(_ context.Context, user, groupID string, seq uint64, after string, limit int) ([]chat.Reader, string, error) {
	list := make([]chat.Reader, min(limit, f.size))
	for i := range list {
		list[i] = chat.Reader{User: fmt.Sprintf("u%d", i), ReadSeq: seq}
	}
	return list, f.next, f.note("readers %s %s %d after=%s limit=%d", user, groupID, seq, after, limit)
}

func (f *fakeChat) Conversations(_ context.Context, user string, limit int, cursor string, dst []byte) ([]byte, error) {
	err := f.note("conversations %s limit=%d after=%s", user, limit, cursor)
	if f.page != nil {
		return append(dst, f.page...), err
	}
	return append(dst, `"conversations":[]`...), err
}

func (f *fakeChat) VisitorConversations(_ context.Context, user string, limit int, cursor string, dst []byte) ([]byte, error) {
	return append(dst, `"conversations":[]`...), f.note("visitor's conversations %s limit=%d after=%s", user, limit, cursor)
}

// VisitorMay lets them do what is about service conversations, or a message.
func (f *fakeChat) VisitorMay(r *wire.Request) error {
	if r.ID == 0 && len(r.IDs) == 0 && !strings.HasPrefix(r.ConvID, "service_") || r.ID == 404 {
		return wire.NewError(wire.ReasonForbidden, "not for visitors")
	}
	return nil
}

func (f *fakeChat) UpdateConversation(_ context.Context, user, convID string, p chat.ConversationPatch) error {
	return f.note("update %s %s pinned=%s muted=%s hidden=%s", user, convID, show(p.Pinned), show(p.Muted), show(p.Hidden))
}

func (f *fakeChat) ClearConversation(_ context.Context, user, convID string, seq uint64) error {
	return f.note("clear %s %s %d", user, convID, seq)
}

// show is the value of a pointer, - for nil.
func show[T any](p *T) string {
	if p == nil {
		return "-"
	}
	return fmt.Sprint(*p)
}

func (f *fakeChat) CreateGroup(_ context.Context, by string, g chat.NewGroup) (chat.Group, error) {
	return f.group(g.ID), f.note("create %s %s %q %v %d %s %t %q", by, g.ID, g.Name, g.Members, g.MaxMembers, g.Join, g.OldHistory, g.Announcement)
}

func (f *fakeChat) Group(_ context.Context, by, id string) (chat.Group, error) {
	return f.group(id), f.note("group %s %s", by, id)
}

func (f *fakeChat) group(id string) chat.Group {
	return chat.Group{ID: id, Name: "a \"b\" <c>", Owner: "1", Members: f.size, MaxMembers: 500, CreatedAt: 7}
}

func (f *fakeChat) UpdateGroup(_ context.Context, by, id string, p chat.GroupPatch) (chat.Group, error) {
	return f.group(id), f.note("update %s %s name=%s announcement=%s max=%s join=%s old=%s muted=%s", by, id,
		show(p.Name), show(p.Announcement), show(p.MaxMembers), show(p.Join), show(p.OldHistory), show(p.Muted))
}

func (f *fakeChat) DissolveGroup(_ context.Context, by, id string) error {
	return f.note("dissolve %s %s", by, id)
}

func (f *fakeChat) TransferGroup(_ context.Context, by, id, to string) error {
	return f.note("transfer %s %s %s", by, id, to)
}

func (f *fakeChat) Members(_ context.Context, by, id, after string, limit int) ([]chat.Member, error) {
	members := make([]chat.Member, min(limit, f.size))
	for i := range members {
		members[i] = chat.Member{User: fmt.Sprintf("u%d", i), Role: chat.Role(i % 3), JoinedAt: int64(i)}
	}
	return members, f.note("members %s %s after=%s limit=%d", by, id, after, limit)
}

func (f *fakeChat) AddMembers(_ context.Context, by, id string, users []string) (chat.Admission, error) {
	return chat.Admission{Group: f.group(id), Joined: users}, f.note("add %s %s %v", by, id, users)
}

func (f *fakeChat) SetMember(_ context.Context, by, id, user string, p chat.MemberPatch) (chat.Member, error) {
	m := chat.Member{User: user, JoinedAt: 7}
	if p.MutedUntil != nil {
		m.MutedUntil = *p.MutedUntil
	}
	return m, f.note("set %s %s %s role=%s muted=%s", by, id, user, show(p.Role), show(p.MutedUntil))
}

func (f *fakeChat) RemoveMember(_ context.Context, by, id, user string) error {
	return f.note("remove %s %s %s", by, id, user)
}

// JoinGroup lets everybody in but into the group "asked".
func (f *fakeChat) JoinGroup(_ context.Context, by, id, text string) (chat.Admission, error) {
	err := f.note("join %s %s %q", by, id, text)
	if id == "asked" {
		return chat.Admission{Requested: []string{by}}, err
	}
	return chat.Admission{Group: f.group(id), Joined: []string{by}}, err
}

func (f *fakeChat) JoinRequests(_ context.Context, by, id, after string, limit int) ([]chat.JoinRequest, error) {
	list := make([]chat.JoinRequest, min(limit, f.size))
	for i := range list {
		list[i] = chat.JoinRequest{User: fmt.Sprintf("u%d", i), By: "1", Text: "hi", At: int64(i)}
	}
	return list, f.note("requests %s %s after=%s limit=%d", by, id, after, limit)
}

func (f *fakeChat) AnswerRequest(_ context.Context, by, id, user string, accept bool) error {
	return f.note("answer %s %s %s %t", by, id, user, accept)
}

func (f *fakeChat) Ban(_ context.Context, by, id, user string) error {
	return f.note("ban %s %s %s", by, id, user)
}

func (f *fakeChat) Unban(_ context.Context, by, id, user string) error {
	return f.note("unban %s %s %s", by, id, user)
}

func (f *fakeChat) Bans(_ context.Context, by, id, after string, limit int) ([]chat.Listed, error) {
	return f.listed(limit), f.note("bans %s %s after=%s limit=%d", by, id, after, limit)
}

func (f *fakeChat) listed(limit int) []chat.Listed {
	list := make([]chat.Listed, min(limit, f.size))
	for i := range list {
		list[i] = chat.Listed{User: fmt.Sprintf("u%d", i), By: "1", At: int64(i)}
	}
	return list
}

func (f *fakeChat) Block(_ context.Context, by, user string) error {
	return f.note("block %s %s", by, user)
}

func (f *fakeChat) Unblock(_ context.Context, by, user string) error {
	return f.note("unblock %s %s", by, user)
}

func (f *fakeChat) Blocks(_ context.Context, by, after string, limit int) ([]chat.Listed, error) {
	return f.listed(limit), f.note("blocks %s after=%s limit=%d", by, after, limit)
}

func (f *fakeChat) Presence(_ context.Context, by string, users []string) ([]chat.Presence, error) {
	err := f.note("presence by=%s %v", by, users)
	if users[0] == "nobody" {
		return nil, err
	}
	list := make([]chat.Presence, len(users))
	for i, user := range users {
		list[i] = chat.Presence{User: user, LastSeen: 9}
		if by == "" {
			list[i] = chat.Presence{User: user, Online: true, Devices: []string{"d1"}}
		}
	}
	return list, err
}

func (f *fakeChat) Online(_ context.Context, cursor string, limit int) ([]string, string, error) {
	var users []string
	for i := range min(limit, f.size) {
		users = append(users, fmt.Sprintf("u%d", i))
	}
	return users, f.next, f.note("online after=%s limit=%d", cursor, limit)
}

func (f *fakeChat) Kick(_ context.Context, user, device string) (int, error) {
	return 2, f.note("kick %s %s", user, device)
}

func (f *fakeChat) Revoke(_ context.Context, user, tokenID string, before, until time.Time) error {
	moment := func(t time.Time) int64 {
		if t.IsZero() {
			return 0
		}
		return t.UnixMilli()
	}
	return f.note("revoke %s %s before=%d until=%d", user, tokenID, moment(before), moment(until))
}

func (f *fakeChat) Figures(context.Context) (chat.Figures, error) {
	return chat.Figures{Connections: 3, Users: 2, Conversations: 1, LastID: 7}, f.note("figures")
}

func (f *fakeChat) Answer(_ context.Context, user, key string, fingerprint uint64) ([]byte, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept, found := f.answers[user+" "+key]
	if found && kept.fingerprint != fingerprint {
		return nil, false, wire.NewError(wire.ReasonConflict, "this Idempotency-Key was used for another request")
	}
	return []byte(kept.body), found, nil
}

func (f *fakeChat) KeepAnswer(_ context.Context, user, key string, fingerprint uint64, body []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.answers == nil {
		f.answers = make(map[string]keptAnswer)
	}
	f.kept++
	f.answers[user+" "+key] = keptAnswer{fingerprint, string(body)}
	return nil
}
