package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// everyCommand calls do with all commands but cobra's own.
func everyCommand(cmd *cobra.Command, do func(*cobra.Command)) {
	do(cmd)
	for _, sub := range cmd.Commands() {
		everyCommand(sub, do)
	}
}

// TestFlagsAlike: what flags of one name do is the same with all commands, and each
// says what it takes.
func TestFlagsAlike(t *testing.T) {
	same := map[string]string{} // usage of flags that are the same everywhere
	everyCommand(newRoot(), func(cmd *cobra.Command) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			name := cmd.CommandPath() + " --" + f.Name
			switch f.Name {
			case "quiet", "config", "set", "admin":
				if usage, known := same[f.Name]; known && usage != f.Usage {
					t.Errorf("%s: %q, elsewhere %q", name, f.Usage, usage)
				}
				same[f.Name] = f.Usage
			case "json":
				if !strings.HasPrefix(f.Usage, "print JSON instead of ") {
					t.Errorf("%s: %q", name, f.Usage)
				}
			}
			if takes, _ := pflag.UnquoteUsage(f); slices.Contains([]string{"string", "strings", "stringArray", "value"}, takes) {
				t.Errorf("%s takes a %s: of what kind?", name, takes)
			}
			if (f.Shorthand == "q") != (f.Name == "quiet") {
				t.Errorf("%s is -%s", name, f.Shorthand)
			}
		})
	})
	if len(same) != 4 {
		t.Errorf("found only %v", same)
	}
}

// TestHelpIsComplete: every command says what it is for, and its examples are
// command lines that it understands.
func TestHelpIsComplete(t *testing.T) {
	everyCommand(newRoot(), func(cmd *cobra.Command) {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: %q", cmd.CommandPath(), cmd.Short)
		}
		for line := range strings.Lines(cmd.Example) {
			_, line, _ = strings.Cut(line, "gannet ")
			if strings.Contains(line, "serve") && strings.Contains(line, "$(") || line == "" {
				continue
			}
			words, _, _ := strings.Cut(line, " > ")
			commandLine(t, strings.Fields(words))
		}
	})
}

// TestTokenExample: the role in the help is one that docs/desk.md tells of.
func TestTokenExample(t *testing.T) {
	page, err := os.ReadFile("../../docs/desk.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(newToken().Example, "--role ")
	role, _, _ := strings.Cut(rest, "\n")
	if role == "" || !strings.Contains(string(page), `"role":"`+role+`"`) {
		t.Errorf("there is no role %q", role)
	}
}
