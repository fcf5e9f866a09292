package storage

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	// ManifestName is the file that a Manifest is written to. It is written last: a
	// copy without it wasn't finished.
	ManifestName = "manifest.json"

	manifestVersion = 1
	maxManifest     = 256 << 20 // bytes; more than a million files
)

// Manifest says what files a copy of a database consists of.
type Manifest struct {
	Version   int            `json:"version"` // of the manifest itself
	CreatedAt time.Time      `json:"created_at"`
	Files     []ManifestFile `json:"files"` // by name
}

// ManifestFile is one file, which lies in the directory itself.
type ManifestFile struct {
	Name    string    `json:"name"`
	Size    int64     `json:"size"`   // in bytes
	SHA256  string    `json:"sha256"` // in hexadecimal
	ModTime time.Time `json:"mtime"`
}

// ManifestOf describes files whose sums are known already, such as those that
// were just written, or that an earlier manifest has.
func ManifestOf(created time.Time, files []ManifestFile) *Manifest {
	m := &Manifest{Version: manifestVersion, CreatedAt: created.UTC(), Files: slices.Clone(files)}
	slices.SortFunc(m.Files, func(a, b ManifestFile) int { return strings.Compare(a.Name, b.Name) })
	return m
}

// listFiles returns the files that belong into a manifest, in order of names.
func listFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		switch name := e.Name(); {
		case name == ManifestName || name == "LOCK":
		case !e.Type().IsRegular():
			return nil, fmt.Errorf("storage: %s is not a regular file", filepath.Join(dir, name))
		default:
			names = append(names, name)
		}
	}
	return names, nil
}

func describeFile(dir, name string, progress func(int64)) (ManifestFile, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return ManifestFile{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ManifestFile{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(sum, &progressReader{f, progress})
	if err != nil {
		return ManifestFile{}, fmt.Errorf("storage: reading %s: %w", f.Name(), err)
	}
	return ManifestFile{
		Name: name, Size: n, SHA256: hex.EncodeToString(sum.Sum(nil)), ModTime: info.ModTime().UTC(),
	}, nil
}

// progressReader tells of what is read.
type progressReader struct {
	r    io.Reader
	told func(int64)
}

func (p *progressReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	if p.told != nil && n > 0 {
		p.told(int64(n))
	}
	return n, err
}

// TotalBytes is the size of all files together.
func (m *Manifest) TotalBytes() (total int64) {
	for i := range m.Files {
		total += m.Files[i].Size
	}
	return total
}

// WriteManifest writes a directory's manifest, whole or not at all, and returns
// when it is durable.
func WriteManifest(dir string, m *Manifest) error {
	if err := m.check(); err != nil {
		return err
	}
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	return writeFile(vfs.Default, dir, ManifestName, append(b, '\n'))
}

// ReadManifest reads a directory's manifest. It fails with fs.ErrNotExist where
// there is none, and refuses one that this program doesn't know all of.
func ReadManifest(dir string) (*Manifest, error) {
	name := filepath.Join(dir, ManifestName)
	b, err := readFile(vfs.Default, name, maxManifest)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("storage: no finished backup: %w", err)
	}
	if err != nil {
		return nil, err
	}
	m, err := parseManifest(b)
	if err != nil {
		return nil, fmt.Errorf("storage: %s: %w", name, err)
	}
	return m, nil
}

func parseManifest(b []byte) (*Manifest, error) {
	var head struct{ Version int }
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if head.Version != manifestVersion {
		return nil, fmt.Errorf("%w: manifest of version %d, this program knows %d", ErrSchema, head.Version, manifestVersion)
	}
	var m Manifest
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return &m, m.check()
}

// check refuses a manifest that can't have been written by WriteManifest, and
// names that would lead out of the directory.
func (m *Manifest) check() error {
	last := ""
	for _, f := range m.Files {
		sum, err := hex.DecodeString(f.SHA256)
		switch {
		case !plainName(f.Name):
			return fmt.Errorf("%w: %q is no name of a file", ErrDamaged, f.Name)
		case f.Name <= last:
			return fmt.Errorf("%w: file %q comes twice or out of order", ErrDamaged, f.Name)
		case f.Size < 0 || err != nil || len(sum) != sha256.Size:
			return fmt.Errorf("%w: file %q has no proper size and sum", ErrDamaged, f.Name)
		}
		last = f.Name
	}
	return nil
}

// plainName reports whether a name is of a file in the directory itself.
func plainName(name string) bool {
	return filepath.IsLocal(name) && name != "." && name != ManifestName && !strings.ContainsAny(name, "/\\\x00")
}

// CheckFiles reads all files of a directory and holds them against the
// manifest. The error names every file that is missing, altered, or too much.
func (m *Manifest) CheckFiles(dir string, progress func(bytes int64)) error {
	names, err := listFiles(dir)
	if err != nil {
		return err
	}
	var faults []error
	for _, want := range m.Files {
		i, found := slices.BinarySearch(names, want.Name)
		if !found {
			faults = append(faults, fmt.Errorf("%w: %s is missing", ErrDamaged, want.Name))
			continue
		}
		names = slices.Delete(names, i, i+1)
		faults = append(faults, want.check(dir, progress))
	}
	for _, name := range names {
		faults = append(faults, fmt.Errorf("%w: %s doesn't belong there", ErrDamaged, name))
	}
	return errors.Join(faults...)
}

// check holds a file against its description.
func (f *ManifestFile) check(dir string, progress func(int64)) error {
	got, err := describeFile(dir, f.Name, progress)
	switch {
	case err != nil:
		return err
	case got.Size != f.Size:
		return fmt.Errorf("%w: %s has %d bytes, not %d", ErrDamaged, f.Name, got.Size, f.Size)
	case got.SHA256 != f.SHA256:
		return fmt.Errorf("%w: %s has been altered", ErrDamaged, f.Name)
	}
	return nil
}
