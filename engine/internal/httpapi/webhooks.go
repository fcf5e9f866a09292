package httpapi

import (
	"context"

	"gannet/codec/wire"
	"gannet/engine/internal/webhook"
)

// Webhooks are the endpoints that are told of what happens. Errors are *wire.Error.
type Webhooks interface {
	List() []webhook.Status
	Get(name string) (webhook.Status, error)
	// Add returns the secret, which nothing shows afterwards.
	Add(ctx context.Context, n webhook.New) (s webhook.Status, secret string, err error)
	Update(ctx context.Context, name string, p webhook.Patch) (webhook.Status, error)
	Remove(ctx context.Context, name string) error
	// Test posts a ping and returns what the receiver says.
	Test(ctx context.Context, name string) (webhook.Answer, error)

	// Dead lists dead letters by number, those above after.
	Dead(ctx context.Context, name string, after uint64, limit int) ([]webhook.DeadLetter, error)
	// Replay and Discard are about those with numbers from one to another; 0: without
	// that bound.
	Replay(ctx context.Context, name string, from, to uint64) (int, error)
	Discard(ctx context.Context, name string, from, to uint64) (int, error)
}

func webhookRoutes() []route {
	const all, one = "/api/v1/webhooks", "/api/v1/webhooks/{name}"
	return []route{
		{
			method: "POST", path: all, do: addWebhook, level: levelOperator, body: jsonBody,
			about: about{id: "addWebhook", tag: tagServer, summary: "Add a webhook", body: webhookBody{}, data: newWebhookView{}},
		},
		{
			method: "GET", path: all, do: listWebhooks, level: levelOperator,
			about: about{id: "listWebhooks", tag: tagServer, summary: "List the webhooks and how they fare", data: webhooksView{}},
		},
		{
			method: "GET", path: one, do: getWebhook, level: levelOperator,
			about: about{id: "getWebhook", tag: tagServer, summary: "See how a webhook fares", data: webhookView{}},
		},
		{
			method: "PATCH", path: one, do: updateWebhook, level: levelOperator, body: jsonBody,
			about: about{id: "updateWebhook", tag: tagServer, summary: "Change, pause or resume a webhook", body: webhookPatch{}, data: webhookView{}},
		},
		{
			method: "DELETE", path: one, do: removeWebhook, level: levelOperator,
			about: about{id: "removeWebhook", tag: tagServer, summary: "Remove a webhook and its dead letters"},
		},
		{
			method: "POST", path: one + "/test", do: testWebhook, level: levelOperator,
			about: about{id: "testWebhook", tag: tagServer, summary: "Post a ping and see what the receiver says", data: webhookAnswerView{}},
		},
		{
			method: "GET", path: one + "/dead", do: listDead, level: levelOperator,
			about: about{id: "listDeadLetters", tag: tagServer, summary: "List dead letters", data: deadLettersView{}},
		},
		{
			method: "POST", path: one + "/replay", do: replayDead, level: levelOperator, body: optionalBody,
			about: about{id: "replayDeadLetters", tag: tagServer, summary: "Send dead letters again", body: replayBody{}, data: replayView{}},
		},
		{
			method: "DELETE", path: one + "/dead", do: discardDead, level: levelOperator,
			about: about{id: "discardDeadLetters", tag: tagServer, summary: "Remove dead letters", data: discardView{}},
		},
	}
}

type webhookBody struct {
	Name           string   `json:"name" doc:"as an id"`
	URL            string   `json:"url" doc:"http or https"`
	Secret         string   `json:"secret,omitempty" doc:"that requests are signed with; made up where it is left out"`
	Events         []string `json:"events" doc:"patterns: *, message.*, message.created …"`
	MaxBatch       int      `json:"max_batch,omitempty" default:"100" doc:"events in a request, up to 1000"`
	OfflineMembers *int     `json:"offline_members,omitempty" default:"500" doc:"in larger groups message.offline is for who is mentioned by name only"`
	Paused         bool     `json:"paused,omitempty"`
	From           string   `json:"from,omitempty" enum:"now,beginning" doc:"beginning: all that the log has is told"`
}

type webhookPatch struct {
	URL            *string  `json:"url,omitempty"`
	Secret         *string  `json:"secret,omitempty"`
	Events         []string `json:"events,omitempty"`
	MaxBatch       *int     `json:"max_batch,omitempty"`
	OfflineMembers *int     `json:"offline_members,omitempty"`
	Paused         *bool    `json:"paused,omitempty"`
}

