package main

import (
	"fmt"
	"io"
)

// verifyReport says what was found.
type verifyReport struct {
	Path     string       `json:"path"`
	Backup   bool         `json:"backup"` // it has a manifest
	Counts   verifyCounts `json:"counts"`
	Faults   int          `json:"faults"`
	Problems []string     `json:"problems"` // the first of them
}

// verifyCounts are storage.Counts with the names that they have in JSON.
type verifyCounts struct {
	Conversations   uint64 `json:"conversations"`
	Messages        uint64 `json:"messages"`
	Events          uint64 `json:"events"`
	Places          uint64 `json:"places"`
	Duplicates      uint64 `json:"duplicates"`
	Groups          uint64 `json:"groups"`
	Members         uint64 `json:"members"`
	Sessions        uint64 `json:"sessions"`
	Requests        uint64 `json:"requests"`
	Bans            uint64 `json:"bans"`
	Dissolving      uint64 `json:"dissolving"`
	Blocks          uint64 `json:"blocks"`
	Reactions       uint64 `json:"reactions"`
	Expiries        uint64 `json:"expiries"`
	Seen            uint64 `json:"seen"`
	Revoked         uint64 `json:"revoked"`
	Answers         uint64 `json:"answers"`
	Runs            uint64 `json:"runs"`
	Sealed          uint64 `json:"sealed"`
	DataKeys        uint64 `json:"data_keys"`
	UnusedKeys      uint64 `json:"unused_keys"`
	DeskSessions    uint64 `json:"desk_sessions"`
	DeskOpen        uint64 `json:"desk_open"`
	DeskIndexes     uint64 `json:"desk_indexes"`
	DeskAgents      uint64 `json:"desk_agents"`
	DeskSkills      uint64 `json:"desk_skills"`
	DeskReplies     uint64 `json:"desk_replies"`
	DeskVisitors    uint64 `json:"desk_visitors"`
	Webhooks        uint64 `json:"webhooks"`
	DeadLetters     uint64 `json:"dead_letters"`
	PresenceChanges uint64 `json:"presence_changes"`
}

func (r *verifyReport) print(w io.Writer) error {
	kind := "data directory"
	if r.Backup {
		kind = "backup"
	}
	c := &r.Counts
	text := fmt.Sprintf("%s, a %s\n", r.Path, kind)
	text += fmt.Sprintf("  %d conversations, %d messages, %d events, %d of %d runs encrypted\n", c.Conversations, c.Messages, c.Events, c.Sealed, c.Runs)
	text += fmt.Sprintf("  %d places, %d duplicates, %d answers, %d expiries, %d reactions\n", c.Places, c.Duplicates, c.Answers, c.Expiries, c.Reactions)
	text += fmt.Sprintf("  %d groups, %d members, %d requests, %d bans, %d dissolving, %d sessions, %d blocks, %d last seen, %d revocations\n",
		c.Groups, c.Members, c.Requests, c.Bans, c.Dissolving, c.Sessions, c.Blocks, c.Seen, c.Revoked)
	text += fmt.Sprintf("  desk: %d sessions, %d of them open, in %d rows of indexes, %d visitors, %d agents, %d skill groups, %d replies\n",
		c.DeskSessions, c.DeskOpen, c.DeskIndexes, c.DeskVisitors, c.DeskAgents, c.DeskSkills, c.DeskReplies)
	text += fmt.Sprintf("  webhooks: %d, %d dead letters, %d changes of presence\n", c.Webhooks, c.DeadLetters, c.PresenceChanges)
	for _, p := range r.Problems {
		text += "fault: " + p + "\n"
	}
	if more := r.Faults - len(r.Problems); more > 0 {
		text += fmt.Sprintf("and %d more faults\n", more)
	}
	text += fmt.Sprintf("%d faults\n", r.Faults)
	_, err := io.WriteString(w, text)
	return err
}
