package desk

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// MaxTranscriptLimit is how many entries a page of a transcript may have.
const MaxTranscriptLimit = 1000

var (
	errPage      = wire.Errorf(wire.ReasonBadRequest, "limit must be 1 to %d", MaxTranscriptLimit)
	errPageAfter = wire.NewError(wire.ReasonBadRequest, "after is not the next of an earlier page of a transcript")
)

// Transcript is a page of what was said in a session, the oldest first.
type Transcript struct {
	Session Session
	People  []Person // who speaks on this page, by user id
	Entries []TranscriptEntry
	Next    string         // where the next page begins; "": this is the last
	Zone    *time.Location // of the desk
}

// TranscriptEntry is a message or an event of a session, or a note of the staff.
type TranscriptEntry struct {
	chat.Entry
	Note bool
}

// Person is somebody who speaks in a session.
type Person struct {
	User, Name string
	Role       Role // RoleNone: the desk itself
}

// Transcript returns up to limit entries of a session after a page's next ("":
// from the beginning on). Its visitor may read it, its agent, supervisors and
// backends; while nobody has it, each agent. The notes are for the staff only.
func (d *Desk) Transcript(ctx context.Context, by Actor, id, after string, limit int) (Transcript, error) {
	if limit < 1 || limit > MaxTranscriptLimit {
		return Transcript{}, errPage
	}
	at, ok := parsePlace(after)
	if !ok {
		return Transcript{}, errPageAfter
	}
	s, err := d.Session(ctx, by, id)
	if err != nil {
		return Transcript{}, err
	}
	t := Transcript{Session: s, Zone: d.cfg.Hours.Zone()}
	p := pageReader{chat: d.cfg.Chat, id: id, limit: limit, at: at}
	p.notes = s.Staff != 0 && d.Role(by) >= RoleAgent && s.Visitor != by.User
	if t.Entries, t.Next, err = p.read(ctx); err == nil {
		t.People, err = d.people(&s.DeskSession, t.Entries)
	}
	if err != nil {
		return Transcript{}, d.refusal(err)
	}
	return t, nil
}

// place is how far a transcript has been read in both conversations of a session.
type place struct{ talk, notes uint64 }

func (p place) String() string {
	return strconv.FormatUint(p.talk, 10) + "-" + strconv.FormatUint(p.notes, 10)
}

func parsePlace(s string) (p place, ok bool) {
	if s == "" {
		return p, true
	}
	talk, notes, _ := strings.Cut(s, "-")
	if p.talk, ok = parseSeq(talk); ok {
		p.notes, ok = parseSeq(notes)
	}
	return p, ok && s == p.String()
}

func parseSeq(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil && n <= wire.MaxSeq
}

// pageReader reads a page out of two conversations.
type pageReader struct {
	chat  Chat
	id    string // of the session
	notes bool   // are to be read, too
	limit int
	at    place
}

// stream is what is at hand of one conversation.
type stream struct {
	list []chat.Entry
	more bool // there is more than that
}

// ended reports whether nothing is at hand while there is more.
func (s *stream) ended() bool { return len(s.list) == 0 && s.more }

func (s *stream) next() (e chat.Entry) {
	e, s.list = s.list[0], s.list[1:]
	return e
}

// read merges both by the ids of their entries, which rise over all conversations.
func (p *pageReader) read(ctx context.Context) (list []TranscriptEntry, next string, err error) {
	var talk, notes stream
	talk.list, talk.more, err = p.chat.Entries(ctx, wire.ServiceConvID(p.id), p.at.talk, p.limit)
	if err == nil && p.notes {
		notes.list, notes.more, err = p.chat.Entries(ctx, wire.StaffConvID(p.id), p.at.notes, p.limit)
	}
	if err != nil {
		return nil, "", err
	}
	for len(list) < p.limit && len(talk.list)+len(notes.list) > 0 && !talk.ended() && !notes.ended() {
		if len(notes.list) == 0 || len(talk.list) > 0 && talk.list[0].ID < notes.list[0].ID {
			e := talk.next()
			p.at.talk = e.Seq
			list = append(list, TranscriptEntry{Entry: e})
		} else {
			e := notes.next()
			p.at.notes = e.Seq
			list = append(list, TranscriptEntry{Entry: e, Note: true})
		}
	}
	if talk.more || notes.more || len(talk.list)+len(notes.list) > 0 {
		next = p.at.String()
	}
	return list, next, nil
}

// people says who speaks on a page.
func (d *Desk) people(s *storage.DeskSession, list []TranscriptEntry) (people []Person, err error) {
	met := make(map[string]bool)
	for i := range list {
		if from := list[i].From; !met[from] {
			met[from] = true
			people = append(people, Person{User: from})
		}
	}
	err = d.seq.Ask(func(*sequencer.Tx) {
		for i := range people {
			d.introduce(s, &people[i])
		}
	})
	slices.SortFunc(people, func(a, b Person) int { return cmp.Compare(a.User, b.User) })
	return people, err
}

// introduce finds name and role of somebody who speaks in a session. Who is
// neither its visitor nor the desk itself is of the staff, or was.
func (d *Desk) introduce(s *storage.DeskSession, p *Person) {
	switch {
	case p.User == s.Visitor || slices.Contains(s.Former, p.User):
		p.Role, p.Name = RoleVisitor, s.VisitorName
	case p.User != d.cfg.System:
		p.Role = RoleAgent
		if a := d.floor.agents[p.User]; a != nil {
			p.Role, p.Name = max(p.Role, Role(a.rec.Role)), a.rec.Name
		}
	}
	p.Name = cmp.Or(p.Name, p.User)
}