type webhookView struct {
	Name           string   `json:"name"`
	URL            string   `json:"url"`
	Insecure       bool     `json:"insecure" doc:"plain HTTP to a host that isn't on this machine or in a private network: what is posted can be read on the way"`
	Events         []string `json:"events"`
	MaxBatch       int      `json:"max_batch"`
	OfflineMembers int      `json:"offline_members"`
	Paused         bool     `json:"paused"`
	CreatedAt      int64    `json:"created_at"`
	State          string   `json:"state" enum:"ok,retrying,open,paused"`
	LagEntries     int64    `json:"lag_entries" doc:"of the log"`
	LagSeconds     float64  `json:"lag_seconds"`
	Delivered      uint64   `json:"delivered" doc:"events that were acknowledged"`
	Dead           int64    `json:"dead" doc:"letters"`
	Failures       int      `json:"failures" doc:"in a row"`
	NextTryAt      int64    `json:"next_try_at,omitempty"`
	LastOKAt       int64    `json:"last_ok_at,omitempty"`
	LastError      string   `json:"last_error,omitempty"`
	LastErrorAt    int64    `json:"last_error_at,omitempty"`
}

func viewWebhook(w *webhook.Status) webhookView {
	return webhookView{
		Name: w.Name, URL: w.URL, Insecure: w.Insecure, Events: w.Events, MaxBatch: w.MaxBatch, OfflineMembers: w.OfflineMembers,
		Paused: w.Paused, CreatedAt: w.CreatedAt, State: w.State, LagEntries: w.LagEntries, LagSeconds: float64(w.LagTime.Milliseconds()) / 1000,
		Delivered: w.Delivered, Dead: w.Dead, Failures: w.Failures, NextTryAt: w.NextTryAt,
		LastOKAt: w.LastOKAt, LastError: w.LastError, LastErrorAt: w.LastErrAt,
	}
}

type webhooksView struct {
	Webhooks []webhookView `json:"webhooks"`
}

type newWebhookView struct {
	Webhook webhookView `json:"webhook"`
	Secret  string      `json:"secret" doc:"shown this once"`
}

func listWebhooks(s *Server, x *exchange) *wire.Error {
	return s.put(x, webhooksView{Webhooks: views(s.webhooks.List(), viewWebhook)})
}

func (s *Server) putWebhook(x *exchange, w webhook.Status, err error) *wire.Error {
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, viewWebhook(&w))
}

func getWebhook(s *Server, x *exchange) *wire.Error {
	w, err := s.webhooks.Get(x.r.PathValue("name"))
	return s.putWebhook(x, w, err)
}

func addWebhook(s *Server, x *exchange) *wire.Error {
	var b webhookBody
	if err := x.decode(&b); err != nil {
		return err
	}
	if b.From != "" && b.From != "now" && b.From != "beginning" {
		return wire.NewError(wire.ReasonBadRequest, "from must be now or beginning")
	}
	w, secret, err := s.webhooks.Add(x.r.Context(), webhook.New{
		Name: b.Name, URL: b.URL, Secret: b.Secret, Events: b.Events, MaxBatch: b.MaxBatch,
		OfflineMembers: b.OfflineMembers, Paused: b.Paused, FromBeginning: b.From == "beginning",
	})
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, newWebhookView{Webhook: viewWebhook(&w), Secret: secret})
}

func updateWebhook(s *Server, x *exchange) *wire.Error {
	var b webhookPatch
	if err := x.decode(&b); err != nil {
		return err
	}
	w, err := s.webhooks.Update(x.r.Context(), x.r.PathValue("name"), webhook.Patch(b))
	return s.putWebhook(x, w, err)
}

func removeWebhook(s *Server, x *exchange) *wire.Error {
	return s.done(x, s.webhooks.Remove(x.r.Context(), x.r.PathValue("name")))
}

type webhookAnswerView struct {
	OK     bool   `json:"ok" doc:"it would be an acknowledgement"`
	Status int    `json:"status" doc:"0 where there was no answer"`
	Body   string `json:"body" doc:"its beginning"`
	Error  string `json:"error,omitempty"`
	TookMS int64  `json:"took_ms"`
}

func testWebhook(s *Server, x *exchange) *wire.Error {
	a, err := s.webhooks.Test(x.r.Context(), x.r.PathValue("name"))
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, webhookAnswerView{OK: a.OK, Status: a.Status, Body: a.Body, Error: a.Error, TookMS: a.Took.Milliseconds()})
}
