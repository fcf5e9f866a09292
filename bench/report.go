package bench

import (
	_ "embed"
	"encoding/json"
	"os"
	"strings"
)

// reportPage is the page around the figures: script, style and nothing from
// anywhere else.
//
//go:embed report.html
var reportPage string

// dataMark is where the document goes in.
const dataMark = "/*DATA*/null"

// writeReport writes the document as a self-contained HTML page.
func writeReport(file string, doc document) error {
	page, err := report(doc)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(page), 0o644)
}

// report renders the page. encoding/json escapes <, > and &, so that no text
// of the document can end the script it stands in.
func report(doc document) (string, error) {
	data, err := json.Marshal(doc)
	if err != nil {
		return "", err
	}
	return strings.Replace(reportPage, dataMark, string(data), 1), nil
}
