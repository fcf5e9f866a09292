package terminal

import (
	"io"
	"slices"
	"strings"
)

// editor is the terminal as a session sees it: lines that were entered come out,
// and text goes in above the line that is being typed. It belongs to one goroutine.
type editor struct {
	out           io.Writer
	width, height int
	style         style
	status        string // one row, may have codes of style
	prompt        string // may have codes of style

	entered  func(text string)                             // Enter
	left     func(key string)                              // interrupt (nothing is typed), eof or suspend
	typed    func()                                        // any key
	complete func(before string) (from int, list []string) // what may stand from there on

	keys    keys
	line    line
	history history
	area    area
	above   []string // lines to be shown above the area
	clear   bool     // the screen is to be cleared
	stale   bool     // the area isn't what it should be
}

// input takes in what comes from the terminal.
func (e *editor) input(b []byte) {
	for _, k := range e.keys.feed(b) {
		e.press(k)
		e.typed()
		e.stale = true
	}
}

// print shows lines above what is typed. They must be inert but for the codes of
// style.
func (e *editor) print(lines ...string) { e.above = append(e.above, lines...) }

func (e *editor) setStatus(text string) {
	e.stale = e.stale || text != e.status
	e.status = text
}

func (e *editor) setPrompt(text string) {
	e.stale = e.stale || text != e.prompt
	e.prompt = text
}

func (e *editor) resize(width, height int) {
	e.width, e.height, e.stale = max(width, 2), max(height, 2), true
}

// flush brings the screen up to date, in one write.
func (e *editor) flush() error {
	if !e.stale && !e.clear && len(e.above) == 0 {
		return nil
	}
	var out []byte
	if e.clear {
		out, e.area, e.clear = append(out, "\x1b[2J\x1b[H"...), area{}, false
	}
	out = e.area.erase(out, e.width)
	for _, text := range e.above {
		out = append(out, text...)
		out = append(out, "\r\n"...)
	}
	e.area = newArea(e.status, e.prompt, &e.line, e.width, e.height)
	e.above, e.stale = nil, false
	_, err := e.out.Write(e.area.draw(out))
	return err
}

// close leaves the cursor in an empty row below everything.
func (e *editor) close() error {
	_, err := e.out.Write(e.area.erase(nil, e.width))
	return err
}

// again draws everything anew on a terminal that others have written to.
func (e *editor) again() { e.area, e.stale = area{}, true }

// edits are the keys that change the line or move in it.
var edits = map[string]func(*line){
	"home": (*line).home, "end": (*line).end, "left": (*line).left, "right": (*line).right,
	"word-left": (*line).wordLeft, "word-right": (*line).wordRight,
	"backspace": (*line).backspace, "delete": (*line).delete,
	"cut-start": (*line).cutStart, "cut-end": (*line).cutEnd, "cut-word": (*line).cutWord, "delete-word": (*line).deleteWord,
}

func (e *editor) press(k key) {
	if edit := edits[k.name]; edit != nil {
		edit(&e.line)
		return
	}
	switch k.name {
	case "", "pasted":
		e.line.insert(k.text)
	case "newline":
		e.line.insert("\n")
	case "paste":
		e.line.insert(e.line.cut)
	case "enter":
		e.enter()
	case "tab":
		e.tab()
	case "up":
		e.recallLine(-1)
	case "down":
		e.recallLine(1)
	case "redraw":
		e.clear = true
	default:
		e.leave(k.name)
	}
}

func (e *editor) enter() {
	text := e.line.text()
	e.line.set("")
	if strings.TrimSpace(text) == "" {
		return
	}
	e.history.add(text)
	e.entered(text)
}

func (e *editor) recallLine(step int) {
	if text, ok := e.history.move(step, e.line.text()); ok {
		e.line.set(text)
	}
}

// leave is for the keys that end something: the line, else the session.
func (e *editor) leave(name string) {
	switch {
	case name == "interrupt" && e.line.text() != "":
		e.line.set("")
	case name == "eof" && e.line.text() != "":
		e.line.delete()
	default:
		e.left(name)
	}
}

// tab completes what stands before the cursor as far as it is certain, and shows
// what it may be.
func (e *editor) tab() {
	from, list := e.complete(e.line.before)
	if len(list) == 0 {
		return
	}
	common := list[0]
	for _, text := range list[1:] {
		common = commonPrefix(common, text)
	}
	if len(list) == 1 && !strings.HasSuffix(common, " ") {
		common += " "
	}
	if common != e.line.before[from:] && len(common) >= len(e.line.before)-from {
		e.line.before = e.line.before[:from] + common
		return
	}
	if len(list) > 1 {
		e.print(e.inColumns(list)...)
	}
}

// commonPrefix is what both texts begin with, in whole characters.
func commonPrefix(a, b string) string {
	n := 0
	for i, r := range a {
		if !strings.HasPrefix(b[min(i, len(b)):], string(r)) {
			break
		}
		n = i + len(string(r))
	}
	return a[:n]
}

// inColumns lays words out as wide as the terminal.
func (e *editor) inColumns(words []string) (rows []string) {
	shown := make([]string, len(words))
	for i, w := range words {
		shown[i] = clip(inertLine(strings.TrimSpace(w)), e.width-2)
	}
	room := columns(slices.MaxFunc(shown, func(a, b string) int { return columns(a) - columns(b) })) + 2
	for some := range slices.Chunk(shown, max(1, e.width/room)) {
		row := ""
		for _, word := range some {
			row += padded(word, room)
		}
		rows = append(rows, e.style.faint(strings.TrimRight(row, " ")))
	}
	return rows
}
