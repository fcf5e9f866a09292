package doctor

import (
	"context"
	"time"

	"golang.org/x/sys/unix"
)

// The states of adjtimex(2) that mean that nobody keeps the clock right.
const (
	timeError    = 5    // TIME_ERROR
	unsynced     = 0x40 // STA_UNSYNC
	goodMaxError = time.Second
)

// clock looks whether somebody keeps the clock right.
func clock(_ context.Context, _ Machine, _ *Target, r *Report) {
	var x unix.Timex
	state, err := unix.Adjtimex(&x)
	if err != nil {
		r.unknown("clock", err)
		return
	}
	judgeClock(state, int(x.Status), time.Duration(x.Maxerror)*time.Microsecond, r)
}

func judgeClock(state, status int, maxError time.Duration, r *Report) {
	const advice = "systemctl enable --now systemd-timesyncd (or chrony): tokens and the times of messages depend on it"
	switch {
	case state == timeError || status&unsynced != 0:
		r.add(Warn, "clock", advice, "nobody keeps it right")
	case maxError > goodMaxError:
		r.add(Warn, "clock", advice, "it may be wrong by %s", maxError.Round(time.Millisecond))
	default:
		r.add(OK, "clock", "", "kept right within %s", maxError.Round(time.Millisecond))
	}
}
