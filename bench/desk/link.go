package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/coder/websocket"
)

// A link is a WebSocket connection of a tracked client.
type link struct {
	ctx  context.Context // of the client; the end of a request's own would end the connection
	ws   *websocket.Conn
	hear func(f *frame) // what nobody asked for; on the link's own goroutine
	cid  atomic.Uint64
	done chan struct{} // closed when the connection is over

	mu      sync.Mutex
	waiting map[string]chan *frame // by cid
}

// A frame is a message of the server, with the fields that matter here.
type frame struct {
	Type, CID, Event, From, Reason, Msg string
	ID, Seq                             uint64
	ConvID                              string
	SessionID                           string
	AgentID                             string
	Text                                string // a content that is a string
	Time                                int64
}

func (f *frame) UnmarshalJSON(text []byte) error {
	var m struct {
		Type      string          `json:"type"`
		CID       string          `json:"cid"`
		Event     string          `json:"event"`
		From      string          `json:"from"`
		Reason    string          `json:"reason"`
		Msg       string          `json:"msg"`
		ID        string          `json:"id"`
		Seq       uint64          `json:"seq"`
		ConvID    string          `json:"conv_id"`
		SessionID string          `json:"session_id"`
		AgentID   string          `json:"agent_id"`
		Content   json.RawMessage `json:"content"`
		Time      int64           `json:"time"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return err
	}
	*f = frame{
		Type: m.Type, CID: m.CID, Event: m.Event, From: m.From, Reason: m.Reason, Msg: m.Msg, Seq: m.Seq,
		ConvID: m.ConvID, SessionID: m.SessionID, AgentID: m.AgentID, Time: m.Time,
	}
	f.ID, _ = strconv.ParseUint(m.ID, 10, 64) // 0 where it is none
	if len(m.Content) > 0 && m.Content[0] == '"' {
		return json.Unmarshal(m.Content, &f.Text)
	}
	return nil
}

// errCut says that a connection ended before the answer came.
var errCut = errors.New("the connection is over")

// dial connects a device of the user that the token names. hear may be called before
// dial returns.
func (w *world) dial(ctx context.Context, token, device string, hear func(f *frame)) (*link, error) {
	at := w.server(ctx)
	if at == nil {
		return nil, ctx.Err()
	}
	dialing, cancel := context.WithTimeout(ctx, requestPatience)
	defer cancel()
	ws, _, err := websocket.Dial(dialing, "ws://"+at.ws+"/ws?device="+device, &websocket.DialOptions{
		HTTPHeader:   http.Header{"Authorization": {"Bearer " + token}},
		Subprotocols: []string{"gannet.v1"},
	})
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(-1)
	return &link{ctx: ctx, ws: ws, hear: hear, done: make(chan struct{}), waiting: make(map[string]chan *frame)}, nil
}

// listen takes in what comes until the connection ends.
func (l *link) listen() {
	defer close(l.done)
	defer l.ws.CloseNow()
	for {
		_, text, err := l.ws.Read(l.ctx)
		if err != nil {
			return
		}
		f := new(frame)
		if err := json.Unmarshal(text, f); err != nil {
			f.Type, f.Msg = "garbled", fmt.Sprintf("%.200q: %v", text, err)
		}
		if !l.answer(f) {
			l.hear(f)
		}
	}
}

// answer hands on what answers a request.
func (l *link) answer(f *frame) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.waiting[f.CID]
	if c == nil || f.CID == "" {
		return false
	}
	delete(l.waiting, f.CID)
	c <- f
	return true
}

// ask sends a request under a cid ("": any) and waits for its answer. The error is a
// *refusal, errCut, or that ctx has ended.
func (l *link) ask(ctx context.Context, cid string, request map[string]any) (*frame, error) {
	if cid == "" {
		cid = "r" + strconv.FormatUint(l.cid.Add(1), 10)
	}
	request["cid"] = cid
	text, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	c := make(chan *frame, 1)
	l.mu.Lock()
	l.waiting[cid] = c
	l.mu.Unlock()
	defer l.forget(cid)
	if err := l.ws.Write(l.ctx, websocket.MessageText, text); err != nil {
		return nil, errCut
	}
	select {
	case f := <-c:
		if f.Type == "error" {
			return nil, &refusal{0, f.Reason, f.Msg}
		}
		return f, nil
	case <-l.done:
		return nil, errCut
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *link) forget(cid string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.waiting, cid)
}

// sync says where the client is and gets the connection going.
func (l *link) sync(ctx context.Context, cursors map[string]uint64) error {
	request := map[string]any{"type": "sync"}
	if len(cursors) > 0 {
		request["cursors"] = cursors
	}
	_, err := l.ask(ctx, "", request)
	return err
}

// cut ends the connection without a word.
func (l *link) cut() { _ = l.ws.CloseNow() }
