package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/coder/websocket"
)

// watcher is a tracked client that everybody writes to. It goes on where it
// stood, whatever became of the server meanwhile.
type watcher struct {
	*ledger
	has map[string]int // by conversation: the last seq that it got, without a gap
}

// watch syncs and listens until it is done or the connection breaks.
func (w *watcher) watch(p *process, done func() bool) error {
	ws, err := p.dial("uid=watcher&device=w", "gannet.v1")
	if err != nil {
		return err
	}
	defer ws.CloseNow()
	for err = w.sync(ws); err == nil && !done(); {
		err = w.take(ws)
	}
	return err
}

// sync asks for what lies behind the watcher's own cursors.
func (w *watcher) sync(ws *websocket.Conn) error {
	cursors, err := json.Marshal(w.has)
	if err != nil {
		return err
	}
	return say(ws, fmt.Sprintf(`{"type":"sync","cursors":%s}`, cursors))
}

func say(ws *websocket.Conn, text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return ws.Write(ctx, websocket.MessageText, []byte(text))
}

// take reads one message. The entries of a conversation's log come in order and
// none is left out; what was pushed while a sync was on its way to the server comes
// again.
func (w *watcher) take(ws *websocket.Conn) error {
	m, err := listen(ws)
	if err != nil {
		return err
	}
	switch m.Type {
	case "chat", "group":
		w.see(m.stored)
		if last := w.has[m.ConvID]; m.Seq > last+1 {
			w.t.Errorf("after seq %d of %s came %d", last, m.ConvID, m.Seq)
		}
		w.has[m.ConvID] = max(w.has[m.ConvID], m.Seq)
		if m.Seq%64 == 0 {
			return say(ws, fmt.Sprintf(`{"type":"ack","conv_id":%q,"seq":%d}`, m.ConvID, m.Seq))
		}
	case "synced":
		for conv, at := range m.Convs {
			if at.Seq > w.has[conv] {
				w.t.Errorf("synced %s up to %d, and sent up to %d", conv, at.Seq, w.has[conv])
			}
			if at.HasMore {
				return w.sync(ws)
			}
		}
	case "error":
		w.t.Errorf("the watcher is refused: %v", m)
	}
	return nil
}
