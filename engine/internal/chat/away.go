package chat

import (
	"bytes"
	"encoding/json"
	"slices"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Away is a receiver of a message who has no connection and hasn't read it.
type Away struct {
	User      string
	Unread    uint64 // messages of the conversation, up to this one
	Mentioned bool
}

// Absence finds out who is away. It remembers what it has read, so it is to be
// used for a few messages only. It belongs to one goroutine.
type Absence struct {
	s          *Service
	maxMembers int
	system     string
	online     map[string]bool
	receivers  map[uint64][]string // of conversations: all who may be told
	seats      map[seat]*seated
	counts     map[storage.Place]uint64 // messages up to a seq
	blocks     map[[2]string]bool
}

// seat is a user in a conversation, seated what is known of it.
type seat struct {
	user string
	conv uint64
}

type seated struct {
	rec storage.Session
	in  bool
}

// Absence begins to find out who is away. In groups with more members than
// maxMembers only those are looked at who are mentioned by name. The system user
// is never away.
func (s *Service) Absence(maxMembers int, system string) *Absence {
	return &Absence{
		s: s, maxMembers: maxMembers, system: system,
		online: make(map[string]bool), receivers: make(map[uint64][]string),
		seats: make(map[seat]*seated), counts: make(map[storage.Place]uint64), blocks: make(map[[2]string]bool),
	}
}

// Of returns who is away and may be told of a message now, by id: not who has
// read or cleared it, who blocks its sender, or who has muted the conversation and
// isn't mentioned. Of events, notes of the desk, what has no content any more and
// what was imported it returns nobody.
func (a *Absence) Of(e *Logged) (list []Away, err error) {
	if e.Event || e.Staff || e.gone || e.imported {
		return nil, nil
	}
	names, all := mentioned(e.Extra)
	users, err := a.candidates(e, names)
	if err != nil {
		return nil, err
	}
	if err := a.look(users, e.place.num); err != nil {
		return nil, err
	}
	for _, user := range users {
		if user == e.From || a.online[user] {
			continue
		}
		w := Away{User: user, Mentioned: all || slices.Contains(names, user)}
		if told, err := a.judge(e, &w); err != nil {
			return nil, err
		} else if told {
			list = append(list, w)
		}
	}
	return list, nil
}

// mentioned are those whom a message mentions.
func mentioned(extra []byte) (users []string, all bool) {
	if !bytes.Contains(extra, []byte(`"mentions":`)) {
		return nil, false
	}
	var v struct{ Mentions json.RawMessage }
	object := append(append([]byte{'{'}, extra...), '}')
	if json.Unmarshal(object, &v) != nil || json.Unmarshal(v.Mentions, &users) != nil {
		return nil, string(v.Mentions) == `"all"`
	}
	return users, false
}

// candidates are all who may be told of a message, in order.
func (a *Absence) candidates(e *Logged, names []string) ([]string, error) {
	if e.Kind == sequencer.Group && e.Members > a.maxMembers {
		users := slices.Clone(names)
		slices.Sort(users)
		return slices.Compact(users), nil
	}
	if users, known := a.receivers[e.place.num]; known {
		return users, nil
	}
	var users []string
	var err error
	if e.Kind == sequencer.Single {
		users = []string{e.place.a, e.place.b}
	} else {
		users, err = a.members(e.place.num)
	}
	if err != nil {
		return nil, err
	}
	users = slices.DeleteFunc(users, func(user string) bool { return user == a.system })
	a.receivers[e.place.num] = users
	return users, nil
}

// members are those of a group or a service session, but for who silently looks in.
func (a *Absence) members(conv uint64) (users []string, err error) {
	const step = 1000
	for after := ""; ; {
		page, err := a.s.db.Members(conv, after, step)
		if err != nil {
			return nil, err
		}
		for _, m := range page {
			if m.Role != sequencer.RoleSilent {
				users = append(users, m.User)
			}
		}
		if len(page) < step {
			return users, nil
		}
		after = page[step-1].User
	}
}

// lookStep is how many users the log's writer is asked about at a time.
const lookStep = 500

// look finds out who is online, and of the others where they are in the
// conversation.
func (a *Absence) look(users []string, conv uint64) error {
	var fresh []string
	for _, user := range users {
		if a.seats[seat{user, conv}] == nil && !a.online[user] {
			fresh = append(fresh, user)
		}
	}
	for some := range slices.Chunk(fresh, lookStep) {
		sent := make([]uint64, len(some))
		err := a.s.seq.Ask(func(tx *sequencer.Tx) {
			for i, user := range some {
				a.online[user] = tx.Online(user)
				sent[i] = tx.NotedIn(user, conv).Sent
			}
		})
		if err != nil {
			return err
		}
		for i, user := range some {
			rec, ok, err := a.s.db.Session(user, conv)
			if err != nil {
				return err
			}
			rec.SentSeq = max(rec.SentSeq, sent[i])
			a.seats[seat{user, conv}] = &seated{rec, ok && !rec.Left}
		}
	}
	return nil
}

// judge decides whether somebody who has no connection is told of a message, and
// counts.
func (a *Absence) judge(e *Logged, w *Away) (told bool, err error) {
	at := a.seats[seat{w.User, e.place.num}]
	if at == nil || !at.in || at.rec.Flags&sessionMuted != 0 && !w.Mentioned {
		return false, nil
	}
	read := max(floorOf(&at.rec), at.rec.ReadSeq, at.rec.SentSeq)
	if read >= e.Seq {
		return false, nil
	}
	if blocks, err := a.blocked(w.User, e.From); err != nil || blocks {
		return false, err
	}
	all, err := a.count(e.place.num, e.Seq)
	if err != nil {
		return false, err
	}
	before, err := a.count(e.place.num, read)
	w.Unread = all - before
	return true, err
}

func (a *Absence) blocked(user, other string) (blocks bool, err error) {
	pair := [2]string{user, other}
	if blocks, known := a.blocks[pair]; known {
		return blocks, nil
	}
	if blocks, err = a.s.db.Blocked(user, other); err == nil {
		a.blocks[pair] = blocks
	}
	return blocks, err
}

func (a *Absence) count(conv, seq uint64) (n uint64, err error) {
	at := storage.Place{Conv: conv, Seq: seq}
	if n, known := a.counts[at]; known {
		return n, nil
	}
	if n, err = a.s.db.CountTo(conv, seq); err == nil {
		a.counts[at] = n
	}
	return n, err
}
