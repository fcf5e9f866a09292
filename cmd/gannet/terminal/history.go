package terminal

// history is what was typed before, oldest first, and where in it one is.
type history struct {
	lines   []string
	at      int    // len(lines): at the line that is being typed
	pending string // that line, while one is elsewhere
}

// mostLines is how many lines are kept.
const mostLines = 500

// add puts a line at the end and goes there.
func (h *history) add(text string) {
	if n := len(h.lines); n == 0 || h.lines[n-1] != text {
		h.lines = append(h.lines, text)
	}
	if len(h.lines) > mostLines {
		h.lines = h.lines[1:]
	}
	h.at, h.pending = len(h.lines), ""
}

// move goes step lines on, back where it is negative, from the text that stands
// there now. It reports whether there is such a line.
func (h *history) move(step int, text string) (string, bool) {
	to := h.at + step
	if to < 0 || to > len(h.lines) {
		return "", false
	}
	if h.at == len(h.lines) {
		h.pending = text
	}
	h.at = to
	if to == len(h.lines) {
		return h.pending, true
	}
	return h.lines[to], true
}
