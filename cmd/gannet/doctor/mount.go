package doctor

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// mount is a file system as /proc/self/mountinfo has it (proc_pid_mountinfo(5)).
type mount struct {
	device  string // major:minor
	point   string
	kind    string
	options []string
}

// mountOf finds the file system that a path, without symbolic links, is on.
func (m Machine) mountOf(path string) (mount, error) {
	text, err := m.read("proc/self/mountinfo")
	if err != nil {
		return mount{}, err
	}
	var found mount
	for line := range strings.Lines(text) {
		at, err := parseMount(strings.TrimSpace(line))
		if err != nil {
			return mount{}, err
		}
		if under(path, at.point) && len(at.point) >= len(found.point) { // a later one hides an earlier one
			found = at
		}
	}
	if found.point == "" {
		return found, errors.New("no mount holds " + path)
	}
	return found, nil
}

func under(path, point string) bool {
	return point == "/" || path == point || strings.HasPrefix(path, point+"/")
}

func parseMount(line string) (mount, error) {
	fields := strings.Fields(line)
	at := 6 // optional fields end with a lone dash
	for at < len(fields) && fields[at] != "-" {
		at++
	}
	if at+3 >= len(fields) {
		return mount{}, fmt.Errorf("mountinfo: %q", line)
	}
	return mount{
		device: fields[2], point: unescape(fields[4]), kind: fields[at+1],
		options: append(strings.Split(fields[5], ","), strings.Split(fields[at+3], ",")...),
	}, nil
}

// unescape undoes what mountinfo does to white space.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// nearest is a directory, or the nearest one above it that is there.
func nearest(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		real, err := filepath.EvalSymlinks(dir)
		if err == nil {
			return real, nil
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", err
		}
		dir = above
	}
}
