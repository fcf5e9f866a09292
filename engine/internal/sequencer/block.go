package sequencer

import "gannet/storage"

// blocks says who of the two users of a Single conversation blocks the other.
type blocks uint8

const (
	blockByA blocks = 1 << iota // A being the user whose id comes first
	blockByB
)

func blockBy(user, other string) blocks {
	if user < other {
		return blockByA
	}
	return blockByB
}

// by reports whether user blocks other.
func (k blocks) by(user, other string) bool { return k&blockBy(user, other) != 0 }

// blocksOf reads who of two users blocks the other.
func (s *Sequencer) blocksOf(a, b string) (k blocks, err error) {
	for _, pair := range [2][2]string{{a, b}, {b, a}} {
		on, err := (&Tx{s}).Reads(OfBlock(pair[0], pair[1])).Blocked(pair[0], pair[1])
		if err != nil {
			return 0, err
		}
		if on {
			k |= blockBy(pair[0], pair[1])
		}
	}
	return k, nil
}

// Block makes a user's Single messages to another be refused: other's to user.
func (tx *Tx) Block(user, other string) {
	tx.Writes(OfBlock(user, other)).PutBlock(user, storage.Block{User: other, At: tx.s.now})
	if c := tx.s.convs[singleID(user, other)]; c != nil {
		c.blocked |= blockBy(user, other)
	}
}

// Unblock takes a Block back.
func (tx *Tx) Unblock(user, other string) {
	tx.Writes(OfBlock(user, other)).DeleteBlock(user, other)
	if c := tx.s.convs[singleID(user, other)]; c != nil {
		c.blocked &^= blockBy(user, other)
	}
}

func singleID(a, b string) string {
	if b < a {
		a, b = b, a
	}
	return singlePrefix + a + ":" + b
}
