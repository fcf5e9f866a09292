package wire

import (
	"errors"
	"testing"
	"time"
)

func TestStatusOfEveryReason(t *testing.T) {
	for reason, want := range map[string]int{
		ReasonBadJSON: 400, ReasonBadRequest: 400, ReasonUnknownType: 400, ReasonUnauthorized: 401, ReasonTokenExpired: 401,
		ReasonForbidden: 403, ReasonNotMember: 403, ReasonMuted: 403, ReasonBlocked: 403, ReasonBanned: 403, ReasonDenied: 403, ReasonNotFound: 404, ReasonRecallExpired: 400, ReasonEditExpired: 400,
		ReasonConflict: 409, ReasonTooLarge: 413, ReasonRateLimited: 429, ReasonGroupFull: 409, ReasonBusy: 503, ReasonStorageFull: 507,
		ReasonShuttingDown: 503, ReasonInternal: 500, "new word": 500,
	} {
		if got := Status(reason); got != want {
			t.Errorf("%s: %d, want %d", reason, got, want)
		}
	}
}

func TestErrorConstructors(t *testing.T) {
	e := RetryError(ReasonBusy, "slow disk", time.Second)
	if e.Code != 503 || e.RetryAfter != time.Second || e.Error() != "busy: slow disk" {
		t.Fatalf("%+v", e)
	}
	e = Errorf(ReasonNotMember, "not a member of %s", "7")
	var as *Error
	if !errors.As(error(e), &as) || as.Msg != "not a member of 7" || as.Code != 403 {
		t.Fatalf("%+v", as)
	}
}
