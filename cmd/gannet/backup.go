package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"gannet/storage"
)

func newBackup() *cobra.Command {
	var admin adminFlags
	var quiet bool
	b := backup{}
	cmd := &cobra.Command{
		Use:   "backup DIR",
		Short: "Copy the data of a running server",
		Long: `Copy the data of a running server into a new directory in DIR, named after the
time. All that was answered before the command began is in it. It comes through
the server's operator's listener, also from another machine.

Tables, which make up nearly all of the data, never change. Those that the newest
backup in DIR has already are linked to, not fetched again: each backup is
complete, and the space is used once. What is fetched is held against the sums
that the server sends. Last comes the file manifest.json: a directory without it
is an interrupted backup, which nothing uses and the next run removes.

What is encrypted on the server is so in the backup, which needs the same keys.`,
		Example: `  gannet backup /backup/gannet --config /etc/gannet.yaml
  gannet backup /backup/gannet --admin https://im.example.com:9500 --token-file token --rate 20M --keep 14`,
		Args: oneArg("the directory for backups"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("keep") && b.keep < 1 {
				return usageErrorf("--keep %d: a number from 1 on is needed", b.keep)
			}
			c, err := admin.from.load()
			if err != nil {
				return err
			}
			if b.operator, err = admin.operator(c); err != nil {
				return err
			}
			b.dir, b.progress = backupDir(args[0]), newProgress(cmd.ErrOrStderr(), quiet)
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			report, err := b.run(ctx)
			if report != nil {
				_, failed := fmt.Fprintln(cmd.OutOrStdout(), report)
				err = errors.Join(failed, err)
			}
			return err
		},
	}
	admin.addFlags(cmd)
	cmd.Flags().Var(&b.rate, "rate", "most `bytes` to fetch each second, such as 500K or 20M; 0 = any number")
	cmd.Flags().IntVar(&b.keep, "keep", 0, "when all went well, remove all but this `number` of backups (default: remove none)")
	cmd.Flags().BoolVar(&b.full, "full", false, "fetch all files anew, where an older backup has been damaged")
	addQuietFlag(cmd, &quiet)
	return cmd
}

// interruptible ends the context at a signal, so that what was begun is cleaned up.
// A second signal ends the process, whatever it is waiting for.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// oneArg wants exactly one argument that is no flag.
func oneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return usageErrorf("name %s; see %s --help", what, cmd.CommandPath())
		case len(args) > 1:
			return usageErrorf("%s takes one argument; %q is too much", cmd.CommandPath(), args[1])
		}
		return nil
	}
}

// backup is one run of the command.
type backup struct {
	*operator
	dir      backupDir
	rate     byteRate
	keep     int
	full     bool
	progress *progress
}

// backupReport says what was done.
type backupReport struct {
	path           string
	fetched        int
	linked         int
	fetchedBytes   int64
	linkedBytes    int64
	removed        int
	took           time.Duration
	total, pending int64
}

func (r *backupReport) String() string {
	text := fmt.Sprintf("%s: %d files, %s; fetched %d (%s), linked %d (%s); took %s", r.path, r.fetched+r.linked,
		size(r.fetchedBytes+r.linkedBytes), r.fetched, size(r.fetchedBytes), r.linked, size(r.linkedBytes), r.took.Round(time.Millisecond))
	if r.removed > 0 {
		text += fmt.Sprintf("; removed %d older backups", r.removed)
	}
	return text
}

// run takes a backup and then removes older ones. It reports the backup also where
// that fails.
func (b *backup) run(ctx context.Context) (*backupReport, error) {
	start := time.Now()
	if err := os.MkdirAll(string(b.dir), 0o700); err != nil {
		return nil, err
	}
	lock, err := b.dir.lock()
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	complete, incomplete, err := b.dir.list()
	if err != nil {
		return nil, err
	}
	if err := removeAll(incomplete); err != nil {
		return nil, err
	}
	report, err := b.take(ctx, complete)
	b.progress.done()
	if err != nil {
		return nil, err
	}
	if complete = append(complete, report.path); b.keep > 0 {
		if report.removed, err = prune(complete, b.keep, syncDir); err != nil {
			err = fmt.Errorf("the backup is complete, but removing older ones: %w", err)
		}
	}
	report.took = time.Since(start)
	return report, err
}

