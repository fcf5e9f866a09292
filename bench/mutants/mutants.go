package main

// mutant is an engine with one promise broken.
type mutant struct {
	name   string
	breaks string // the promise
	edits  []edit
	tests  []string // packages, any of which may notice; in this order
}

// edit replaces text that stands exactly once in a file.
type edit struct{ file, old, new string }

var mutants = []mutant{
	{
		name:   "no-sync",
		breaks: "an answer is given only after an fsync",
		edits: []edit{{
			"storage/db.go",
			"db.written(db.p.LogData(nil, pebble.Sync))",
			"db.written(db.p.LogData(nil, pebble.NoSync))",
		}},
		tests: []string{"./storage", "./engine/internal/sequencer"},
	},
	{
		name:   "no-read-cap",
		breaks: "nobody reads what isn't on disk",
		edits: []edit{{
			"engine/internal/sequencer/sequencer.go",
			"	b.forgetLeft()\n",
			"	for _, p := range b.heads {\n		p.head.published.Store(p.last)\n	}\n	b.forgetLeft()\n",
		}},
		tests: []string{"./engine/internal/sequencer", "./engine/internal/chat"},
	},
	{
		name:   "dedupe-outside-the-batch",
		breaks: "a message and the record of its cid are durable together",
		edits: []edit{{
			"engine/internal/sequencer/place.go",
			"s.dups.put(b.w, m, storage.Duplicate{Conv: c.head.Num, Seq: c.last, Fingerprint: m.fingerprint})",
			"w := s.db.NewBatch()\n	s.dups.put(w, m, storage.Duplicate{Conv: c.head.Num, Seq: c.last, Fingerprint: m.fingerprint})\n" +
				"	b.told = append(b.told, func() { _ = s.db.Apply(w) })",
		}},
		tests: []string{"./engine/internal/sequencer", "./engine/internal/chat", "./cmd/gannet"},
	},
	{
		name:   "seq-only-in-memory",
		breaks: "a conversation goes on where it was after a restart",
		edits: []edit{{
			"engine/internal/sequencer/conversation.go",
			"	c := s.keep(rec, tail)\n",
			"	tail = storage.Tail{}\n	c := s.keep(rec, tail)\n",
		}},
		tests: []string{"./engine/internal/sequencer", "./engine"},
	},
	{
		name:   "soft-fatal",
		breaks: "a log that can't be written ends the process",
		edits: []edit{{
			"storage/listener.go",
			"	l.failure.CompareAndSwap(nil, &err)\n	l.fatal(err)\n",
			"	l.log.Error(err.Error())\n",
		}},
		tests: []string{"./storage", "./engine/internal/sequencer"},
	},
	{
		name:   "push-before-commit",
		breaks: "nobody is told of a message that isn't on disk",
		edits: []edit{
			{
				"engine/internal/sequencer/syncer.go",
				"		took, err := y.sync(group)\n",
				"		for _, b := range group {\n			y.publish(b)\n		}\n		took, err := y.sync(group)\n",
			},
			{
				"engine/internal/sequencer/syncer.go",
				"			b.stats.Fsync = took\n			y.publish(b)\n",
				"			b.stats.Fsync = took\n",
			},
		},
		tests: []string{"./engine/internal/sequencer"},
	},
	{
		name:   "no-recall-check",
		breaks: "one recalls one's own messages, for a while",
		edits: []edit{{
			"engine/internal/chat/recall.go",
			"	case e.msg.From != user:\n		return errNoMessage\n",
			"	case e.msg.From == \"\":\n		return errNoMessage\n",
		}},
		tests: []string{"./engine/internal/chat", "./engine"},
	},
	{
		name:   "no-membership-check",
		breaks: "who isn't a member can't write to a group",
		edits: []edit{{
			"engine/internal/sequencer/place.go",
			"		return c, s.openJoin(c, m.From)\n	}\n	return nil, ErrNotMember\n",
			"		return c, s.openJoin(c, m.From)\n	}\n	return c, nil\n",
		}},
		tests: []string{"./engine/internal/sequencer", "./engine"},
	},
	{
		name:   "senders-forgotten",
		breaks: "one's own messages aren't unread after a crash",
		edits: []edit{{
			"engine/internal/sequencer/sequencer.go",
			"err := s.recoverNoted(); err != nil",
			"err := error(nil); err != nil",
		}},
		tests: []string{"./engine/internal/sequencer"},
	},
	{
		name:   "rows-anywhere",
		breaks: "an encrypted row is believed in its own place only",
		edits: []edit{{
			"storage/seal.go",
			"x.aad = append(append(x.aad[:0], key...), header...)",
			"x.aad = append(x.aad[:0], header...)",
		}},
		tests: []string{"./storage"},
	},
	{
		name:   "unread-marks",
		breaks: "a damaged log isn't read short",
		edits: []edit{{
			"storage/mark.go",
			"	case sum.Sum32() != m.sum:\n",
			"	case sum.Sum32() != m.sum && false:\n",
		}},
		tests: []string{"./storage"},
	},
	{
		name:   "no-room-check",
		breaks: "messages are refused before the disk is full",
		edits: []edit{{
			"engine/internal/sequencer/place.go",
			"	if s.noRoom() {\n		s.refuse(m, ErrStorageFull)",
			"	if s.noRoom() && false {\n		s.refuse(m, ErrStorageFull)",
		}},
		tests: []string{"./engine/internal/sequencer"},
	},
}
