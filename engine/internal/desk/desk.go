package desk

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Config is what the desk may be told. A duration of 0 means that what it bounds
// never comes.
type Config struct {
	MaxSessions int // open at once, of an agent who asks for no other number; 0: no limit
	MaxQueue    int // who would be one more is refused; 0: any number
	MaxOffline  int // open sessions with a message for later; who would be one more is refused, or goes unserved; 0: any number

	MaxWait       time.Duration // in the queue; then a message is taken for later
	AgentGrace    time.Duration // how long an agent's connections may be gone
	FirstReply    time.Duration // how long an agent may take to write for the first time
	VisitorSilent time.Duration // after the agent's last message; then the visitor is warned
	VisitorClose  time.Duration // after that; then the session is closed

	System string // user id of what the desk itself does

	Hours       *Hours // when the desk is open; nil: always
	ClosedText  string // for who comes when it isn't
	OfflineText string // for whom nobody came in time
	WarnText    string // for who is silent

	Times  Times                       // what is measured; its fields may be nil
	Frame  func(payload []byte) []byte // makes a text frame of a JSON object
	Chat   Chat
	Logger *slog.Logger
}

// Chat is what the desk needs of the chat rules.
type Chat interface {
	// Entries reads a conversation for who need not be a member.
	Entries(ctx context.Context, convID string, after uint64, limit int) (list []chat.Entry, more bool, err error)
	// SendBatch stores messages of any users.
	SendBatch(ctx context.Context, out []chat.Outgoing) ([]chat.Outcome, error)
	// Refusal gives an error its words on the wire.
	Refusal(err error) *wire.Error
}

// Desk is the customer-service desk. Its exported methods may be called by any
// goroutine where they don't say otherwise; those with a context wait until what
// they did, or show, is on disk. Their errors are *wire.Error.
type Desk struct {
	cfg Config
	db  *storage.DB
	seq *sequencer.Sequencer

	floor   *floor // owned by the sequencer goroutine, as is what follows
	figures figures
	stale   []repair            // what a stop has left behind
	asleep  bool                // that is still to be put right
	told    notice              // what agents know of the queue
	telling mark                // how far visitors know their places
	seen    map[string]struct{} // agents who have come or gone
	arrived []*session          // those that wait whose visitors have come

	roles   roles
	replies sync.Mutex // held while canned replies are changed
	clerk   clerk

	unmerged chan struct{} // sessions of somebody who was identified couldn't be moved
}

// New loads what is stored. The sequencer must not run yet, or nobody's desk be
// called by it. Start is to follow.
func New(cfg Config, db *storage.DB, seq *sequencer.Sequencer) (*Desk, error) {
	d := &Desk{cfg: cfg, db: db, seq: seq, floor: newFloor(), asleep: true, seen: make(map[string]struct{})}
	d.figures.times = cfg.Times
	d.roles.known = make(map[string]Role)
	d.clerk.bell, d.clerk.quit = make(chan struct{}, 1), make(chan struct{})
	d.unmerged = make(chan struct{}, 1)
	if err := d.load(); err != nil {
		return nil, err
	}
	return d, nil
}

// Start starts the clerk, who at once puts right what a stop has left behind. The
// sequencer must run.
func (d *Desk) Start() {
	d.clerk.done.Go(d.run)
	d.clerk.done.Go(d.runMerges)
}

// Close ends the clerk.
func (d *Desk) Close() {
	close(d.clerk.quit)
	d.clerk.done.Wait()
}
