package httpapi

import "gannet/codec/wire"

func figureRoutes() []route {
	return []route{{
		method: "GET", path: "/api/v1/stats", do: figures, level: levelBackend,
		about: about{id: "getStats", tag: tagServer, summary: "See the server's figures", data: figuresView{}},
	}}
}

type figuresView struct {
	Connections   int       `json:"connections"`
	UsersOnline   int       `json:"users_online"`
	Conversations uint64    `json:"conversations" doc:"all there are"`
	LastMsgID     messageID `json:"last_msg_id" doc:"of the last message; 0 where there is none"`
}

func figures(s *Server, x *exchange) *wire.Error {
	f, err := s.chat.Figures(x.r.Context())
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, figuresView{
		Connections: f.Connections, UsersOnline: f.Users, Conversations: f.Conversations, LastMsgID: formatMessageID(f.LastID),
	})
}
