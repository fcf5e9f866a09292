package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// byteRate is a bound in bytes a second; 0 is none. It is a flag's value.
type byteRate int64

// leastRate is what a server waits for at all.
const leastRate = 64 << 10

// String implements pflag.Value.
func (r *byteRate) String() string { return strconv.FormatInt(int64(*r), 10) }

// Type implements pflag.Value.
func (*byteRate) Type() string { return "bytes" }

// Set implements pflag.Value: a number, which may end in K, M or G.
func (r *byteRate) Set(text string) error {
	number, unit := strings.ToUpper(text), int64(1)
	if i := strings.IndexAny(number, "KMG"); i >= 0 && i == len(number)-1 {
		unit = 1 << (10 * (1 + strings.IndexByte("KMG", number[i])))
		number = number[:i]
	}
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || n*unit < leastRate && n != 0 || n < 0 {
		return fmt.Errorf("a number of bytes a second is needed, at least 64K, such as 500K or 20M; 0 is any number")
	}
	*r = byteRate(n * unit)
	return nil
}

// throttle keeps a copy within a rate.
type throttle struct {
	rate byteRate
	free time.Time // when the next byte may go
}

func newThrottle(rate byteRate) *throttle { return &throttle{rate: rate} }

// wait returns when n bytes that went may be followed by more.
func (t *throttle) wait(ctx context.Context, n int, now time.Time) error {
	if t.rate == 0 {
		return ctx.Err()
	}
	if t.free.Before(now) {
		t.free = now
	}
	t.free = t.free.Add(time.Duration(n) * time.Second / time.Duration(t.rate))
	return sleep(ctx, t.free.Sub(now))
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
