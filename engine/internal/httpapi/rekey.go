package httpapi

import (
	"context"
	"errors"

	"gannet/codec/wire"
	"gannet/engine/internal/operator"
)

// Rekey seals all messages anew under the newest key.
type Rekey interface {
	// Start begins, unless it runs already.
	Start() (operator.RekeyState, error)
	State() operator.RekeyState
	// Cancel ends it soon; what was done stays.
	Cancel() operator.RekeyState
}

func rekeyRoutes() []route {
	const path = "/api/v1/rekey"
	return []route{
		{
			method: "POST", path: path, do: startRekey, level: levelOperator,
			about: about{id: "startRekey", tag: tagServer, summary: "Seal all messages under the newest key", data: rekeyView{}},
		},
		{
			method: "GET", path: path, do: rekeyState, level: levelOperator,
			about: about{id: "getRekey", tag: tagServer, summary: "See how far that is", data: rekeyView{}},
		},
		{
			method: "DELETE", path: path, do: cancelRekey, level: levelOperator,
			about: about{id: "cancelRekey", tag: tagServer, summary: "End it; what was done stays", data: rekeyView{}},
		},
	}
}

type rekeyView struct {
	Running  bool     `json:"running"`
	Finished bool     `json:"finished" doc:"the last one came to its end: older keys aren't needed any more"`
	Sealed   uint64   `json:"sealed" doc:"runs of messages sealed anew"`
	Done     uint64   `json:"done" doc:"conversations looked at"`
	Total    uint64   `json:"total" doc:"conversations there are"`
	Keys     []string `json:"keys" doc:"ids of the keys without which the data can't be read now"`
	Error    string   `json:"error,omitempty" doc:"why the last one ended early"`
}

func (s *Server) putRekey(x *exchange, r operator.RekeyState) *wire.Error {
	v := rekeyView{Running: r.Running, Finished: r.Finished, Sealed: r.Sealed, Done: r.Done, Total: r.Total, Keys: append([]string{}, r.Keys...)}
	switch {
	case errors.Is(r.Err, context.Canceled):
		v.Error = "canceled"
	case r.Err != nil:
		v.Error = r.Err.Error()
	}
	return s.put(x, v)
}

func startRekey(s *Server, x *exchange) *wire.Error {
	state, err := s.rekey.Start()
	if err != nil {
		return s.refusal(x, err)
	}
	return s.putRekey(x, state)
}

func rekeyState(s *Server, x *exchange) *wire.Error { return s.putRekey(x, s.rekey.State()) }

func cancelRekey(s *Server, x *exchange) *wire.Error { return s.putRekey(x, s.rekey.Cancel()) }
