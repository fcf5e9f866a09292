package main

import (
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"gannet/engine"
)

func TestConfigurationPageIsUpToDate(t *testing.T) {
	page, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != markdown() {
		t.Fatal("docs/configuration.md is out of date; run: go run ./cmd/gannet config --markdown > docs/configuration.md")
	}
}

func TestReferenceHasEveryKeyOnce(t *testing.T) {
	text := reference()
	for _, s := range engine.DefaultConfig().Settings() {
		if n := strings.Count(text, "\n  "+s.Key+" ("); n != 1 {
			t.Errorf("%s comes %d times", s.Key, n)
		}
	}
	for line := range strings.Lines(text) {
		if len([]rune(line)) > 80 {
			t.Errorf("too wide for a terminal: %q", line)
		}
	}
}

func TestVersionLine(t *testing.T) {
	info := &debug.BuildInfo{
		Main:     debug.Module{Version: "v1.2.3"},
		Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "abc123"}, {Key: "vcs.modified", Value: "true"}},
	}
	if got := versionLine(info); !strings.HasPrefix(got, "gannet v1.2.3 commit abc123+changes go1.") {
		t.Error(got)
	}
	if got := versionLine(nil); !strings.HasPrefix(got, "gannet (devel) commit unknown go1.") {
		t.Error(got)
	}
}
