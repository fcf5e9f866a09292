package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"gannet/engine"
	"gannet/storage"
)

func newRekey() *cobra.Command {
	var admin adminFlags
	var data string
	var cancel, quiet bool
	cmd := &cobra.Command{
		Use:   "rekey",
		Short: "Seal all messages under the newest key",
		Long: `Seal all messages under the first key of storage.encryption_keys (or of
storage.encryption_key_file): those that were sealed under another key, and those
that were stored in the clear. Afterwards the other keys aren't needed any more,
but for older backups.

A running server does it itself, beside its work, and is told to by its operator's
listener. Without --admin, and where no server listens, the data directory of the
configuration is done here, by the user whose it is. An interrupted rekey is gone
on with by the next.`,
		Example: `  gannet rekey --config /etc/gannet.yaml
  gannet rekey --config /etc/gannet.yaml --data /var/lib/gannet`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if data != "" && (admin.url != "" || cancel) {
				return usageErrorf("--data is for a server that is stopped: it excludes --admin and --cancel")
			}
			c, err := admin.from.load()
			if err != nil {
				return err
			}
			r := rekeying{config: c, progress: newProgress(cmd.ErrOrStderr(), quiet), cancel: cancel}
			r.logger = newLogger(c.Log, r.progress)
			defer r.progress.done()
			if r.operator, err = admin.operator(c); err != nil {
				return err
			}
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			if data != "" {
				r.config.DataDir = data
				return r.offline(ctx, cmd.OutOrStdout())
			}
			err = r.online(ctx, cmd.OutOrStdout())
			if errors.Is(err, syscall.ECONNREFUSED) && admin.url == "" && !cancel && ctx.Err() == nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "gannet: %v; going on with %s\n", err, c.DataDir)
				r.sought = true
				return r.offline(ctx, cmd.OutOrStdout())
			}
			return err
		},
	}
	admin.addFlags(cmd)
	cmd.Flags().StringVar(&data, "data", "", "`directory` of the database of a server that is stopped")
	cmd.Flags().BoolVar(&cancel, "cancel", false, "tell the server to end a rekey that runs; what was done stays")
	addQuietFlag(cmd, &quiet)
	return cmd
}

// rekeying is one run of the command.
type rekeying struct {
	*operator
	config   engine.Config
	progress *progress
	logger   *slog.Logger
	cancel   bool
	sought   bool // a server, and there was none
}

// rekeyState is what a server says of it.
type rekeyState struct {
	Running, Finished   bool
	Sealed, Done, Total uint64
	Keys                []string
	Error               string
}

// pollEvery is how often the server is asked how far it is.
const pollEvery = 200 * time.Millisecond

func (r *rekeying) online(ctx context.Context, w io.Writer) error {
	var state rekeyState
	if r.cancel {
		return r.ask(ctx, http.MethodDelete, "/api/v1/rekey", &state)
	}
	if err := r.ask(ctx, http.MethodPost, "/api/v1/rekey", &state); err != nil {
		return err
	}
	for state.Running {
		r.progress.set(task{"rekey", int64(state.Total), "conversations"}, int64(state.Done))
		if err := sleep(ctx, pollEvery); err != nil {
			return errors.New("the server goes on by itself; gannet rekey --cancel ends it")
		}
		state = rekeyState{}
		if err := r.ask(ctx, http.MethodGet, "/api/v1/rekey", &state); err != nil {
			return fmt.Errorf("it was begun, but now: %w", lost(err))
		}
	}
	r.progress.done()
	if !state.Finished {
		return fmt.Errorf("the server ended it early: %s; what was done stays", state.Error)
	}
	return sayRekeyed(w, state.Sealed, state.Keys)
}

// lost says of a server that answered before that it doesn't: nothing is to be done
// in its place.
func lost(err error) error {
	if errors.Is(err, errUnreachable) {
		return errors.New(err.Error())
	}
	return err
}

func sayRekeyed(w io.Writer, sealed uint64, keys []string) error {
	_, err := fmt.Fprintf(w, "%d runs of messages sealed; the data needs no other key than %s now.\n"+
		"Older keys may be taken out of the configuration; backups from before still need theirs.\n", sealed, strings.Join(keys, ", "))
	return err
}

func (r *rekeying) offline(ctx context.Context, w io.Writer) error {
	keys, err := r.config.Storage.Keys()
	if err != nil {
		return usageError{err}
	}
	if len(keys) == 0 {
		return usageErrorf("no key is given: set storage.encryption_keys or storage.encryption_key_file")
	}
	dir := r.config.DataDir
	inUse := "leave --data out to let its server do it"
	if r.sought {
		inUse = "is listen.admin of the configuration (or --admin) where its server listens?"
	}
	if err := hasDatabase(dir, keys, r.logger); err != nil {
		return explainOpen(err, inUse)
	}
	if err := checkOwner(dir); err != nil {
		return err
	}
	db, err := storage.Open(storage.Options{Dir: dir, Keys: keys, Logger: r.logger})
	if err != nil {
		return explainOpen(err, inUse)
	}
	sealed, ids, err := r.seal(ctx, db)
	r.progress.done()
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	return sayRekeyed(w, sealed, ids)
}

func (r *rekeying) seal(ctx context.Context, db *storage.DB) (sealed uint64, ids []string, err error) {
	err = db.Reseal(ctx, func(done, total uint64) {
		sealed = done
		r.progress.set(task{"rekey", int64(total), "runs"}, int64(done))
	})
	if err == nil || errors.Is(err, storage.ErrCorrupt) { // all but what is damaged is sealed then
		keep := uint64(r.config.Storage.MinFreeBytes)
		err = errors.Join(err, db.DropOldKeys(ctx, storage.Merging{KeepFree: keep}))
	}
	if errors.Is(err, context.Canceled) {
		return 0, nil, errors.New("interrupted; what was done stays, and the next rekey goes on")
	}
	if err != nil {
		return 0, nil, err
	}
	ids, err = db.KeyIDs()
	return sealed, ids, err
}
