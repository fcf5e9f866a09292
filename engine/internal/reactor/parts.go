package reactor

import "slices"

// SendParts queues one complete frame that comes in parts, such as an answer
// whose middle is shared with other answers. Like those of Send the bytes are not
// copied and must never change.
func (c *Conn) SendParts(head, older, newer, tail []byte) {
	if c.state != open {
		return
	}
	if c.deflates {
		c.Send(slices.Concat(head, older, newer, tail))
		return
	}
	c.loop.frames++
	for _, part := range [...][]byte{head, older, newer, tail} {
		if len(part) > 0 {
			c.queue(part)
		}
	}
}
