package sse

import "context"

// Close ends the hub: no new streams, what was posted before goes out, then every
// stream gets a last frame of its own (nil for none), is closed (1012), and has
// its request come to its end. If ctx ends first, clients that haven't taken all
// of it are cut and its error is returned. Only the first call does anything. The
// log must still take commands: sessions leave by them.
func (h *Hub) Close(ctx context.Context, frame func() []byte) error {
	if !h.register.close() {
		return nil
	}
	h.loop.inbox.put(entry{do: func() { h.loop.closeAll(frame) }})
	h.loop.inbox.close()
	<-h.loop.done
	select {
	case <-h.register.empty:
		return nil
	case <-ctx.Done():
	}
	h.register.cutShort()
	<-h.register.empty
	return ctx.Err()
}
