package doctor

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// The sample has what doctor asks of a machine for a million connections, and a
// reason for each line.
func TestSysctlSample(t *testing.T) {
	text, err := os.ReadFile("../../../docs/deploy/sysctl/90-gannet.conf")
	if err != nil {
		t.Fatal(err)
	}
	values, reason := map[string]string{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch name, value, ok := strings.Cut(strings.TrimPrefix(line, "-"), " = "); {
		case strings.HasPrefix(line, "#"):
			reason = line
		case line == "":
			reason = ""
		case !ok || reason == "":
			t.Errorf("%q has no value or no reason above it", line)
		default:
			values[name] = value
		}
	}
	files := map[string]string{}
	for name, value := range values {
		files[sysctlPath(name)] = strings.ReplaceAll(value, " ", "\t") + "\n"
	}
	target := &Target{Connections: 1_000_000, Room: plain}
	var r Report
	sysctls(t.Context(), machine(t, files), target, &r)
	if r.Worst() != OK || len(r.Lines) != len(settings)+2 {
		t.Errorf("%+v", r.Lines)
	}
	for _, s := range settings {
		if n, err := strconv.ParseUint(values[s.name], 10, 64); err != nil || n < s.least(target) {
			t.Errorf("%s is %q", s.name, values[s.name])
		}
	}
}
