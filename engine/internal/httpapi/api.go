package httpapi

import (
	"context"
	"net/http"
	"time"

	"gannet/codec/wire"
	"gannet/engine/auth"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/desk"
)

// Chat is what this package needs of the chat rules. Its errors are *wire.Error;
// anything else is answered 500 and logged. A user is one who was logged in, or
// whom a backend acts for.
//
// Lists are in the order of their ids and begin after the given one. Where a
// method answers next, after is what an earlier next was, and next is empty at
// the end.
type Chat interface {
	Messages
	Conversations
	Groups
	Users
	Answers
}

// Messages is the part of Chat that is about messages. No request, and none of
// its bytes, is kept after the answer.
type Messages interface {
	// Send returns when the message is on disk.
	Send(ctx context.Context, user string, r *wire.Request) (chat.Sent, error)
	// SendBatch sends up to 500 messages; each has its own outcome.
	SendBatch(ctx context.Context, list []chat.Outgoing) ([]chat.Outcome, error)
	// History appends `"conv_id":"…","messages":[…],"has_more":b`, without braces.
	History(ctx context.Context, user string, r *wire.Request, dst []byte) ([]byte, error)
	// Ack moves the user's cursor of what was delivered.
	Ack(ctx context.Context, user string, r *wire.Request) error
	// Read moves the user's cursor of what was read; it is on disk then.
	Read(ctx context.Context, user string, r *wire.Request) error
	// VisitorMay says why a visitor may not make a request: it is about something else
	// than service conversations. To be asked before the request is made.
	VisitorMay(r *wire.Request) error
	Recall(ctx context.Context, user string, id uint64) error
	Edit(ctx context.Context, user string, r *wire.Request) error
	React(ctx context.Context, user string, r *wire.Request) error
	Reactions(ctx context.Context, user string, id uint64, after string, limit int) (list []chat.Reaction, next string, err error)
	// Readers are the members who have read a message of a group.
	Readers(ctx context.Context, user, groupID string, seq uint64, after string, limit int) (list []chat.Reader, next string, err error)
}

// Conversations is the part of Chat that is about a user's list of
// conversations.
type Conversations interface {
	// Conversations appends `"conversations":[…],"next":"…"`, without braces and
	// without next at the end of the list.
	Conversations(ctx context.Context, user string, limit int, cursor string, dst []byte) ([]byte, error)
	// VisitorConversations is Conversations with the service conversations alone.
	VisitorConversations(ctx context.Context, user string, limit int, cursor string, dst []byte) ([]byte, error)
	UpdateConversation(ctx context.Context, user, convID string, p chat.ConversationPatch) error
	// ClearConversation hides everything up to seq from the user; 0 is all there is.
	ClearConversation(ctx context.Context, user, convID string, seq uint64) error
}

// Groups is the part of Chat that is about groups. By is who asks for it.
type Groups interface {
	CreateGroup(ctx context.Context, by string, g chat.NewGroup) (chat.Group, error)
	Group(ctx context.Context, by, id string) (chat.Group, error)
	UpdateGroup(ctx context.Context, by, id string, p chat.GroupPatch) (chat.Group, error)
	DissolveGroup(ctx context.Context, by, id string) error
	TransferGroup(ctx context.Context, by, id, to string) error

	Members(ctx context.Context, by, id, after string, limit int) ([]chat.Member, error)
	AddMembers(ctx context.Context, by, id string, users []string) (chat.Admission, error)
	SetMember(ctx context.Context, by, id, user string, p chat.MemberPatch) (chat.Member, error)
	// RemoveMember removes somebody, or lets by leave where user is the same.
	RemoveMember(ctx context.Context, by, id, user string) error

	// JoinGroup lets by join, or asks for it with a text.
	JoinGroup(ctx context.Context, by, id, text string) (chat.Admission, error)
	JoinRequests(ctx context.Context, by, id, after string, limit int) ([]chat.JoinRequest, error)
	AnswerRequest(ctx context.Context, by, id, user string, accept bool) error

	Ban(ctx context.Context, by, id, user string) error
	Unban(ctx context.Context, by, id, user string) error
	Bans(ctx context.Context, by, id, after string, limit int) ([]chat.Listed, error)
}

// Users is the part of Chat that is about users, wherever they are.
type Users interface {
	Block(ctx context.Context, by, user string) error
	Unblock(ctx context.Context, by, user string) error
	Blocks(ctx context.Context, by, after string, limit int) ([]chat.Listed, error)

	// Presence tells who is there. An empty by is a backend.
	Presence(ctx context.Context, by string, users []string) ([]chat.Presence, error)
	Online(ctx context.Context, cursor string, limit int) (users []string, next string, err error)
	// Kick closes the connections of a user, or those of one device.
	Kick(ctx context.Context, user, device string) (connections int, err error)
	// Revoke makes tokens worthless: those of a user that were issued before a
	// time, or the one with a given id. It is forgotten after until, if that is set.
	Revoke(ctx context.Context, user, tokenID string, before, until time.Time) error
	Figures(ctx context.Context) (chat.Figures, error)
}

