package sequencer

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

// tb is what testing.T and rapid.T have in common.
type tb interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// plain encodes frames as lines of words.
type plain struct{}

func (plain) AppendChat(dst []byte, head *Head, to string, m *storage.Message) []byte {
	if m.Event {
		return fmt.Appendf(dst, "chat %s %d %d %s %s(%s)\n", head.ID, m.Seq, m.ID, m.From, m.Type, m.Extra)
	}
	return fmt.Appendf(dst, "chat %s %d %d %s %s\n", head.ID, m.Seq, m.ID, m.From, m.Content)
}

func (plain) GroupExtra(event, user string) []byte { return []byte(event + " " + user) }

func (plain) AppendSent(dst []byte, cid string, r *Result) []byte {
	return fmt.Appendf(dst, "sent %s %s %d %d\n", cid, r.ConvID, r.Seq, r.ID)
}

func (plain) AppendRefusal(dst []byte, cid string, err error) []byte {
	return fmt.Appendf(dst, "refused %s %v\n", cid, err)
}

// lines takes frames apart.
func lines(frames []byte) []string {
	return strings.Split(strings.TrimSuffix(string(frames), "\n"), "\n")
}

// rig is a sequencer on a database of its own, and what it has posted.
type rig struct {
	*Sequencer
	t     tb
	db    *storage.DB
	fatal atomic.Int32

	mu    sync.Mutex
	posts [][]delivery.Post // by reactor
	stats []Published
}

const day1 = 24 * time.Hour

// build makes a sequencer that isn't started.
func build(t tb, fs vfs.FS, change func(*Config)) *rig {
	t.Helper()
	return buildOn(t, storage.Options{FS: fs}, change)
}

// buildOn is build with a database's own options.
func buildOn(t tb, o storage.Options, change func(*Config)) *rig {
	t.Helper()
	r := &rig{t: t}
	var err error
	o.Dir, o.Logger, o.CacheBytes, o.MemTableBytes = "/data", slog.New(slog.DiscardHandler), 1<<20, 1<<20
	o.Fatal = func(error) { r.fatal.Add(1) }
	if r.db, err = storage.Open(o); err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Reactors: 2, DedupeWindow: 7 * day1, MaxMembers: 100, Encoder: plain{},
		Post: r.post, Fatal: func(error) { r.fatal.Add(1) }, Logger: slog.New(slog.DiscardHandler),
		Observe: func(p *Published) {
			r.mu.Lock()
			r.stats = append(r.stats, *p)
			r.mu.Unlock()
		},
	}
	if change != nil {
		change(&cfg)
	}
	r.posts = make([][]delivery.Post, cfg.Reactors)
	if r.Sequencer, err = New(r.db, cfg); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) post(reactor int, posts []delivery.Post) {
	r.mu.Lock()
	r.posts[reactor] = append(r.posts[reactor], posts...)
	r.mu.Unlock()
}

// start starts a sequencer that ends with the test.
func start(t *testing.T, fs vfs.FS, change func(*Config)) *rig {
	t.Helper()
	r := build(t, fs, change)
	r.Start()
	t.Cleanup(r.stop)
	return r
}

// stop ends the sequencer, once, and looks through what it wrote.
func (r *rig) stop() {
	if r.db == nil {
		return
	}
	r.Stop()
	r.close()
}

func (r *rig) close() {
	verify(r.t, r.db)
	if err := r.db.Close(); err != nil {
		r.t.Error(err)
	}
	r.db = nil
}

func verify(t tb, db *storage.DB) {
	if _, err := db.Verify(func(p storage.Problem) { t.Errorf("verify: %v", p) }); err != nil {
		t.Error(err)
	}
}

// single is a message between two users, whose cid is its content.
func single(from, to, cid string) Send {
	pair := []string{from, to}
	slices.Sort(pair)
	return Send{
		From: from, Kind: Single, ConvID: "single_" + pair[0] + ":" + pair[1], To: to,
		CID: cid, Content: []byte(cid),
	}
}

func toGroup(from, group, cid string) Send {
	return Send{From: from, Kind: Group, ConvID: groupPrefix + group, CID: cid, Content: []byte(cid)}
}

// send hands messages over in one piece and waits for all answers.
func (r *rig) send(sends ...Send) []Result {
	r.t.Helper()
	results := make([]Result, len(sends))
	var wg sync.WaitGroup
	for i := range sends {
		wg.Add(1)
		sends[i].Done = func(res Result) { results[i] = res; wg.Done() }
	}
	if err := r.Submit(time.Now(), sends); err != nil {
		r.t.Fatal(err)
	}
	wg.Wait()
	return results
}

func (r *rig) send1(m Send) Result {
	r.t.Helper()
	return r.send(m)[0]
}

// do runs a command that must succeed.
func (r *rig) do(command func(*Tx) error) {
	r.t.Helper()
	if err := r.Do(command); err != nil {
		r.t.Fatal(err)
	}
}

// newGroup is a group for up to 100 members.
func newGroup(id, owner string) storage.Group {
	return storage.Group{ID: id, Name: id, Owner: owner, MaxMembers: 100, Flags: GroupOpen}
}

// group makes a group whose first user owns it.
func (r *rig) group(id string, users ...string) {
	r.t.Helper()
	r.do(func(tx *Tx) error {
		err := tx.CreateGroup(newGroup(id, users[0]))
		for _, u := range users[1:] {
			if err == nil {
				err = tx.AddMember(id, u, 0)
			}
		}
		return err
	})
}

// attach makes a connection known and waits until it is.
func (r *rig) attach(conn delivery.Conn, user, device string, live bool) (replaced delivery.Conn) {
	r.t.Helper()
	done := make(chan error, 1)
	err := r.Attach(conn, user, device, live, func(old delivery.Conn, err error) {
		replaced = old
		done <- err
	})
	if err == nil {
		err = <-done
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return replaced
}

// sync returns when all that came before is published.
func (r *rig) sync() {
	r.t.Helper()
	r.do(func(*Tx) error { return nil })
}

// take returns what was posted to a reactor since the last take.
func (r *rig) take(reactor int) []delivery.Post {
	r.mu.Lock()
	defer r.mu.Unlock()
	posts := r.posts[reactor]
	r.posts[reactor] = nil
	return posts
}

// messages reads a conversation from the log.
func messages(t tb, db *storage.DB, convID string) (found []storage.Message) {
	t.Helper()
	rec, ok, err := db.Conversation(convID)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return nil
	}
	err = db.Messages(rec.Num, 1, 1<<60, func(m *storage.Message) error {
		c := *m
		c.From, c.Type = strings.Clone(m.From), strings.Clone(m.Type)
		c.Content, c.Extra = slices.Clone(m.Content), slices.Clone(m.Extra)
		found = append(found, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
