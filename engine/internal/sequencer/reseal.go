package sequencer

import "gannet/storage"

// Reseal writes the runs that hold the given entries again as they are: storage
// seals what it writes under its newest key. Nobody can tell the difference, before
// it is on disk or after, so readers need not know. What isn't in storage is passed
// over: what will be written needs no sealing anew. So is what is damaged, and it is
// counted.
func (tx *Tx) Reseal(places []storage.Place) (damaged storage.DamagedRuns, err error) {
	for _, p := range places {
		run, err := tx.s.runOf(p.Conv, p.Seq)
		if err != nil && !damaged.Add(err) {
			return damaged, err
		}
		if err == nil && run != nil {
			tx.s.cur.putRun(run)
		}
	}
	return damaged, nil
}