// Answers keeps the answers of requests that came with an Idempotency-Key, for a
// day or two. The user may be a backend, whose name has a colon in front.
type Answers interface {
	// Answer returns a kept answer. Its error is a conflict where the key came with
	// another fingerprint.
	Answer(ctx context.Context, user, key string, fingerprint uint64) (body []byte, found bool, err error)
	// KeepAnswer returns when the answer is on disk.
	KeepAnswer(ctx context.Context, user, key string, fingerprint uint64, body []byte) error
}

// Auth tells whom a token speaks for.
type Auth interface {
	Verify(token string) (auth.Identity, error)
}

// Keys knows the API keys of trusted backends.
type Keys interface {
	// Find returns the name of the backend that has the key.
	Find(key string) (name string, ok bool)
}

// Login is who opens a stream of events.
type Login struct {
	User   string
	Device string        // made up where the client named none
	Role   desk.Role     // as whom; a visitor's restricts what may be done
	Token  auth.Identity // zero where no token was shown
}

// Events serves a stream of server-sent events.
type Events interface {
	// Serve returns when the stream is over, or was refused by [Refuse]. To HEAD it
	// answers the header alone. It sets the time limits of its writes; reading has
	// none any more.
	Serve(w http.ResponseWriter, r *http.Request, login Login)
}

// Desk is what this package needs of the customer-service desk. By is who asks; its
// errors are as those of Chat.
type Desk interface {
	DeskSessions
	DeskAgents
	DeskTexts
	DeskVisitors
	// Role is what an actor may do, by the login or by an agent's record.
	Role(by desk.Actor) desk.Role
	// Stats are figures of the sessions opened from one time to another, Unix
	// milliseconds; 0 is the usual.
	Stats(ctx context.Context, by desk.Actor, from, to int64) (desk.Stats, error)
}

// DeskSessions is the part of Desk that is about sessions.
type DeskSessions interface {
	Open(ctx context.Context, by desk.Actor, n desk.NewSession) (desk.Session, error)
	Session(ctx context.Context, by desk.Actor, id string) (desk.Session, error)
	Sessions(ctx context.Context, by desk.Actor, f desk.Filter, cursor string, limit int) (list []desk.Session, next string, err error)
	Queue(ctx context.Context, by desk.Actor) (list []desk.Session, waiting int, err error)
	Next(ctx context.Context, by desk.Actor, skill, visitor string) (desk.Choice, error)
	CloseSession(ctx context.Context, by desk.Actor, id string) error
	Transfer(ctx context.Context, by desk.Actor, id string, t desk.Transfer) (desk.Session, error)
	Claim(ctx context.Context, by desk.Actor, id string) (desk.Session, error)
	Watch(ctx context.Context, by desk.Actor, id string, mode desk.Mode) (desk.Session, error)
	Unwatch(ctx context.Context, by desk.Actor, id string) error
	Note(ctx context.Context, by desk.Actor, id, cid, text string) (chat.Sent, error)
	Tag(ctx context.Context, by desk.Actor, id string, tags []string) (desk.Session, error)
	Rate(ctx context.Context, by desk.Actor, id string, rating int, comment string) error
	Transcript(ctx context.Context, by desk.Actor, id, after string, limit int) (desk.Transcript, error)
}

// DeskAgents is the part of Desk that is about those who serve visitors.
type DeskAgents interface {
	Agents(ctx context.Context, by desk.Actor) ([]desk.Agent, error)
	Agent(ctx context.Context, by desk.Actor, user string) (desk.Agent, error)
	PutAgent(ctx context.Context, by desk.Actor, user string, p desk.AgentPatch) (desk.Agent, error)
	RemoveAgent(ctx context.Context, by desk.Actor, user string) error
}

// DeskTexts is the part of Desk that is about skill groups and canned replies.
type DeskTexts interface {
	Skills(ctx context.Context, by desk.Actor) ([]desk.Skill, error)
	PutSkill(ctx context.Context, by desk.Actor, k desk.Skill) error
	RemoveSkill(ctx context.Context, by desk.Actor, id string) error
	Replies(ctx context.Context, by desk.Actor, skill string) ([]desk.Reply, error)
	// PutReply adds a reply where id is empty.
	PutReply(ctx context.Context, by desk.Actor, id string, n desk.NewReply) (desk.Reply, error)
	RemoveReply(ctx context.Context, by desk.Actor, id string) error
}

// DeskVisitors is the part of Desk that is about who visitors are.
type DeskVisitors interface {
	// NewVisitor returns the id of a new visitor.
	NewVisitor(ctx context.Context, name string, attributes []byte) (id string, err error)
	// Identify says who a visitor is: their sessions are the user's from now on.
	Identify(ctx context.Context, by desk.Actor, user string) error
}

// Visitors mints the tokens of visitors.
type Visitors interface {
	Mint(user string) (token string, expires time.Time, err error)
	// Outlived returns when no token can be good any more that was minted until now.
	Outlived(now time.Time) time.Time
}
