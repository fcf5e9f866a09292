package httpapi

import (
	"io"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/operator"
)

// Backups are copies of the database that wait to be fetched.
type Backups interface {
	// Create returns when the copy is made; all that was answered before is in it.
	Create() (operator.Backup, error)
	// Open opens a file of a copy.
	Open(id, name string) (io.ReadCloser, error)
	Remove(id string) error
}

func backupRoutes() []route {
	return []route{
		{
			method: "POST", path: "/api/v1/backups", do: createBackup, level: levelOperator,
			about: about{id: "createBackup", tag: tagServer, summary: "Make a copy of the database, to be fetched", data: backupView{}},
		},
		{
			method: "GET", path: "/api/v1/backups/{id}/files/{name}", do: backupFile, level: levelOperator,
			about: about{id: "getBackupFile", tag: tagServer, summary: "Fetch a file of a copy", stream: "application/octet-stream"},
		},
		{
			method: "DELETE", path: "/api/v1/backups/{id}", do: removeBackup, level: levelOperator,
			about: about{id: "removeBackup", tag: tagServer, summary: "Remove a copy"},
		},
	}
}

type backupView struct {
	ID        string           `json:"id"`
	CreatedAt int64            `json:"created_at"`
	Files     []backupFileView `json:"files"`
}

type backupFileView struct {
	Name  string `json:"name"`
	Size  int64  `json:"size"`
	Mtime string `json:"mtime" doc:"when it was changed last, RFC 3339 with nanoseconds"`
}

func createBackup(s *Server, x *exchange) *wire.Error {
	b, err := s.backups.Create()
	if err != nil {
		return s.refusal(x, err)
	}
	return s.put(x, backupView{ID: b.ID, CreatedAt: b.Created.UnixMilli(), Files: views(b.Files, viewBackupFile)})
}

func viewBackupFile(f *operator.File) backupFileView {
	return backupFileView{Name: f.Name, Size: f.Size, Mtime: f.Modified.UTC().Format(time.RFC3339Nano)}
}

func backupFile(s *Server, x *exchange) *wire.Error {
	f, err := s.backups.Open(x.r.PathValue("id"), x.r.PathValue("name"))
	if err != nil {
		return s.refusal(x, err)
	}
	x.stream = s.sendFile(f)
	return nil
}

func removeBackup(s *Server, x *exchange) *wire.Error {
	return s.done(x, s.backups.Remove(x.r.PathValue("id")))
}
