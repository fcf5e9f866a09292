// Package monitoring_test shows that what is shipped for watching a server works:
// Debian's promtool finds nothing to say about a scrape, the rules and the
// configuration, and a real Prometheus that scrapes a server under load has data
// for every query of every dashboard. Where one of the two programs isn't
// installed, the tests say so and are skipped.
package monitoring_test
