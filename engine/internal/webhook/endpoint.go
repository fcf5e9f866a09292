package webhook

import (
	"crypto/rand"
	"encoding/base64"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"gannet/codec/wire"
	"gannet/storage"
)

// Bounds of endpoints.
const (
	MaxEndpoints      = 32
	MaxBatch          = 1000 // events in a request
	MaxOfflineMembers = 5000
	maxPatterns       = 64
	maxURL            = 2048 // bytes
	minSecret         = 16
	maxSecret         = 256

	defaultBatch          = 100
	defaultOfflineMembers = 500
)

// New asks for an endpoint. What is zero takes the usual value.
type New struct {
	Name           string
	URL            string
	Secret         string // made up where it is empty
	Events         []string
	MaxBatch       int
	OfflineMembers *int
	Paused         bool
	FromBeginning  bool // of the log; else only what happens from now on is told
}

// Patch changes an endpoint; what is nil stays.
type Patch struct {
	URL            *string
	Secret         *string
	Events         []string
	MaxBatch       *int
	OfflineMembers *int
	Paused         *bool
}

// record checks what is asked for.
func (n *New) record(now int64) (rec storage.Webhook, refused *wire.Error) {
	if !wire.ValidID(n.Name) {
		return rec, bad("name must be 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")
	}
	if n.Secret == "" {
		n.Secret = newSecret()
	}
	if n.MaxBatch == 0 {
		n.MaxBatch = defaultBatch
	}
	if n.OfflineMembers == nil {
		n.OfflineMembers = new(int)
		*n.OfflineMembers = defaultOfflineMembers
	}
	if len(n.Events) == 0 {
		return rec, bad("events must be a list of 1 to %d patterns", maxPatterns)
	}
	rec = storage.Webhook{Name: n.Name, CreatedAt: now}
	p := Patch{URL: &n.URL, Secret: &n.Secret, Events: n.Events, MaxBatch: &n.MaxBatch, OfflineMembers: n.OfflineMembers, Paused: &n.Paused}
	return rec, p.apply(&rec)
}

// newSecret is long enough for HMAC-SHA256.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return "whsec_" + base64.RawURLEncoding.EncodeToString(b[:])
}

// apply changes a record, or says why not.
func (p *Patch) apply(rec *storage.Webhook) *wire.Error {
	for _, set := range []func(*storage.Webhook) *wire.Error{p.setURL, p.setSecret, p.setEvents, p.setNumbers} {
		if refused := set(rec); refused != nil {
			return refused
		}
	}
	if p.Paused != nil {
		rec.Paused = *p.Paused
	}
	return nil
}

func (p *Patch) setURL(rec *storage.Webhook) *wire.Error {
	if p.URL == nil {
		return nil
	}
	u, err := url.Parse(*p.URL)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || len(*p.URL) > maxURL:
		return bad("url must be an http or https URL of at most %d bytes", maxURL)
	case u.User != nil || u.Fragment != "":
		return bad("url must have no user, password or fragment: requests are signed")
	}
	rec.URL = *p.URL
	return nil
}

func (p *Patch) setSecret(rec *storage.Webhook) *wire.Error {
	if p.Secret == nil {
		return nil
	}
	if n := len(*p.Secret); n < minSecret || n > maxSecret || strings.ContainsFunc(*p.Secret, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return bad("secret must be %d to %d bytes of printable ASCII without spaces", minSecret, maxSecret)
	}
	rec.Secret = []byte(*p.Secret)
	return nil
}

func (p *Patch) setEvents(rec *storage.Webhook) *wire.Error {
	if p.Events == nil {
		return nil
	}
	if len(p.Events) == 0 || len(p.Events) > maxPatterns {
		return bad("events must be a list of 1 to %d patterns", maxPatterns)
	}
	for _, pattern := range p.Events {
		if !validPattern(pattern) {
			return bad("%q is no event; such are message.created, message.*, group.joined, *", pattern)
		}
	}
	rec.Events = slices.Clone(p.Events)
	return nil
}

func (p *Patch) setNumbers(rec *storage.Webhook) *wire.Error {
	if p.MaxBatch != nil {
		if n := *p.MaxBatch; n < 1 || n > MaxBatch {
			return bad("max_batch must be 1 to %d", MaxBatch)
		}
		rec.MaxBatch = uint32(*p.MaxBatch)
	}
	if p.OfflineMembers != nil {
		if n := *p.OfflineMembers; n < 0 || n > MaxOfflineMembers {
			return bad("offline_members must be 0 to %d", MaxOfflineMembers)
		}
		rec.OfflineMembers = uint32(*p.OfflineMembers)
	}
	return nil
}

// open reports whether what is posted to a URL can be read on the way: it isn't
// encrypted and leaves the private network, as far as one can see.
func open(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" {
		return false
	}
	host := u.Hostname()
	if ip, err := netip.ParseAddr(host); err == nil {
		return !ip.IsLoopback() && !ip.IsPrivate() && !ip.IsLinkLocalUnicast()
	}
	return host != "localhost" && strings.Contains(host, ".")
}
