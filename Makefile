# make run     build and start a server with its data in ./data
# make test    everything that must hold before a change is merged
# make chaos   kill, halt and stop servers under load, and judge what clients were told
# make desk    a busy customer-service desk under kills, judged; see SEED
# make mutants break promises of the engine on purpose: the tests must notice
# make fuzz    every fuzz target for FUZZTIME
# make bench   measure this machine
# make web     fetch the libraries of the pages again, and check that they are the same
# make vuln    ask the Go vulnerability database about what is used

GO       ?= go
BIN      := bin/gannet
DATA     ?= ./data
FUZZTIME ?= 60s
ROUNDS   ?= 50
SEED     ?= 0

# Where goroutines meet, but for what other programs are run for: once is enough.
RACE := ./bench/... ./cmd/... ./codec/client/... ./engine/... ./storage/...
ONCE := /web/browser$$\|/bench/monitoring$$

# The commit is stamped into the binary where there is one.
VCS := $(shell git rev-parse -q --verify HEAD >/dev/null 2>&1 && echo true || echo false)

.PHONY: build run test unit race lint chaos desk mutants fuzz bench web vuln clean

build:
	$(GO) build -buildvcs=$(VCS) -trimpath -o $(BIN) ./cmd/gannet

run: build
	$(BIN) serve --data $(DATA)

test: lint unit race

unit:
	$(GO) test ./...

race:
	$(GO) test -race $$($(GO) list $(RACE) | grep -v '$(ONCE)')

lint:
	@unformatted=$$(gofmt -l bench cmd codec engine storage) || exit 1; \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

# The binary can be told to kill itself at certain places: it is not for use.
chaos:
	$(GO) build -buildvcs=$(VCS) -trimpath -tags failpoints -o $(BIN)-chaos ./cmd/gannet
	$(BIN)-chaos bench chaos --rounds $(ROUNDS)

desk: build
	$(BIN) bench desk --simulate --seed $(SEED)

mutants:
	$(GO) run ./bench/mutants

fuzz:
	@set -e; for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; \
	done

bench: build
	$(BIN) bench all

# It needs the network.
web:
	engine/internal/web/lib/fetch.sh

# It needs the network, for the tool and for the database, so make test does
# without it.
vuln:
	$(GO) run golang.org/x/vuln/cmd/govulncheck@v1.1.4 ./...

clean:
	rm -rf bin
