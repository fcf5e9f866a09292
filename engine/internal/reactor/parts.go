package reactor

import "slices"

// SendParts queues one complete frame that comes in three parts, such as an
// answer whose middle is shared with other answers. Like those of Send the
// bytes are not copied and must never change.
func (c *Conn) SendParts(head, body, tail []byte) {
	if c.state != open {
		return
	}
	if c.deflates {
		c.Send(slices.Concat(head, body, tail))
		return
	}
	c.loop.frames++
	c.queue(head)
	if len(body) > 0 {
		c.queue(body)
	}
	c.queue(tail)
}
