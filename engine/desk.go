package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"

	"gannet/codec"
	"gannet/engine/auth"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/desk"
	"gannet/engine/internal/httpapi"
	"gannet/engine/internal/metrics"
	"gannet/storage"
)

// counter is what the engine keeps of the customer-service desk besides the desk
// itself.
type counter struct {
	*desk.Desk
	visitors httpapi.Visitors // nil: anonymous visitors may not come
}

// buildDesk makes the desk, and lets visitors' tokens in where they are wanted. It
// comes before the sequencer's start.
func (e *Engine) buildDesk() error {
	c := &e.cfg.Desk
	hours, err := desk.ParseHours(c.Hours, c.TimeZone)
	if err != nil {
		return err
	}
	if c.Visitors {
		if err := e.acceptVisitors(); err != nil {
			return err
		}
	}
	m := e.metrics
	e.desk.Desk, err = desk.New(desk.Config{
		MaxSessions: c.MaxSessions, MaxQueue: c.MaxQueue, MaxOffline: c.MaxOffline,
		MaxWait: c.MaxWait, AgentGrace: c.AgentGrace, FirstReply: c.FirstReply,
		VisitorSilent: c.VisitorSilent, VisitorClose: c.VisitorClose,
		System: e.cfg.System.User,
		Hours:  hours, ClosedText: c.ClosedText, OfflineText: c.OfflineText, WarnText: c.WarnText,
		Times: desk.Times{
			Wait:          m.Histogram(metrics.DeskWait),
			FirstResponse: m.Histogram(metrics.DeskFirstResponse),
			Handling:      m.Histogram(metrics.DeskHandling),
		},
		Frame:  func(payload []byte) []byte { return codec.AppendFrame(nil, codec.OpText, payload) },
		Chat:   e.chat,
		Logger: e.logger,
	}, e.db, e.seq)
	return err
}

// visitorKey names the row of the key that visitors' tokens are signed with.
const visitorKey = "visitor_key"

// acceptVisitors reads the key of visitors' tokens, or makes it.
func (e *Engine) acceptVisitors() error {
	key, found, err := e.db.System(visitorKey)
	if err == nil && !found {
		key = make([]byte, auth.MinSecretBytes)
		_, _ = rand.Read(key) // never fails
		err = putSystem(e.db, visitorKey, key)
	}
	if err != nil {
		return fmt.Errorf("the key of visitors' tokens: %w", err)
	}
	visitors, err := auth.NewVisitors(e.cfg.Keys(), key, e.cfg.Desk.VisitorTTL)
	if err != nil {
		return err
	}
	e.verifier.Accept(visitors)
	e.desk.visitors = visitors
	return nil
}

// putSystem returns when the value is on disk.
func putSystem(db *storage.DB, name string, value []byte) error {
	b := db.NewBatch()
	b.PutSystem(name, value)
	err := db.Apply(b)
	if err == nil {
		err = db.Sync()
	}
	return errors.Join(err, b.Close())
}

// agentRequest carries out what an agent's connection asks for.
func (e *Engine) agentRequest(conn delivery.Conn, user, role, cid string, r chat.AgentRequest) {
	by := desk.Actor{User: user, Role: desk.ParseRole(role)}
	e.desk.SetAgent(by, desk.AgentPatch{Status: r.Status, MaxSessions: r.MaxSessions}, func(err error) {
		e.chat.AnswerAgent(conn, cid, err)
	})
}

// staffCame makes the desk know an agent or supervisor who has connected. Where it
// can't, they are known by their first request, and hear then why not.
func (e *Engine) staffCame(user, role string) {
	e.desk.Arrive(desk.Actor{User: user, Role: desk.ParseRole(role)}, func(error) {})
}

// closeDesk ends the clerk, who may be waiting for the disk.
func (e *Engine) closeDesk(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		e.desk.Close()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		e.cut("closing the desk", ctx.Err())
	}
}

func (e *Engine) observeDesk() {
	m := e.metrics
	var now desk.Gauges
	var all desk.Counts
	m.BeforeScrape(func() { now, all = e.desk.Gauges(), e.desk.Counts() })
	m.GaugeFunc(metrics.DeskQueueLength, func() float64 { return float64(now.Queue) })
	m.GaugeFunc(metrics.DeskOldestWait, func() float64 { return now.OldestWait.Seconds() })
	for state, n := range map[string]*int{"online": &now.Online, "away": &now.Away, "busy": &now.Busy, "offline": &now.Offline} {
		m.GaugeFunc(metrics.DeskAgents, func() float64 { return float64(*n) }, state)
	}
	for state := storage.DeskQueued; state < storage.DeskClosed; state++ {
		m.GaugeFunc(metrics.DeskSessions, func() float64 { return float64(now.Sessions[state]) }, state.String())
	}
	m.GaugeFunc(metrics.DeskAgentLoad, func() float64 { return now.LoadAverage }, "average")
	m.GaugeFunc(metrics.DeskAgentLoad, func() float64 { return float64(now.LoadMax) }, "max")
	for name, n := range map[metrics.CounterName]*uint64{
		metrics.DeskOpened: &all.Opened, metrics.DeskAssigned: &all.Assigned, metrics.DeskReassigned: &all.Reassigned,
		metrics.DeskLost: &all.Lost, metrics.DeskOffline: &all.Offline, metrics.DeskAbandoned: &all.Abandoned,
	} {
		m.CounterFunc(name, func() uint64 { return *n })
	}
	for _, reason := range desk.Reasons() {
		m.CounterFunc(metrics.DeskClosed, func() uint64 { return all.Closed[reason] }, reason)
	}
	for i := range all.Ratings {
		m.CounterFunc(metrics.DeskRatings, func() uint64 { return all.Ratings[i] }, strconv.Itoa(i+1))
	}
}
