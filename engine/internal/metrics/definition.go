package metrics

import vm "github.com/VictoriaMetrics/metrics"

// definition is a line of the table of names.
type definition struct {
	name   string
	kind   string // counter, gauge or histogram, as in a # TYPE line
	help   string
	labels []string
	bounds []float64 // of the buckets, histograms only
}

func counter(n CounterName, help string, labels ...string) definition {
	return definition{name: string(n), kind: "counter", help: help, labels: labels}
}

func gauge(n GaugeName, help string, labels ...string) definition {
	return definition{name: string(n), kind: "gauge", help: help, labels: labels}
}

func histogram(n HistogramName, bounds []float64, help string, labels ...string) definition {
	return definition{name: string(n), kind: "histogram", help: help, labels: labels, bounds: bounds}
}

// durations are bucket bounds in seconds, from 50 µs (a commit on a good disk)
// to 10 s (the time limit of a request).
func durations() []float64 {
	return []float64{
		50e-6, 100e-6, 200e-6, 300e-6, 500e-6, 750e-6,
		1e-3, 1.5e-3, 2e-3, 3e-3, 5e-3, 7.5e-3,
		10e-3, 15e-3, 20e-3, 30e-3, 50e-3, 75e-3,
		100e-3, 200e-3, 500e-3, 1, 2, 5, 10,
	}
}

// waits are bucket bounds in seconds for what people wait for: from 1 s to a day.
func waits() []float64 {
	return []float64{1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 4 * 3600, 8 * 3600, 24 * 3600}
}

// sizes are bucket bounds for counts: the powers of two up to 4,096.
func sizes() []float64 { return vm.ExponentialBuckets(1, 2, 13) }

// volumes are bucket bounds for bytes: the powers of four from 64 to 4 Mi.
func volumes() []float64 { return vm.ExponentialBuckets(64, 4, 9) }
