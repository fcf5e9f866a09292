package httpapi

import (
	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

func blockRoutes() []route {
	return []route{
		{
			method: "GET", path: "/api/v1/blocks", do: blocks,
			about: about{
				id: "listBlocks", tag: tagUsers, summary: "List whom one has blocked",
				params: list(page{}),
				data:   blocksView{},
			},
		},
		{
			method: "PUT", path: "/api/v1/blocks/{user}", do: block,
			about: about{
				id: "blockUser", tag: tagUsers, summary: "Block a user: their single messages are refused",
				params:  list(userPath{}),
				reasons: blockReasons,
			},
		},
		{
			method: "DELETE", path: "/api/v1/blocks/{user}", do: unblock,
			about: about{
				id: "unblockUser", tag: tagUsers, summary: "Block a user no longer",
				params:  list(userPath{}),
				reasons: blockReasons,
			},
		},
	}
}

var blockReasons = words(wire.ReasonForbidden, wire.ReasonNotFound, wire.ReasonConflict)

type userPath struct {
	User string `path:"user" maxLength:"64" doc:"a user"`
}

type blocksView struct {
	Blocks []blockView `json:"blocks"`
	Next   string      `json:"next,omitempty"`
}

type blockView struct {
	UserID string `json:"user_id"`
	Time   int64  `json:"time" doc:"Unix milliseconds"`
}

func viewBlock(l *chat.Listed) blockView { return blockView{UserID: l.User, Time: l.At} }

func blocks(s *Server, x *exchange) *wire.Error {
	after, limit, refusal := x.idPage(pageLimit, maxPageLimit)
	if refusal != nil {
		return refusal
	}
	blocked, err := s.chat.Blocks(x.r.Context(), x.user, after, limit)
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, blocksView{Blocks: views(blocked, viewBlock), Next: nextOf(blocked, limit, userOf)})
}

func block(s *Server, x *exchange) *wire.Error {
	user, refusal := x.pathID("user")
	if refusal != nil {
		return refusal
	}
	return s.done(x, s.chat.Block(x.r.Context(), x.user, user))
}

func unblock(s *Server, x *exchange) *wire.Error {
	user, refusal := x.pathID("user")
	if refusal != nil {
		return refusal
	}
	return s.done(x, s.chat.Unblock(x.r.Context(), x.user, user))
}
