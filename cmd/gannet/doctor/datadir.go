package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// dataDir looks who may use the directory of the data.
func dataDir(_ context.Context, _ Machine, t *Target, r *Report) {
	const name = "data_dir"
	info, err := os.Stat(t.DataDir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		above, err := nearest(t.DataDir)
		if err != nil {
			r.unknown(name, err)
			return
		}
		r.add(judge(unix.Access(above, unix.W_OK) == nil, Fail), name, "mkdir -m 700 "+t.DataDir+" and give it to the user that runs gannet", "%s isn't there yet", t.DataDir)
	case err != nil:
		r.unknown(name, err)
	case !info.IsDir():
		r.add(Fail, name, "set data_dir to a directory", "%s is no directory", t.DataDir)
	case unix.Access(t.DataDir, unix.W_OK|unix.X_OK) != nil:
		r.add(Fail, name, "chown it to the user that runs gannet, and run gannet doctor as that user", "%s can't be written by this user", t.DataDir)
	case info.Mode().Perm()&0o007 != 0:
		r.add(Warn, name, "chmod 700 "+t.DataDir, "%s can be read by every user of the machine", t.DataDir)
	default:
		r.add(OK, name, "", "%s", t.DataDir)
	}
	written(t.DataDir, time.Now(), r)
}

// written looks whether any of the data was written in the future: then the clock
// went back.
func written(dir string, now time.Time, r *Report) {
	var newest time.Time
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // nothing was written yet, or dataDir has said why it can't be seen
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	if ahead := newest.Sub(now); ahead > time.Minute {
		r.add(Warn, "clock and data", "set the clock right, and have it kept right, before the server starts: messages would be older than those before them",
			"something in %s was written %s in the future", filepath.Clean(dir), ahead.Round(time.Second))
	}
}
