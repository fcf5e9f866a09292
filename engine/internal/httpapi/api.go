package httpapi

import (
	"context"

	"gannet/codec/wire"
	"gannet/engine/auth"
	"gannet/engine/internal/chat"
)

// Chat is what this package needs of the chat rules. Its errors are *wire.Error;
// anything else is answered 500 and logged. A user is one who was logged in.
type Chat interface {
	// Send returns when the message is on disk. Neither r nor any of its bytes is
	// kept after that.
	Send(ctx context.Context, user string, r *wire.Request) (chat.Sent, error)
	// History appends `"conv_id":"…","messages":[…],"has_more":b`, without braces.
	History(ctx context.Context, user string, r *wire.Request, dst []byte) ([]byte, error)
	// Ack moves the user's cursor. r isn't kept.
	Ack(ctx context.Context, user string, r *wire.Request) error

	CreateGroup(ctx context.Context, by string, g chat.NewGroup) (chat.Group, error)
	Group(ctx context.Context, by, id string) (chat.Group, error)
	// Members gives up to limit members, in the order of their ids, that come
	// after the given one.
	Members(ctx context.Context, by, id, after string, limit int) ([]chat.Member, error)
	AddMembers(ctx context.Context, by, id string, users []string) (chat.Group, error)
	// RemoveMember removes somebody, or lets by leave where user is the same.
	RemoveMember(ctx context.Context, by, id, user string) error
}

// Auth tells whom a token speaks for.
type Auth interface {
	Verify(token string) (auth.Identity, error)
}
