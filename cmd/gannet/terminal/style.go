package terminal

import "hash/fnv"

// style writes with colours, or without. Only colours and weights that can be read
// on a light and on a dark background are used, and never as the only sign.
type style bool

const (
	codeBold  = "1"
	codeFaint = "2"
	codeRed   = "31"
)

func (s style) with(code, text string) string {
	if !s || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string  { return s.with(codeBold, text) }
func (s style) faint(text string) string { return s.with(codeFaint, text) }
func (s style) fault(text string) string { return s.with(codeRed, text) }

// name writes a user's name, each in one of four colours.
func (s style) name(user string) string {
	hues := [...]string{"32", "34", "35", "36"}
	h := fnv.New32a()
	_, _ = h.Write([]byte(user))
	return s.with("1;"+hues[h.Sum32()%uint32(len(hues))], user)
}
