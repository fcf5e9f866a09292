package storage

import "bytes"

// Run is a row of entries, for those few that are rewritten: after an edit, a
// recall, or when their content has expired.
type Run struct {
	Conv     uint64
	Base     uint64    // entries of the conversation before it that are messages, not events
	Messages []Message // with consecutive seqs
}

// Run returns the run that holds a seq. It isn't found if the conversation has
// no such seq. All of it is the caller's; its parts share one piece of memory.
func (db *DB) Run(conv, seq uint64) (run Run, found bool, err error) {
	s := newScan()
	defer s.free()
	found, err = s.runOf(db.p, db.keys, conv, seq, func(_, _ []byte) error {
		run, err = s.run.all()
		return err
	})
	if !found || err != nil {
		return Run{}, false, err
	}
	return run, true, nil
}

// all reads an opened run into memory of its own.
func (r *runDecoder) all() (Run, error) {
	conv, _, _ := splitRunKey(r.key)
	r.rest = bytes.Clone(r.rest)
	run := Run{Conv: conv, Base: r.count, Messages: make([]Message, r.left)}
	for i := range run.Messages {
		if err := r.next(&run.Messages[i]); err != nil {
			return Run{}, err
		}
	}
	return run, nil
}

// PutRun writes a run in place of the stored one that it was read as. What may
// have changed is Content, Type, Flags, Extra, Ref and Expires of its messages.
//
// A run that has grown too long is written as several, which are returned: what
// is changed next in the same batch is changed in one of them. They share the
// messages of the one that was given.
func (b *Batch) PutRun(run Run) []Run {
	b.fail(checkMessages(run.Conv, run.Base, run.Messages))
	if n := len(run.Messages); n == 0 || n > maxRunLen {
		b.fail(invalid("run of %d messages in conversation %d", n, run.Conv))
	}
	var parts []Run
	for b.err == nil && len(run.Messages) > 0 {
		part := Run{Conv: run.Conv, Base: run.Base}
		n := runEnd(run.Messages, maxRunLen)
		part.Messages, run.Messages = run.Messages[:n:n], run.Messages[n:]
		b.putRun(part.Conv, part.Base, part.Messages)
		run.Base += readable(part.Messages)
		parts = append(parts, part)
	}
	return parts
}
