package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/spf13/cobra"

	"gannet/storage"
)

func newVerify() *cobra.Command {
	var from sources
	v := verification{}
	asJSON, quiet := false, false
	cmd := &cobra.Command{
		Use:   "verify PATH",
		Short: "Look for damage in a backup or a data directory",
		Long: `Look for damage in a backup, or in the data directory of a server that is stopped.
A directory of backups means the newest complete one. Nothing is changed.

Of a backup the files are held against the sums in its manifest. Then all records
are read, and held against each other: seqs without gaps, places of ids, members
and their sessions, cursors within their conversations, and so on.

Data that is encrypted needs its keys: --config, or GANNET_STORAGE_ENCRYPTION_KEYS.
The exit code is 1 if anything is wrong.`,
		Example: `  gannet verify /backup/gannet
  gannet verify /var/lib/gannet --config /etc/gannet.yaml --json`,
		Args: oneArg("the directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := from.load()
			if err != nil {
				return err
			}
			if v.keys, err = c.Storage.Keys(); err != nil {
				return usageError{err}
			}
			v.progress = newProgress(cmd.ErrOrStderr(), quiet || asJSON)
			v.logger = newLogger(c.Log, v.progress)
			clean := v.progress.cleanAtSignals()
			report, err := v.run(args[0])
			clean()
			v.progress.done()
			if err != nil {
				return err
			}
			if asJSON {
				err = json.NewEncoder(cmd.OutOrStdout()).Encode(report)
			} else {
				err = report.print(cmd.OutOrStdout())
			}
			if err == nil && report.Faults > 0 {
				err = fmt.Errorf("%s is damaged", report.Path)
			}
			return err
		},
	}
	from.addFlags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON instead of text")
	cmd.Flags().IntVar(&v.most, "max", 20, "print the first `number` of faults")
	addQuietFlag(cmd, &quiet)
	return cmd
}

// verification is one run of the command.
type verification struct {
	keys     []storage.Key
	most     int
	progress *progress
	logger   *slog.Logger
	report   verifyReport
}

func (v *verification) problem(text string) {
	if v.report.Faults++; len(v.report.Problems) < v.most {
		v.report.Problems = append(v.report.Problems, text)
	}
}

func (v *verification) run(path string) (*verifyReport, error) {
	v.report = verifyReport{Path: path, Problems: []string{}}
	if found, err := findBackup(path); err == nil {
		v.report.Path = found
	}
	if err := v.checkFiles(); err != nil {
		return nil, err
	}
	if err := v.checkRecords(); v.report.Faults == 0 && isElsewhere(err) {
		return nil, err
	} else if err != nil {
		v.problem(err.Error())
	}
	return &v.report, nil
}

// isElsewhere reports whether a database couldn't be looked at for a reason that
// isn't in its files.
func isElsewhere(err error) bool {
	for _, reason := range []error{storage.ErrLocked, storage.ErrKey, storage.ErrNoDatabase, storage.ErrSchema, fs.ErrPermission} {
		if errors.Is(err, reason) {
			return true
		}
	}
	return false
}

// checkFiles holds the files against the manifest, where there is one.
func (v *verification) checkFiles() error {
	m, err := storage.ReadManifest(v.report.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, storage.ErrDamaged):
		v.problem(err.Error())
		return nil
	case err != nil:
		return err
	}
	v.report.Backup = true
	var done int64
	total := m.TotalBytes()
	err = m.CheckFiles(v.report.Path, func(n int64) {
		done += n
		v.progress.set(task{"verify: sums", total, unitBytes}, done)
	})
	for _, fault := range split(err) {
		v.problem(fault.Error())
	}
	return nil
}

// split returns the errors that were joined.
func split(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// checkRecords opens the database and reads all of it.
func (v *verification) checkRecords() (err error) {
	db, err := storage.Open(storage.Options{Dir: v.report.Path, ReadOnly: true, Keys: v.keys, Logger: v.logger})
	if err != nil {
		return explainOpen(err, "take a backup, and verify that")
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	v.progress.set(task{what: "verify: reading all records"}, 0)
	counts, err := db.Verify(func(p storage.Problem) { v.problem(p.String()) })
	v.report.Counts = verifyCounts(counts)
	return err
}

// explainOpen adds to an error of opening a database what to do about it.
func explainOpen(err error, inUse string) error {
	switch {
	case errors.Is(err, storage.ErrLocked):
		return fmt.Errorf("%w; %s", err, inUse)
	case errors.Is(err, storage.ErrKey):
		return fmt.Errorf("%w; give it by --config or GANNET_STORAGE_ENCRYPTION_KEYS", err)
	}
	return err
}

// hasDatabase opens a database without changing it: one that isn't there, or is in
// use, is told before anything is made.
func hasDatabase(dir string, keys []storage.Key, logger *slog.Logger) error {
	db, err := storage.Open(storage.Options{Dir: dir, ReadOnly: true, Keys: keys, Logger: logger})
	if err != nil {
		return err
	}
	return db.Close()
}
