package sequencer

import "gannet/storage"

// Reseal writes the runs that hold the given entries again as they are: storage
// seals what it writes under its newest key. Nobody can tell the difference, before
// it is on disk or after, so readers need not know. What isn't in storage is passed
// over: what will be written needs no sealing anew.
func (tx *Tx) Reseal(places []storage.Place) error {
	for _, p := range places {
		run, err := tx.s.runOf(p.Conv, p.Seq)
		if err != nil {
			return err
		}
		if run != nil {
			tx.s.cur.putRun(run)
		}
	}
	return nil
}
