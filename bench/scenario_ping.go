package bench

import "fmt"

// runPing: the text PING, answered by the text PONG: the whole way through the
// server but for chat and storage.
func runPing(s *session) error {
	n, window := s.o.Connections, s.o.Window
	s.result.Setting = fmt.Sprintf("%d connections, window %d", n, window)
	return s.callEach(n, window, func(loop, i int) (*caller, error) {
		user := s.users.name("p", i)
		c := newCaller(s.loops[loop], user, window, pingQuestion{})
		return c, s.seat(loop, user, c)
	})
}

// pingQuestion: answers come in order and carry no number.
type pingQuestion struct{}

func (pingQuestion) ask(c *conn, _ uint64) { c.text([]byte("PING")) }

func (pingQuestion) answer(p []byte, next uint64) (uint64, error) {
	if string(p) != "PONG" {
		return next, unexpected(p)
	}
	return next, nil
}
