package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"gannet/storage"
)

func newRestore() *cobra.Command {
	var data string
	var quiet bool
	cmd := &cobra.Command{
		Use:   "restore BACKUP --data DIR",
		Short: "Make a data directory of a backup",
		Long: `Make a data directory of a backup that gannet backup took: of the one that is
named, or of the newest complete one in a directory of backups. All files are
copied, and held against the sums in the backup's manifest. The data directory
must be missing or empty before, and appears when all of it is there and on disk.
Where it can't be put in place at once, since it is a mount point or the directory
above it can't be written, the file "restoring" is in it until then: no server
starts on it.

Keep node_id, and the encryption keys, as they were when the backup was taken.`,
		Example: `  gannet restore /backup/gannet --data /var/lib/gannet
  gannet restore /backup/gannet/20261122T031500.000Z --data /tmp/look`,
		Args: oneArg("the backup"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if data == "" {
				return usageErrorf("--data is missing: the directory to make; see %s --help", cmd.CommandPath())
			}
			path, err := findBackup(args[0])
			if err != nil {
				return err
			}
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			r := restore{from: path, to: filepath.Clean(data), progress: newProgress(cmd.ErrOrStderr(), quiet)}
			m, err := r.run(ctx)
			r.progress.done()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s restored into %s: the data of %s, %d files, %s\n",
				path, r.to, m.CreatedAt.Format(time.RFC3339), len(m.Files), size(m.TotalBytes()))
			return err
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "`directory` to make; it must be missing or empty")
	addQuietFlag(cmd, &quiet)
	return cmd
}

// findBackup returns the backup that a path means: itself, or the newest complete
// one in it.
func findBackup(path string) (string, error) {
	path = filepath.Clean(path)
	_, err := os.Lstat(filepath.Join(path, storage.ManifestName))
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	complete, _, err := backupDir(path).list()
	if err != nil {
		return "", err
	}
	if len(complete) == 0 {
		return "", fmt.Errorf("%s: %w", path, errNoBackup)
	}
	return complete[len(complete)-1], nil
}

var errNoBackup = errors.New("there is no complete backup: one has a manifest.json")

// restore copies one backup.
type restore struct {
	from, to string
	progress *progress
	done     int64 // bytes
	total    int64
}

func (r *restore) run(ctx context.Context) (*storage.Manifest, error) {
	m, err := storage.ReadManifest(r.from)
	if err != nil {
		return nil, err
	}
	r.total = m.TotalBytes()
	if path, err := filepath.EvalSymlinks(r.to); err == nil {
		r.to = path
	}
	as, err := emptyOrMissing(r.to)
	if err != nil {
		return nil, err
	}
	if as != nil && isMountPoint(r.to) {
		return m, r.inPlace(ctx, m, as)
	}
	parent := filepath.Dir(r.to)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp(parent, filepath.Base(r.to)+".restore-")
	if as != nil && (errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EROFS)) {
		return m, r.inPlace(ctx, m, as)
	}
	if err != nil {
		return nil, err
	}
	if err := r.fillNew(ctx, temp, m, as); err != nil {
		return nil, errors.Join(err, os.RemoveAll(temp))
	}
	if err := unix.Rename(temp, r.to); err != nil { // os.Rename takes no empty directory's place
		err = &os.LinkError{Op: "rename", Old: temp, New: r.to, Err: err}
		return nil, errors.Join(err, os.RemoveAll(temp))
	}
	return m, syncDir(parent)
}

// emptyOrMissing returns what is known of the directory to replace; nil if there
// is none.
func emptyOrMissing(dir string) (fs.FileInfo, error) {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	if isMountPoint(dir) { // many file systems are made with this
		entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "lost+found" })
	}
	switch {
	case slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == storage.RestoringName }):
		return nil, fmt.Errorf("%s has what an interrupted restore has left: empty it first", dir)
	case len(entries) > 0:
		return nil, fmt.Errorf("%s isn't empty: nothing is restored over data; move it away first", dir)
	}
	return info, nil
}

// fillNew fills a directory that takes the place of another, if as isn't nil, and
// gives it that one's mode and owner.
func (r *restore) fillNew(ctx context.Context, dir string, m *storage.Manifest, as fs.FileInfo) error {
	if err := r.fill(ctx, dir, m, as); err != nil {
		return err
	}
	if as != nil {
		if err := os.Chmod(dir, as.Mode().Perm()); err != nil {
			return err
		}
	}
	return errors.Join(chownLike(dir, as), syncDir(dir))
}

// fill copies all files, and gives them to whom the directory belongs, or belonged
// that they replace.
func (r *restore) fill(ctx context.Context, dir string, m *storage.Manifest, as fs.FileInfo) error {
	for _, f := range m.Files {
		if err := r.copy(ctx, f, dir); err != nil {
			return err
		}
		if err := chownLike(filepath.Join(dir, f.Name), as); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

func chownLike(path string, as fs.FileInfo) error {
	if as == nil {
		return nil
	}
	owner, ok := as.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return os.Chown(path, int(owner.Uid), int(owner.Gid))
}

// copy copies a file and holds what it read against the manifest.
func (r *restore) copy(ctx context.Context, f storage.ManifestFile, dir string) error {
	in, err := os.OpenFile(filepath.Join(r.from, f.Name), os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	path := filepath.Join(dir, f.Name)
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	hash := sha256.New()
	n, err := throttled(ctx, io.MultiWriter(out, hash), in, newThrottle(0), r.tell)
	err = errors.Join(err, out.Sync(), out.Close(), os.Chtimes(path, f.ModTime, f.ModTime))
	if err == nil && (n != f.Size || hex.EncodeToString(hash.Sum(nil)) != f.SHA256) {
		err = fmt.Errorf("%s isn't what was backed up: its sum is another; use another backup", in.Name())
	}
	return err
}

func (r *restore) tell(n int) {
	r.done += int64(n)
	r.progress.set(task{"restore", r.total, unitBytes}, r.done)
}
