# Every target walks all modules: `go test ./...` in the root does not enter
# agent/, which is a module of its own.
MODULES := . agent
GO      ?= go
FUZZTIME ?= 20s

# The linters are pinned in tools/go.mod, apart from what users build.
TOOL = $(GO) tool -modfile=$(CURDIR)/tools/go.mod

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets.
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: run
run: ## Expand examples/hello and run its job here; needs nothing but Go.
	@$(GO) run ./cmd/runnerctl run examples/hello/init-stack.yaml --source examples/hello

.PHONY: test
test: tools lint unit ## Run every check: the linters, then all tests with the race detector.

# What the tests use and Go does not install, pinned in tools/, goes to .tools/.
.PHONY: tools
tools: .tools/node/node_modules .tools/venv/installed .tools/checkov/installed .tools/qemu-user-static/installed .tools/busybox/installed .tools/chromium-headless-shell/installed ## Install into .tools/ what the tests need besides Go.

.tools/node/node_modules: tools/package.json tools/package-lock.json
.tools/cdk-node/node_modules: tools/cdk/package.json tools/cdk/package-lock.json
.tools/node/node_modules .tools/cdk-node/node_modules:
	mkdir -p $(@D)
	cp $^ $(@D)/
	npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund
	touch $@

# Anew, since pip leaves behind what is not required any more. The file has all
# that is needed; without --no-deps pip wants a hash for each list of extras too.
.tools/venv/installed: tools/requirements.txt
.tools/checkov/installed: tools/checkov.txt
.tools/docs/installed: tools/docs.txt
.tools/cdk-python/installed: tools/cdk.txt
.tools/venv/installed .tools/checkov/installed .tools/docs/installed .tools/cdk-python/installed:
	rm -rf $(@D)
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	$(@D)/bin/pip check --disable-pip-version-check
	touch $@

# Where there are Debian's packages: a user-mode emulator for the agent's arm64
# binary, and a third shell. Their tests are skipped elsewhere.
.tools/qemu-user-static/installed .tools/busybox/installed: .tools/%/installed:
	mkdir -p $(dir $@)
	if command -v apt-get >/dev/null; then \
		cd $(dir $@) && (apt-get download -q $* || (apt-get update -q && apt-get download -q $*)) && dpkg -x $*_*.deb . && rm $*_*.deb; \
	fi || echo "no $*: what needs it is not tested"
	touch $@

# A browser, for the tests of the report, with the libraries that this system lacks.
# apt-get knows them, and needs no rights to simulate.
.tools/chromium-headless-shell/installed:
	mkdir -p $(@D)
	if command -v apt-get >/dev/null; then \
		cd $(@D) && packages() { (printf '%s\n' chromium-headless-shell chromium-common; apt-get install -s --no-install-recommends chromium-headless-shell | awk '/^Inst/ {print $$2}') | sort -u; } \
		&& (apt-get download -q $$(packages) || (apt-get update -q && apt-get download -q $$(packages))) \
		&& for package in *.deb; do dpkg -x "$$package" . || exit 1; rm "$$package"; done; \
	fi || echo "no chromium-headless-shell: the report is tested in the browser of PATH, if there is one"
	touch $@

# A race-enabled program sleeps a second before it exits, which adds up.
UNIT_ENV = GORACE=atexit_sleep_ms=0 PATH="$$PATH:$(CURDIR)/.tools/busybox/bin:$(CURDIR)/.tools/busybox/usr/bin"

# Run without the race detector, which takes five times as long. The first play thousands
# of cases, one goroutine at a time. TestSessions and TestTemplateCases start a program for
# each command; what runs concurrently in it (a plan, its jobs, the tree of a terminal) has
# tests of its own with the detector. The last two do with much what others do with little.
WITHOUT_RACE = ^(TestADay|TestBounded|TestConditionsByHand|TestHostileTemplates|TestMessagesBounded|TestMutants|TestRandomFaults|TestSchedules|TestEachProtectionIsNeeded|TestSessions|TestTemplateCases|TestUnpackAboveFourGigabytes|TestUnpackAHundredThousandFiles)$$

# All at once: much of the time is waiting.
.PHONY: unit unit-root unit-agent unit-programs
unit: ## Run all tests of all modules, what runs concurrently with the race detector.
	@$(MAKE) --no-print-directory --output-sync=target -j3 unit-root unit-agent unit-programs
unit-root:
	@echo "== test ."; $(UNIT_ENV) $(GO) test -race -timeout 30m -skip '$(WITHOUT_RACE)' $$($(GO) list ./... | grep -v /e2e)
unit-agent:
	@echo "== test agent"; cd agent && $(UNIT_ENV) $(GO) test -race -timeout 30m -skip '$(WITHOUT_RACE)' ./... && $(GO) test -run '$(WITHOUT_RACE)' ./workspace