// take makes one backup, complete or not at all.
func (b *backup) take(ctx context.Context, complete []string) (report *backupReport, err error) {
	base := b.base(complete)
	remote, err := b.createBackup(ctx)
	if err != nil {
		return nil, err
	}
	defer b.cleanUp(ctx, remote.ID)
	path, err := b.dir.create(time.Now(), complete)
	if err != nil {
		return nil, err
	}
	report = &backupReport{path: path}
	if err := b.fill(ctx, &remote, base, report); err != nil {
		return nil, errors.Join(err, os.RemoveAll(path))
	}
	return report, nil
}

// cleanUp removes the server's copy, which it would do itself after a while.
func (b *backup) cleanUp(ctx context.Context, id string) {
	if err := b.removeBackup(ctx, id); err != nil {
		fmt.Fprintf(b.progress, "gannet: the server keeps its copy for some minutes more: %v\n", err)
	}
}

// previous is an earlier backup whose tables can be linked to.
type previous struct {
	path  string
	files map[string]storage.ManifestFile
}

// base is the newest backup, if it can be used.
func (b *backup) base(complete []string) (p previous) {
	if b.full || len(complete) == 0 {
		return p
	}
	path := complete[len(complete)-1]
	m, err := storage.ReadManifest(path)
	if err != nil {
		fmt.Fprintf(b.progress, "gannet: %s can't be used, so all is fetched: %v\n", path, err)
		return p
	}
	p = previous{path: path, files: make(map[string]storage.ManifestFile, len(m.Files))}
	for _, f := range m.Files {
		p.files[f.Name] = f
	}
	return p
}

// link links to a table that is there already. The database never changes a table;
// one that got the same name after a restore has another time.
func (p *previous) link(f remoteFile, dir string) (storage.ManifestFile, bool) {
	have, found := p.files[f.Name]
	if !found || filepath.Ext(f.Name) != ".sst" || have.Size != f.Size || !have.ModTime.Equal(f.Mtime) {
		return have, false
	}
	path := filepath.Join(p.path, f.Name)
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != f.Size {
		return have, false
	}
	return have, os.Link(path, filepath.Join(dir, f.Name)) == nil
}

// fill fetches or links all files, and writes the manifest when they are durable.
func (b *backup) fill(ctx context.Context, remote *remoteBackup, base previous, report *backupReport) error {
	for _, f := range remote.Files {
		report.total += f.Size
	}
	files := make([]storage.ManifestFile, 0, len(remote.Files))
	limit := newThrottle(b.rate)
	for _, f := range remote.Files {
		if have, ok := base.link(f, report.path); ok {
			report.linked++
			report.linkedBytes += f.Size
			files = append(files, have)
			continue
		}
		sum, err := b.fetch(ctx, remote.ID, f, report.path, limit, func(n int) { b.tell(report, n) })
		if err != nil {
			return err
		}
		report.fetched++
		report.fetchedBytes += f.Size
		report.pending = 0
		files = append(files, storage.ManifestFile{Name: f.Name, Size: f.Size, SHA256: hex.EncodeToString(sum[:]), ModTime: f.Mtime})
	}
	if err := syncDir(report.path); err != nil {
		return err
	}
	if err := storage.WriteManifest(report.path, storage.ManifestOf(time.UnixMilli(remote.CreatedAt), files)); err != nil {
		return err
	}
	return syncDir(string(b.dir))
}

func (b *backup) tell(r *backupReport, n int) {
	r.pending += int64(n)
	b.progress.set(task{"backup", r.total, unitBytes}, r.fetchedBytes+r.linkedBytes+r.pending)
}
