package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestDesk runs the scripts in testdata/desk as TestChat runs those of chatting,
// against servers whose clock a script can advance.
func TestDesk(t *testing.T) {
	program, err := programWithClock()
	if err != nil {
		t.Fatal(err)
	}
	runScripts(t, "testdata/desk", deskCommands(), func(s *chatScript) error { return s.openDesk(program) })
}

// programDir holds the program with a clock; TestMain removes it.
var programDir string

// programWithClock builds the server with failpoints, once for all scripts.
var programWithClock = sync.OnceValues(func() (program string, err error) {
	if programDir, err = os.MkdirTemp("", "gannet-desk-program-"); err != nil {
		return "", err
	}
	program = filepath.Join(programDir, "gannet")
	out, err := exec.Command("go", "build", "-tags", "failpoints", "-o", program, "gannet/cmd/gannet").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, out)
	}
	return program, err
})

// deskCommands are the commands of a script about the desk.
func deskCommands() map[string]scriptCommand {
	commands := maps.Clone(chatCommands())
	commands["clock"] = (*chatScript).clock
	commands["hmac"] = (*chatScript).hmac
	commands["metrics"] = (*chatScript).metrics
	commands["visitor"] = (*chatScript).visitor
	commands["agent"] = func(s *chatScript, args []string) error { return s.onDuty("agent", args) }
	commands["supervisor"] = func(s *chatScript, args []string) error { return s.onDuty("supervisor", args) }
	return commands
}

// openDesk makes a script's servers know tokens, take visitors and look at the
// script's clock, and its data be verified in the end.
func (s *chatScript) openDesk(program string) error {
	s.program = program
	s.environment = []string{"FAILPOINT_CLOCK=file:" + s.clockFile()}
	s.settings = []string{"auth.mode=jwt", "auth.jwt.secret=" + testSecret, "desk.visitors=true"}
	s.after = s.verified
	token, err := s.mint("settler", nil)
	s.settler, s.tokens["settler"] = "settler", token
	return err
}

func (s *chatScript) clockFile() string { return filepath.Join(s.workDir, "clock") }

// clock lets time pass: +DURATION, or until the next DAY HH:MM in a ZONE.
func (s *chatScript) clock(args []string) error {
	by, err := s.passing(args)
	if err != nil {
		return err
	}
	s.ahead += by
	next := s.clockFile() + ".next"
	if err := os.WriteFile(next, []byte(s.ahead.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(next, s.clockFile())
}

func (s *chatScript) passing(args []string) (time.Duration, error) {
	switch {
	case len(args) == 1 && strings.HasPrefix(args[0], "+"):
		return time.ParseDuration(args[0])
	case len(args) != 3:
		return 0, errors.New("usage: clock +DURATION, or clock DAY HH:MM ZONE")
	}
	zone, err1 := time.LoadLocation(args[2])
	at, err2 := time.Parse("15:04", args[1])
	if err := errors.Join(err1, err2); err != nil {
		return 0, err
	}
	now := time.Now().Add(s.ahead)
	for day := range 8 {
		y, m, d := now.In(zone).Date()
		then := time.Date(y, m, d+day, at.Hour(), at.Minute(), 0, 0, zone)
		if then.After(now) && then.Format("Mon") == args[0] {
			return then.Sub(now), nil
		}
	}
	return 0, fmt.Errorf("%s is no day of the week", args[0])
}

// metrics leaves what the operator's listener shows of them in the file answer.
func (s *chatScript) metrics([]string) error {
	resp, err := browser.Get("http://" + s.server.admin + "/metrics")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return errors.Join(err, os.WriteFile(s.ts.MkAbs("answer"), text, 0o600))
}

// hmac signs a text: NAME SECRET TEXT. The sum in hex is called NAME.
func (s *chatScript) hmac(args []string) error {
	if len(args) != 3 {
		return errors.New("usage: hmac NAME SECRET TEXT")
	}
	sum := hmac.New(sha256.New, []byte(args[1]))
	_, _ = sum.Write([]byte(args[2])) // never fails
	s.learn(names{args[0]: hex.EncodeToString(sum.Sum(nil))})
	return nil
}

// visitor asks for a visitor's token: NAME [BODY]. NAME logs in by it from now on;
// the visitor's id is called NAME, the token NAME_token.
func (s *chatScript) visitor(args []string) error {
	if len(args) != 1 && len(args) != 2 {
		return errors.New("usage: visitor NAME [BODY]")
	}
	body := append(args[1:], `{"name":"`+args[0]+`"}`)[0]
	answer := `{"visitor_id":"$` + args[0] + `","token":"$` + args[0] + `_token"}`
	if err := s.call([]string{"nobody", http.MethodPost, "/desk/visitors", body, "->", "200", answer}); err != nil {
		return err
	}
	s.tokens[args[0]] = plain(s.names[args[0]+"_token"])
	return nil
}

// onDuty logs somebody of the site's own in by a token with a role, connects them
// and makes them willing, or sets what the body says: NAME [BODY]. The notices that
// agents get are passed over.
func (s *chatScript) onDuty(role string, args []string) error {
	if len(args) != 1 && len(args) != 2 {
		return fmt.Errorf("usage: %s NAME [BODY]", role)
	}
	name := args[0]
	body := append(args[1:], `{"status":"online"}`)[0]
	for _, step := range [][]string{
		{"token", name, "role=" + role}, {"connect", name}, {"ignore", name, "agent", "desk"},
		{"call", name, http.MethodPut, "/desk/agents/me", body},
	} {
		if err := s.run(step); err != nil {
			return fmt.Errorf("%s: %w", step[0], err)
		}
	}
	return nil
}

// verified is nil if gannet verify finds nothing wrong in the data.
func (s *chatScript) verified() error {
	if _, err := os.Stat(s.dataDir); err != nil {
		return nil // no server was started
	}
	out, err := exec.Command(s.program, "verify", s.dataDir).CombinedOutput()
	if err != nil {
		return fmt.Errorf("gannet verify: %w\n%s", err, out)
	}
	return nil
}
