package chaos

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// A campaign is one fault, tried a number of times on one data directory.
type campaign struct {
	fault     fault
	number    int  // of the campaigns of this fault, from 0
	only      bool // there is no other campaign
	rounds    int
	program   string
	dir       string   // of this campaign; the data is in it
	env       []string // of its servers
	settings  []string
	encrypted bool
	rng       *rand.Rand
	seed      uint64

	rec    *recorder
	world  *world
	server *server

	left       int                  // rounds that are still to come
	dead       bool                 // no server starts any more
	answered   <-chan time.Duration // how long the last fault was felt; nil: nobody asks
	recoveries []time.Duration
	over       func(rounds int) // is told how many rounds are over
	missed     int              // rounds in which a server didn't come to where it was to kill itself
}

// secret signs the logins of all campaigns. The servers listen on loopback only,
// and end with their campaign.
const secret = "no secret at all, but long enough to be one"

func newCampaign(o *Options, f fault, number, rounds int) (*campaign, error) {
	dir, err := os.MkdirTemp(o.Dir, "gannet-chaos-"+f.name+"-")
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	seed := o.Seed + uint64(number)
	c := &campaign{
		fault: f, number: number, rounds: rounds, program: o.Program, dir: dir, seed: seed,
		rng: rand.New(rand.NewPCG(seed, nameSeed(f.name))), rec: newRecorder(), over: func(int) {},
		env: []string{"GANNET_AUTH_JWT_SECRET=" + secret},
		settings: append([]string{
			"auth.mode=jwt", "log.level=warn", "log.format=json", "recall.window=240h", "recall.text=" + recallText,
			"listen.ws=127.0.0.1:0", "listen.http=127.0.0.1:0", "listen.admin=127.0.0.1:0",
			"limits.messages_per_second=0", "limits.http_per_second=0",
		}, f.settings...),
	}
	c.world = newWorld(c.rec, secret)
	c.world.calm, c.world.jumpy, c.world.halts = f.calm, f.jumpy, f.halts
	if number%2 == 1 {
		c.encrypted = true
		c.env = append(c.env, "GANNET_STORAGE_ENCRYPTION_KEYS="+newKey(c.rng))
	}
	return c, nil
}

// newKey makes a key for the data of a campaign, in the form that the server takes.
func newKey(rng *rand.Rand) string {
	var key [32]byte
	for i := range key {
		key[i] = byte(rng.Uint32())
	}
	return "chaos:" + base64.StdEncoding.EncodeToString(key[:])
}

// nameSeed makes a number of a name.
func nameSeed(name string) (n uint64) {
	for _, b := range []byte(name) {
		n = n*31 + uint64(b)
	}
	return n
}

func (c *campaign) data() string { return filepath.Join(c.dir, "data") }

// errHopeless ends a campaign in which no server starts any more. It was noted.
var errHopeless = errors.New("no server starts any more")

// run plays all rounds. What was wrong is in the recorder; an error means that
// the campaign couldn't be played to its end.
func (c *campaign) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer c.end()
	if err := c.prepare(ctx); err != nil {
		return err
	}
	c.world.begin(ctx, c.rng.Uint64())
	defer c.world.actors.Wait()
	defer cancel()
	for c.left = c.rounds; c.left > 0 && !c.dead && ctx.Err() == nil; {
		c.over(c.rounds - c.left)
		c.left--
		c.fault.strike(ctx, c)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case c.dead:
		return errHopeless
	}
	c.drain(ctx)
	cancel() // the clients go
	c.world.actors.Wait()
	return c.conclude(context.WithoutCancel(ctx))
}

// end makes sure that no process is left behind.
func (c *campaign) end() {
	if c.server != nil {
		c.server.kill()
	}
	c.world.http.CloseIdleConnections()
}

// prepare starts a server that nothing happens to, makes the groups, and starts
// the first one that is to be struck.
func (c *campaign) prepare(ctx context.Context) error {
	if err := c.launch(); err != nil {
		return err
	}
	if err := c.await(ctx); err != nil {
		return err
	}
	if err := c.found(ctx); err != nil || c.fault.env == nil {
		return err
	}
	c.left = c.rounds
	c.down(c.server.kill)
	c.answered = nil
	c.up(ctx)
	return nil
}

// found makes the groups.
func (c *campaign) found(ctx context.Context) error {
	for _, conv := range c.world.convs {
		if conv.group == "" {
			continue
		}
		body := map[string]any{
			"group_id": conv.group, "name": conv.group, "members": conv.members[1:], "join": "open", "old_history": conv.oldHistory,
		}
		r, err := c.world.ask(ctx, c.world.users[conv.members[0]], "POST", "/groups", body, nil)
		if err == nil && r.Code != http.StatusOK {
			err = fmt.Errorf("%d %s", r.Code, r.Msg)
		}
		if err != nil {
			return fmt.Errorf("make the group %s: %w", conv.group, err)
		}
	}
	return nil
}
