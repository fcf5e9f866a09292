package bench

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// unlimited are the settings that switch a server's rate limits off.
var unlimited = []string{"limits.messages_per_second=0", "limits.http_per_second=0", "limits.logins_per_second=0"}

// errTooFast is the cause of a failure where the server limits the rate.
var errTooFast = errors.New("rate limited")

// refused marks the error of a refusal with the given HTTP status.
func refused(status int, err error) error {
	if status == http.StatusTooManyRequests {
		return fmt.Errorf("%w: %w", errTooFast, err)
	}
	return err
}

// limitAdvice says how to have a server measured that limits rates.
func limitAdvice() string {
	return "the server limits rates, which a measurement exceeds: start it with --set " +
		strings.Join(unlimited, " --set ") +
		", and where connections are refused with --set limits.connections_per_address=0"
}

func rateLimited(list []Fault) bool {
	return slices.ContainsFunc(list, func(f Fault) bool { return f.Kind == faultRateLimited.String() })
}

// advise adds to an error what can be done against it.
func advise(err error) error {
	if errors.Is(err, errTooFast) {
		return fmt.Errorf("%w\n%s", err, limitAdvice())
	}
	return err
}