# The programs of e2e are built as they are deployed, without the detector: it would watch
# the stand-in, whose parts have tests of their own.
unit-programs:
	@echo "== test the programs"; $(UNIT_ENV) $(GO) test -timeout 30m ./e2e/... && $(GO) test -run '$(WITHOUT_RACE)' ./asl/jsonata/... ./cmd/runnerctl ./internal/launch ./internal/test/simulation ./transform

# Left out of `make quick`: what deploys, builds or lints with other tools.
SLOW = /(e2e|images|integrations|lambda/.*|cmd/.*|internal/(aws|release|test/(lint|fakeaws|fakecfn|fakeecs)))(/|$$)
.PHONY: quick
quick: ## Check format, vet, and run the fast tests without the race detector.
	@set -e; for module in $(MODULES); do (cd $$module; \
		unformatted=$$($(TOOL) gofumpt -l . ; gofmt -l .); \
		if [ -n "$$unformatted" ]; then echo "not formatted (make format):"; echo "$$unformatted"; exit 1; fi; \
		$(GO) vet ./...; \
		$(GO) test -short $$($(GO) list ./... | grep -vE '$(SLOW)')); \
	done

.PHONY: e2e
e2e: tools ## Run the programs as they are deployed against the AWS stand-in; part of make test.
	$(GO) test -timeout 30m ./e2e/...

.PHONY: e2e-account
e2e-account: ## Check in your AWS account what only an account can tell: STACK_PREFIX=name; costs a few cents.
	@e2e/account/run.sh '$(STACK_PREFIX)'

.PHONY: lint
lint: .tools/venv/installed ## Check formatting, go vet, staticcheck, go.mod, shellcheck and hadolint.
	@set -e; for module in $(MODULES); do \
		echo "== lint $$module"; \
		( cd $$module; \
		  unformatted=$$($(TOOL) gofumpt -l . ; gofmt -l .); \
		  if [ -n "$$unformatted" ]; then echo "not formatted (make format):"; echo "$$unformatted"; exit 1; fi; \
		  $(GO) vet ./...; \
		  if [ $$module = agent ]; then $(GO) vet -tags bench ./bench; fi; \
		  $(TOOL) staticcheck ./...; \
		  $(GO) mod tidy -diff ); \
	done
	@GOOS=darwin $(GO) vet ./cmd/runnerctl/...
	@$(GO) vet -tags aws ./cmd/runnerctl
	@$(GO) test -run '^(TestScripts|TestDockerfiles)$$' ./internal/test/lint

# The rules' examples are misspelt on purpose; a page has no such word in its prose.
.PHONY: docs
docs: .tools/docs/installed ## Check the spelling of all pages, and build the site of docs/ in build/site.
	@git ls-files '*.md' '*.yaml' | grep -v testdata | xargs .tools/docs/bin/codespell --ignore-words-list mian,strin,biuld,paramters,databse,szie
	@NO_MKDOCS_2_WARNING=1 .tools/docs/bin/mkdocs build --strict --quiet -f tools/mkdocs.yml
	@echo "The site is in build/site; python3 -m http.server --directory build/site shows it."

# Not part of make test: the CDK has half a gigabyte.
.PHONY: cdk
cdk: .tools/cdk-node/node_modules .tools/cdk-python/installed ## Check the CDK constructs with the real CDK, and pack them with VERSION in build/cdk.
	@integrations/cdk/check.sh .tools/cdk-node .tools/cdk-python '$(or $(VERSION),0.0.0)'

.PHONY: format
format: ## Format all Go files.
	@set -e; for module in $(MODULES); do (cd $$module && $(TOOL) gofumpt -w .); done

.PHONY: golden
golden: ## Write the golden files anew; review the difference before you commit.
	$(GO) test $$(grep -rl --include='*_test.go' 'runner/internal/test/golden"' . | xargs -n1 dirname | sort -u) -update

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (20s).
	@set -e; for module in $(MODULES); do (cd $$module; \
		for package in $$($(GO) list ./...); do \
			for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
				echo "== fuzz $$package $$target"; \
				$(GO) test $$package -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x; \
			done; \
		done); \
	done

.PHONY: simulate
COUNT ?= 10000000
FIRST ?= 0
simulate: ## Play COUNT (10,000,000) schedules of the simulation from the seed FIRST (0).
	ATTINI_SIMULATIONS=$(COUNT) ATTINI_SIMULATION_FIRST=$(FIRST) $(GO) test -count=1 -timeout 0 -v -run 'TestSchedules$$' ./internal/test/simulation

