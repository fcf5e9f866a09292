package overload

import (
	"errors"
	"io"
	"testing"
	"time"
)

// TestUsage: mistakes in the options are told before anything is started.
func TestUsage(t *testing.T) {
	good := Options{Scale: 1, Alone: 1, Lasts: 1, Settle: 1, Executable: "/none"}
	if err := good.validate(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(o *Options){
		"no such attack":  func(o *Options) { o.Attacks = []string{"bombs", "sorcery"} },
		"no attackers":    func(o *Options) { o.Scale = 0 },
		"less than none":  func(o *Options) { o.Scale = -1 },
		"too many":        func(o *Options) { o.Scale = 1001 },
		"no time alone":   func(o *Options) { o.Alone = 0 },
		"a negative time": func(o *Options) { o.Lasts = -time.Second },
		"no time after":   func(o *Options) { o.Settle = 0 },
	} {
		o := good
		change(&o)
		if _, ok := errors.AsType[UsageError](Run(t.Context(), o, io.Discard, io.Discard)); !ok {
			t.Errorf("%s: no usage error", name)
		}
	}
}
