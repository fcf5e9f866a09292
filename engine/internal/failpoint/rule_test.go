package failpoint

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseRules(t *testing.T) {
	for text, want := range map[string][]rule{
		"":                               nil,
		"before-write:1":                 {{name: BeforeWrite, nth: 1}},
		"after-sync:17:kill":             {{name: AfterSync, nth: 17}},
		"mid-fan-out:2:stop":             {{name: MidFanOut, nth: 2, action: stop}},
		"before-sync:3:sleep=2s":         {{name: BeforeSync, nth: 3, action: sleep, sleep: 2 * time.Second}},
		"mid-recall:1,mid-recall:9:stop": {{name: MidRecall, nth: 1}, {name: MidRecall, nth: 9, action: stop}},
	} {
		got, err := parseRules(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func TestParseRulesRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"after-synk:1":                 `"after-synk:1": no such place; there are before-write, before-sync, after-sync`,
		"before-write":                 "name:n",
		"before-write:0":               "with n from 1 on",
		"before-write:-1":              "name:n",
		"before-write:x":               "name:n",
		"before-write:1:die":           "an action is kill, stop or sleep=DURATION",
		"before-write:1:sleep":         "sleep=2s",
		"before-write:1:sleep=0s":      "sleep=2s",
		"before-write:1:stop=1":        "an action is",
		"before-write:1,":              `""`,
		"before-write:1,mid-air:2":     "mid-air",
		"before-write:1, after-sync:2": `" after-sync:2"`,
	} {
		if got, err := parseRules(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func TestNames(t *testing.T) {
	names := Names()
	names[0] = "changed"
	if Names()[0] != BeforeWrite || len(Names()) != 7 {
		t.Error(Names())
	}
}
