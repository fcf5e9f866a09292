package storage

// DeskMerge is a visitor who was identified and whose sessions are on their way to
// the user: it is there until the last one has moved.
type DeskMerge struct {
	Visitor string // user id
	User    string // user id
}

const deskMergeVersion = 1

func decodeDeskMerge(key, value []byte) (DeskMerge, error) {
	visitor, ok := splitDeskKey(key, deskMerge)
	d := decoder{rest: value}
	d.version(deskMergeVersion)
	m := DeskMerge{Visitor: visitor, User: d.string()}
	if !ok || !d.done() || m.User == "" || m.User == m.Visitor {
		return DeskMerge{}, corrupt(key, "bad desk merge")
	}
	return m, nil
}

// PutDeskMerge notes a merge that begins.
func (b *Batch) PutDeskMerge(m DeskMerge) {
	b.fail(checkText("user", m.User))
	b.deskKey(deskMerge, m.Visitor)
	b.value = appendString(append(b.value[:0], deskMergeVersion), m.User)
	b.set()
}

// DeleteDeskMerge notes that the merge of a visitor has come to its end.
func (b *Batch) DeleteDeskMerge(visitor string) { b.deleteDesk(deskMerge, visitor) }

// DeskMerges hands all merges that haven't come to their end to fn. An error of
// fn ends it and is returned.
func (db *DB) DeskMerges(fn func(DeskMerge) error) error {
	return eachDesk(db, deskMerge, decodeDeskMerge, fn)
}