.PHONY: faults
faults: tools ## Run the agent with each fault at each stage of its jobs, and write docs/faults.md; takes ten minutes.
	ATTINI_FAULTS=1 ATTINI_FAULTS_PAGE=$(CURDIR)/docs/faults.md $(GO) test -count=1 -timeout 60m -v -run 'TestFaultMatrix$$' ./e2e

.PHONY: soak
SOAK ?= 30m
soak: tools ## Run three runners for SOAK (30m) while one thing after another goes wrong, and print what they hold.
	ATTINI_SOAK=$(SOAK) $(GO) test -count=1 -timeout 0 -v -run 'TestSoak$$' ./e2e

.PHONY: bench
bench: ## Run the benchmarks; compare ratios within one run, machines differ.
	@set -e; for module in $(MODULES); do (cd $$module && $(GO) test -run '^$$' -bench . -benchmem ./...); done
	@cd agent && CGO_ENABLED=0 $(GO) test -count=1 -tags bench -run TestTable -timeout 30m -v ./bench | sed -n '/^what/,/^---/{/^---/!p}'

.PHONY: build
build: ## Build runnerctl, and the agent for both processors, into build/.
	$(GO) build -tags aws -trimpath -ldflags "-s -w" -o build/ ./cmd/runnerctl
	@size=$$(wc -c < build/runnerctl); [ $$size -le 28000000 ] || { echo "runnerctl has $$size bytes, 28000000 are allowed (docs/decisions/0057-small-runnerctl.md)"; exit 1; }
	for processor in amd64 arm64; do \
		CGO_ENABLED=0 GOOS=linux GOARCH=$$processor $(GO) build -C agent -trimpath -ldflags "-s -w -X main.commit=$(COMMIT)" \
			-o ../build/attini-runner-linux-$$processor ./cmd/attini-runner || exit 1; \
	done

# The variables that releasectl reads besides, for signatures and AWS, are in
# docs/releases.md.
.PHONY: release
release: ## Build, sign and check release VERSION=x.y.z in build/releases/.
	@$(GO) run ./cmd/releasectl build --output build/releases -- '$(VERSION)'

.PHONY: package
package: ## Make packages of release VERSION=x.y.z in build/packages/: Debian's, and with ADDRESS=URL Homebrew's formula.
	@$(GO) run ./cmd/releasectl package --releases build/releases --output build/packages $(if $(ADDRESS),--address '$(ADDRESS)') -- '$(VERSION)'

.PHONY: publish
publish: ## Publish release VERSION=x.y.z in the bucket BUCKET=name, in its folder PREFIX if given.
	@$(GO) run ./cmd/releasectl publish --releases build/releases --bucket '$(BUCKET)' --prefix '$(PREFIX)' -- '$(VERSION)'

COMMIT = $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)

# `sam build` calls this with the folder that becomes the function's archive.
# The processor is that of the template's parameter Architecture.
LAMBDA_ARCH ?= $(if $(filter Architecture=x86_64,$(PARAMETERS)),amd64,arm64)

FUNCTIONS = build-MacroFunction build-LifecycleFunction build-LauncherFunction build-ReleasesFunction
.PHONY: $(FUNCTIONS)
build-MacroFunction: PROGRAM = macro
build-LifecycleFunction: PROGRAM = lifecycle
build-LauncherFunction: PROGRAM = launcher
build-ReleasesFunction: PROGRAM = releases
$(FUNCTIONS):
	GOOS=linux GOARCH=$(LAMBDA_ARCH) CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -tags lambda.norpc -o $(ARTIFACTS_DIR)/bootstrap ./lambda/$(PROGRAM)

# With VERSION, which `make release` has built, runners download that agent;
# without, it is in their images. Other parameters are in PARAMETERS.
SAM ?= sam
.PHONY: deploy
deploy: OVERRIDES = $(PARAMETERS) $(if $(VERSION),RunnerVersion=$(VERSION) RunnerSha256X8664=$(call sum,amd64) RunnerSha256Aarch64=$(call sum,arm64))
deploy: ## Build and deploy the system, with the agent of release VERSION=x.y.z and PARAMETERS="Name=value ...".
	$(SAM) build
	$(SAM) deploy $(if $(strip $(OVERRIDES)),--parameter-overrides $(strip $(OVERRIDES)))
	@$(if $(VERSION),echo "Now publish the agent in the bucket that is the output ReleaseBucket: make publish VERSION=$(VERSION) BUCKET=...",:)

# The SHA-256 of the release's agent for a processor; no release, no deployment.
sum = $(or $(firstword $(shell cat build/releases/$(VERSION)/linux/$(1)/attini-runner.sha256)),$(error there is no release $(VERSION) in build/releases: make release VERSION=$(VERSION)))
