package main

import (
	"os"
	"path/filepath"
	"testing"

	"gannet/storage"
)

// What was backed up is reported also where an older backup can't be removed.
func TestBackupReportsBeforePruning(t *testing.T) {
	dir := t.TempDir()
	to := filepath.Join(dir, "backups")
	p := startProcess(t, filepath.Join(dir, "data"))
	stuck := filepath.Join(to, "20200101T000000.000Z", storage.ManifestName, "no file of ours")
	if err := os.MkdirAll(stuck, 0o700); err != nil {
		t.Fatal(err)
	}
	said, errs := gannet(t, exitFailure, "backup", to, "--admin", adminURL(p), "--full", "--keep", "1")
	all := backups(t, to)
	if len(all) != 2 {
		t.Fatalf("there are %q", all)
	}
	says(t, said, all[1]+": ", "files")
	says(t, errs, "the backup is complete, but removing older ones: remove "+filepath.Dir(stuck))
	gannet(t, exitOK, "verify", all[1])
}
