package wire

import "strconv"

// Extra is a list of JSON members without the braces around them, such as
//
//	"reply_to":"17","reply_seq":3
//
// Each method appends one and returns the longer list, as append does. Keys are
// written as they are, so they must need no escapes.
type Extra []byte

// Text appends a string.
func (e Extra) Text(key, s string) Extra { return AppendString(e.key(key), s) }

// Texts appends a list of strings.
func (e Extra) Texts(key string, list []string) Extra { return appendTexts(e.key(key), "", list) }

// ID appends a message id, which is a string in JSON.
func (e Extra) ID(key string, id uint64) Extra { return appendMessageID(e.key(key), `"`, id) }

// Uint appends a number.
func (e Extra) Uint(key string, n uint64) Extra { return strconv.AppendUint(e.key(key), n, 10) }

// Bool appends true or false.
func (e Extra) Bool(key string, b bool) Extra { return strconv.AppendBool(e.key(key), b) }

// key appends a comma where one is needed, the key and the colon.
func (e Extra) key(key string) []byte {
	if len(e) > 0 {
		e = append(e, ',')
	}
	e = append(append(e, '"'), key...)
	return append(e, `":`...)
}
