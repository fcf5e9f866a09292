package bench

import "slices"

// A Result is one run of one scenario. The JSON names are stable.
type Result struct {
	Scenario string   `json:"scenario"`
	Setting  string   `json:"setting"` // what was asked for, in words
	Targets  []Target `json:"targets"`
	OK       bool     `json:"ok"`      // every target met and no fault
	Stopped  bool     `json:"stopped"` // ended early by Ctrl-C

	Seconds      float64 `json:"seconds"`    // measured time
	Unit         string  `json:"unit"`       // what messages counts
	Messages     int64   `json:"messages"`   // answered and delivered everywhere
	Deliveries   int64   `json:"deliveries"` // received
	MessageRate  float64 `json:"messages_per_second"`
	DeliveryRate float64 `json:"deliveries_per_second"`

	Latency *Latency `json:"latency,omitempty"`      // send → receipt, or request → answer
	Sent    *Latency `json:"sent_latency,omitempty"` // send → sent

	ServerCPU    float64 `json:"server_cpu_cores"` // processors busy on average; 0: not known
	ServerRSS    int64   `json:"server_rss_bytes"` // largest seen while measuring; 0: not known
	GeneratorCPU float64 `json:"generator_cpu_cores"`

	EchoRate      float64 `json:"echo_per_second"`          // of the echo run before; 0: none
	MessageRatio  float64 `json:"messages_per_echo"`        // MessageRate / EchoRate
	DeliveryRatio float64 `json:"deliveries_per_echo"`      // DeliveryRate / EchoRate
	LatencyRatio  float64 `json:"latency_per_echo_latency"` // averages

	Figures      []Figure `json:"figures,omitempty"` // what only this scenario has
	Faults       []Fault  `json:"faults"`
	SliceSeconds float64  `json:"slice_seconds"`
	Timeline     []Slice  `json:"timeline"`
}

// Latency is a distribution of times in milliseconds.
type Latency struct {
	Count       int64        `json:"count"` // samples
	Avg         float64      `json:"avg_ms"`
	P50         float64      `json:"p50_ms"`
	P95         float64      `json:"p95_ms"`
	P99         float64      `json:"p99_ms"`
	P999        float64      `json:"p999_ms"`
	Max         float64      `json:"max_ms"`
	Percentiles []Percentile `json:"percentiles,omitempty"`
}

// Percentile is one point of a distribution.
type Percentile struct {
	Percent float64 `json:"percent"`
	Value   float64 `json:"ms"`
}

// Figure is a named value.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// Target is a figure to reach.
type Target struct {
	Name   string  `json:"name"`
	Want   float64 `json:"want"`
	Got    float64 `json:"got"`
	Unit   string  `json:"unit"`
	AtMost bool    `json:"at_most"` // Got is to be at most Want, otherwise at least
	Met    bool    `json:"met"`
}

func atLeast(name string, got, want float64, unit string) Target {
	return Target{Name: name, Want: want, Got: got, Unit: unit, Met: got >= want}
}

func atMost(name string, got, want float64, unit string) Target {
	return Target{Name: name, Want: want, Got: got, Unit: unit, AtMost: true, Met: got <= want}
}

// summary turns a histogram into what is reported; nil if nothing was timed.
func (l *latencies) summary() *Latency {
	if l.n == 0 {
		return nil
	}
	ms := func(percent float64) float64 { return float64(l.hist.ValueAtPercentile(percent)) / 1e3 }
	out := &Latency{
		Count: l.n, Avg: float64(l.sum) / float64(l.n) / 1e6,
		P50: ms(50), P95: ms(95), P99: ms(99), P999: ms(99.9), Max: float64(l.hist.Max()) / 1e3,
	}
	for _, percent := range plotted {
		out.Percentiles = append(out.Percentiles, Percentile{percent, ms(percent)})
	}
	return out
}

// plotted are the points of a latency plot, denser towards the tail.
var plotted = []float64{
	0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 96.5, 98, 99,
	99.25, 99.5, 99.75, 99.9, 99.95, 99.98, 99.99, 99.995, 99.999, 100,
}

// settle fills in the rates.
func (r *Result) settle() {
	if r.Seconds > 0 {
		r.MessageRate = float64(r.Messages) / r.Seconds
		r.DeliveryRate = float64(r.Deliveries) / r.Seconds
	}
}

// compare relates the figures to those of the echo run before; nil: there is none.
func (r *Result) compare(echo *Result) {
	if echo == nil || echo.MessageRate == 0 {
		return
	}
	r.EchoRate = echo.MessageRate
	r.MessageRatio = r.MessageRate / echo.MessageRate
	r.DeliveryRatio = r.DeliveryRate / echo.MessageRate
	if r.Latency != nil && echo.Latency != nil {
		r.LatencyRatio = r.Latency.Avg / echo.Latency.Avg
	}
}

// judge says whether the run is good. Lists that JSON readers may count on are
// empty from here on where there is nothing, not absent.
func (r *Result) judge() {
	r.Targets = append([]Target{}, r.Targets...)
	r.Faults = append([]Fault{}, r.Faults...)
	r.Timeline = append([]Slice{}, r.Timeline...)
	r.OK = len(r.Faults) == 0
	for _, t := range r.Targets {
		r.OK = r.OK && t.Met
	}
}

// keepTargets drops all targets but the one with that name.
func (r *Result) keepTargets(name string) {
	r.Targets = slices.DeleteFunc(r.Targets, func(t Target) bool { return t.Name != name })
}

func (r *Result) figure(name string, value float64, unit string) {
	r.Figures = append(r.Figures, Figure{name, value, unit})
}
