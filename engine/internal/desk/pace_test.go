package desk

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
)

// A visitor may open some sessions at once, and then one a minute; what they have
// open already they are given at any time, and a backend isn't bound.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		by := Actor{User: "v", Role: RoleVisitor}
		open := func() (id string, refused *wire.Error) {
			one, err := s.Open(context.Background(), by, NewSession{})
			if err != nil && !errors.As(err, &refused) {
				t.Fatal(err)
			}
			return one.ID, refused
		}
		for range openAtOnce {
			id, refused := open()
			if again, _ := open(); refused != nil || again != id {
				t.Fatalf("%s, %s, %v", id, again, refused)
			}
			s.end(backend, id)
		}
		if _, refused := open(); refused == nil || refused.Reason != wire.ReasonRateLimited || refused.RetryAfter > 2*openEvery {
			t.Fatalf("%+v", refused)
		}
		s.end(backend, s.visit("v", "").ID)
		time.Sleep(openEvery)
		id, refused := open()
		if refused != nil {
			t.Fatal(refused)
		}
		s.end(by, id)
		if _, refused := open(); refused == nil {
			t.Error("two in a minute")
		}
		s.check()
	})
}
