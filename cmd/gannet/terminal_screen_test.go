package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// screen is what a terminal shows of what is written to it: enough of ECMA-48 for
// programs that write lines and redraw the last ones. A wide character takes two
// cells. Rows that a narrower window is too small for are broken, as by most
// terminals.
type screen struct {
	mu            sync.Mutex
	width, height int
	rows          [][]string // cells; "" is the second half of a wide character
	top           int        // the first row of the window; what is above was scrolled out
	x, y          int        // of the cursor; y counts from the first of rows
	full          bool       // the cursor is behind a full row
	rest          []byte
	modes         map[string]bool // DEC private modes
	strange       []string        // sequences that it doesn't know
	changed       chan struct{}   // holds a token after a change
}

func newScreen(width, height int) *screen {
	return &screen{width: width, height: height, rows: [][]string{nil}, modes: make(map[string]bool), changed: make(chan struct{}, 1)}
}

// mode reports whether a private mode is set.
func (s *screen) mode(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.modes[name]
}

// unfamiliar are the sequences that it didn't know.
func (s *screen) unfamiliar() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.strange)
}

var controlSequence = regexp.MustCompile(`^\x1b\[([?]?)([0-9;]*)([@-~])`)

// Write implements io.Writer.
func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	s.rest = append(s.rest, b...)
	for s.step() {
	}
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
	}
	return len(b), nil
}

// step takes in one character or sequence, if all of it has come.
func (s *screen) step() bool {
	switch {
	case len(s.rest) == 0:
		return false
	case s.rest[0] == '\x1b':
		m := controlSequence.FindSubmatch(s.rest)
		if m == nil {
			return s.unknown()
		}
		s.sequence(string(m[1]), string(m[2]), m[3][0])
		s.rest = s.rest[len(m[0]):]
	case s.rest[0] < ' ' || s.rest[0] == 0x7f:
		s.control(s.rest[0])
		s.rest = s.rest[1:]
	default:
		if !utf8.FullRune(s.rest) {
			return false
		}
		r, n := utf8.DecodeRune(s.rest)
		s.put(string(r))
		s.rest = s.rest[n:]
	}
	return true
}

// unknown waits for the rest of a sequence, or notes that there is none.
func (s *screen) unknown() bool {
	if len(s.rest) < 2 || s.rest[1] == '[' && len(s.rest) < 16 {
		return false
	}
	s.strange = append(s.strange, string(s.rest[:2]))
	s.rest = s.rest[2:]
	return true
}

func (s *screen) control(c byte) {
	s.full = false
	switch c {
	case '\r':
		s.x = 0
	case '\n':
		s.down()
	case '\b':
		s.x = max(0, s.x-1)
	default:
		s.strange = append(s.strange, strconv.Quote(string(c)))
	}
}

func (s *screen) down() {
	if s.y++; s.y == len(s.rows) {
		s.rows = append(s.rows, nil)
	}
	s.top = max(s.top, s.y-s.height+1)
}

func (s *screen) sequence(private, args string, final byte) {
	if private != "" {
		s.modes[args] = final == 'h'
		return
	}
	s.full = s.full && final == 'm'
	n, _ := strconv.Atoi(args)
	row := &s.rows[s.y]
	switch final {
	case 'A':
		s.y = max(s.top, s.y-max(1, n))
	case 'C':
		s.x = min(s.width-1, s.x+max(1, n))
	case 'K':
		*row = (*row)[:min(s.x, len(*row))]
	case 'J':
		s.erase(n)
	case 'H':
		s.x, s.y = 0, s.top
	case 'm':
	default:
		s.strange = append(s.strange, args+string(final))
	}
}

func (s *screen) erase(n int) {
	if n == 2 {
		s.top = len(s.rows)
		s.rows = append(s.rows, nil)
		s.x, s.y = 0, s.top
		return
	}
	s.rows[s.y] = s.rows[s.y][:min(s.x, len(s.rows[s.y]))]
	s.rows = s.rows[:s.y+1]
}

// put writes a character at the cursor.
func (s *screen) put(c string) {
	width := uniseg.StringWidth(c)
	row := s.rows[s.y]
	if width == 0 {
		if at := min(s.x, len(row)) - 1; at >= 0 {
			row[at] += c
		}
		return
	}
	if s.full || s.x+width > s.width {
		s.x, s.full = 0, false
		s.down()
		row = s.rows[s.y]
	}
	for len(row) < s.x+width {
		row = append(row, " ")
	}
	row[s.x] = c
	if width == 2 {
		row[s.x+1] = ""
	}
	s.rows[s.y] = row
	s.x += width
	if s.x == s.width {
		s.x, s.full = s.width-1, true
	}
}

// resize gives the window another size.
func (s *screen) resize(width, height int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows [][]string
	y, x := 0, s.x
	for i, row := range s.rows {
		if i == s.y {
			y, x = len(rows)+s.x/width, s.x%width
		}
		broken := slices.Collect(slices.Chunk(row, width))
		if len(broken) == 0 {
			broken = [][]string{nil}
		}
		rows = append(rows, broken...)
	}
	for y >= len(rows) {
		rows = append(rows, nil)
	}
	s.width, s.height, s.rows, s.x, s.y, s.full = width, height, rows, x, y, false
	s.top = max(0, len(rows)-height)
}

// lines are the rows from the beginning on, without blanks at their ends.
func (s *screen) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, row := range s.rows {
		list = append(list, strings.TrimRight(strings.Join(row, ""), " "))
	}
	return list
}

func (s *screen) text() string { return strings.Join(s.lines(), "\n") }

// cursor is the row where the cursor is, with | in its place.
func (s *screen) cursor() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.rows[s.y]
	at := min(s.x, len(row))
	return strings.TrimRight(strings.Join(row[:at], "")+"|"+strings.Join(row[at:], ""), " ")
}
