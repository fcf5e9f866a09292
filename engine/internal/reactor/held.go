package reactor

const (
	// maxHeld is from how many bytes on, waiting in all connections together, those
	// who read slowly are told apart earlier: clients that don't read, many of them,
	// must not take all memory.
	maxHeld = 256 << 20
	// crowdedOutbound is what may wait for one reader then.
	crowdedOutbound = 64 << 10
)

// weigh looks how much waits to be read by c, and reports whether it is too much.
func (l *loop) weigh(c *Conn) (tooMuch bool) {
	held := c.sock.OutboundBuffered()
	if held == 0 && c.held == 0 {
		return false
	}
	all := l.hold(c, held)
	return held > l.cfg.MaxOutbound || held > crowdedOutbound && all > maxHeld
}

// hold notes how much waits to be read by c, and returns that of all connections.
// What is drained meanwhile is noted at the next look.
func (l *loop) hold(c *Conn, held int) (all int64) {
	all = l.owner.held.Add(int64(held) - int64(c.held))
	c.held = int32(held)
	return all
}
