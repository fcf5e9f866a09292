package bench

// A layout is what the messages of one conversation look like byte for byte,
// as far as it can be known beforehand. Messages that fit are read without
// decoding JSON; any that doesn't is no fault, it takes the slow path.
//
//	{"type":"chat","id":"<id>","conv_id":"<conv>","seq":<seq>,"from":"<from>","to":"<to>","content":"<tag>…
//	{"type":"sent","cid":"<cid>","id":"<id>","conv_id":"<conv>","seq":<seq>,…
//
// The length of an id is learnt from the first message; all users of a run
// have names of the same length.
type layout struct {
	idLen   int
	mid     string   // from the id's closing quote to the seq
	senders []string // by the tag's sender
	ends    []string // by sender, from the quote that closes `from` to the one that opens content
	nameLen int
	endLen  int
}

const (
	chatHead = `{"type":"chat","id":"`
	sentHead = `{"type":"sent","cid":"`
	sentID   = `","id":"`
	fromHead = `,"from":"`
	cidLen   = 8
)

func newLayout(ca *cast) *layout {
	y := &layout{mid: `","conv_id":"` + ca.convID + `","seq":`, senders: ca.members[:ca.senders]}
	for i := range y.senders {
		y.ends = append(y.ends, `","`+ca.field+`":"`+ca.receivers[i]+`","content":"`)
	}
	y.nameLen, y.endLen = len(y.senders[0]), len(y.ends[0])
	return y
}

// A view is one message as one connection saw it. The slices alias its bytes.
type view struct {
	seq uint64
	id  []byte
	tag []byte // tagLen letters
}

// chat reads a pushed message. ok is false for everything that doesn't fit.
func (y *layout) chat(p []byte) (v view, ok bool) {
	idEnd := len(chatHead) + y.idLen
	seqAt := idEnd + len(y.mid)
	if len(p) < seqAt+len(fromHead)+tagLen || string(p[:len(chatHead)]) != chatHead || string(p[idEnd:seqAt]) != y.mid {
		return view{}, false
	}
	seq, n := readDigits(p[seqAt:])
	from := seqAt + n + len(fromHead)
	end := from + y.nameLen
	tagAt := end + y.endLen
	if n == 0 || len(p) < tagAt+tagLen || string(p[from-len(fromHead):from]) != fromHead {
		return view{}, false
	}
	t := p[tagAt : tagAt+tagLen]
	sender := int(getLetters(t[8:]) >> 16)
	if !isTag(t) || sender >= len(y.senders) || string(p[from:end]) != y.senders[sender] || string(p[end:tagAt]) != y.ends[sender] {
		return view{}, false
	}
	return view{seq, p[len(chatHead):idEnd], t}, true
}

// sent reads the answer to a send. ok is false for everything that doesn't fit.
func (y *layout) sent(p []byte) (number uint32, v view, ok bool) {
	const idAt = len(sentHead) + cidLen + len(sentID)
	idEnd := idAt + y.idLen
	seqAt := idEnd + len(y.mid)
	if len(p) < seqAt || string(p[:len(sentHead)]) != sentHead || string(p[idAt-len(sentID):idAt]) != sentID || string(p[idEnd:seqAt]) != y.mid {
		return 0, view{}, false
	}
	seq, n := readDigits(p[seqAt:])
	if n == 0 || !areLetters(p[len(sentHead):]) {
		return 0, view{}, false
	}
	return getLetters(p[len(sentHead):]), view{seq: seq, id: p[idAt:idEnd]}, true
}

// learn takes the length of an id from a message that took the slow path.
func (y *layout) learn(id string) { y.idLen = len(id) }

// readDigits reads a decimal number that ends with a comma; n == 0: there is none.
func readDigits(b []byte) (v uint64, n int) {
	for i, c := range b[:min(len(b), 17)] {
		if c == ',' {
			return v, i
		}
		if c-'0' > 9 {
			return 0, 0
		}
		v = v*10 + uint64(c-'0')
	}
	return 0, 0
}
