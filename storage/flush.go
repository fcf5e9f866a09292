package storage

// FlushSoon has what is in memory written to tables, in the background, so that
// the next Open finds little in the log to write again. It needs as much room as
// that takes. Any goroutine may call it.
func (db *DB) FlushSoon() error {
	_, err := db.p.AsyncFlush()
	return err
}
