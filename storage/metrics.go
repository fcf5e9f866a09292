package storage

// Metrics are figures for the operator. Bytes written and counts rise from
// Open on; the others are as they are now.
type Metrics struct {
	DiskBytes uint64 // used by the whole directory

	WALFiles        int64
	WALBytes        uint64 // live in the log
	WALBytesWritten uint64

	MemTableBytes uint64
	MemTables     int64
	Flushes       int64
	FlushedBytes  uint64

	Levels             []Level // of the tree, from the one that memory tables are flushed to
	L0Sublevels        int64   // files that a read of one key may have to look into
	CompactionDebt     uint64
	CompactionsRunning int64
	Compactions        int64
	CompactedBytes     uint64

	CacheBytes  int64
	CacheHits   int64
	CacheMisses int64

	BackgroundErrors int64 // flushes and compactions that failed
	Corruptions      int64 // damaged files met
	DiskStalls       int64 // reports of a disk operation that takes long
	WriteStalls      int64 // times that writes waited for flushes or compactions
}

// Level is one level of the tree of tables.
type Level struct {
	Files int64
	Bytes int64
	Score float64 // how much it asks to be compacted into the next: 0, or from 1 on
}

// Metrics collects the figures; it costs some microseconds.
func (db *DB) Metrics() Metrics {
	p := db.p.Metrics()
	m := Metrics{
		DiskBytes:          p.DiskSpaceUsage(),
		WALFiles:           p.WAL.Files,
		WALBytes:           p.WAL.Size,
		WALBytesWritten:    p.WAL.BytesWritten,
		MemTableBytes:      p.MemTable.Size,
		MemTables:          p.MemTable.Count,
		Flushes:            p.Flush.Count,
		L0Sublevels:        int64(p.Levels[0].Sublevels),
		CompactionDebt:     p.Compact.EstimatedDebt,
		CompactionsRunning: p.Compact.NumInProgress,
		Compactions:        p.Compact.Count,
		CacheBytes:         p.BlockCache.Size,
		CacheHits:          p.BlockCache.Hits,
		CacheMisses:        p.BlockCache.Misses,
		BackgroundErrors:   db.listener.backgroundErrors.Load(),
		Corruptions:        db.listener.corruptions.Load(),
		DiskStalls:         db.listener.diskStalls.Load(),
		WriteStalls:        db.listener.writeStalls.Load(),
	}
	for i := range p.Levels {
		l := &p.Levels[i]
		m.Levels = append(m.Levels, Level{Files: l.TablesCount, Bytes: l.TablesSize, Score: l.Score})
		m.FlushedBytes += l.TableBytesFlushed + l.BlobBytesFlushed
		m.CompactedBytes += l.TableBytesCompacted + l.BlobBytesCompacted
	}
	return m
}
