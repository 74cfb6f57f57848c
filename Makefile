# What one types. Every target installs what is missing first (scripts/bootstrap) and works in a fresh clone.
#
#   make run        build, train with the default configuration, leave three pieces (ARGS="..." is passed on)
#   make test       lint, unit tests, Python tests, scores, ten songs before the judge, smoke tests, tunings,
#                   the page, the HTTP interface, several ranks, and the ALSA tests in an emulated machine
#   make test-tunings  pitches of every degree of every tuning, by FFT, on every path to a sound
#   make judge      twenty songs before an independent judge (ARGS="--style waltz"); make test-judge: ten of them
#   make test-mpi   training on several ranks against one process (builds with TRAITS=MPI)
#   make test-scores  scores, read by music21, the schema of MusicXML and LilyPond
#   make test-alsa  those that need a real ALSA kernel: boots one in an emulator (no sound card, no KVM needed)
#   make sanitize   the tests of Core, Playback and Daemon under the address and the thread sanitizer
#   make fuzz       a minute of made-up bytes for every parser of foreign ones (SECONDS=60)
#   make nightly    all that is too long for every change
#   make soak       ten minutes of pieces into a sound server of its own while all cores train
#   make test-page  the daemon's page in a headless Chromium
#   make test-http  the daemon's HTTP interface under schemathesis, 1,000 event streams and a flood of requests
#   make test-stream   200 listeners, by the optimised program; make test-players: mpv, ffplay, VLC, curl and ffmpeg (MINUTES=5)
#   make song       the song at the top of README.md again, docs/song.ogg and docs/song.svg
#   make bench      speed on this machine
#   make lint       formatting and documentation comments
#   make docs       the documentation as a web site
#   make install    program, manual, completions, units (PREFIX=/usr/local, DESTDIR= for packages)
#   make deb        a Debian package in dist/; make test-package tries it in fresh Debian 12 and 13, and Ubuntu 24.04 (needs root)
#   make test-systemd  the service under a real systemd in an emulated machine
#   make soak-daemon  the daemon, killed 200 times; half an hour at full load; 100,000 pieces
#   make year       a daemon's year with nobody listening, on a clock and a disk of its own (DAYS=365)
#   make deb-mpi    the package beside it for training over MPI; make test-package-mpi tries both in a fresh Debian 12 (needs root)
#   make soundfont  soundfonts/rl-musician.sf2 again, after its instruments were changed
#   make clean      removes what was built
#
# TRAITS=MPI builds the program that also trains over MPI, into .build-mpi: make build TRAITS=MPI, make install TRAITS=MPI.

PREFIX ?= /usr/local
DESTDIR ?=
ARGS ?=
SECONDS ?= 60
MINUTES ?= 5
TRAITS ?=

# What is tested is a debug build whose kernels in C are optimised all the same, as Core is (Package.swift).
BUILD_TESTS := swift build --build-tests -Xcc -O2

# The Swift runtime is linked in: the program then runs where no Swift is installed, and starts in 5 ms instead of 10.
BUILD_FOLDER := $(if $(TRAITS),.build-mpi,.build)
comma := ,
RELEASE := -c release --static-swift-stdlib $(if $(TRAITS),--traits default$(comma)$(TRAITS) --scratch-path $(BUILD_FOLDER))

BINARY := $(BUILD_FOLDER)/release/rlmusician
DEBUG_BINARY := .build/debug/rlmusician
VENV := .build/venv

.DEFAULT_GOAL := build
.PHONY: build run judge song test test-mpi deb-mpi test-swift test-python test-scores test-judge test-smoke test-tunings test-alsa bench lint manual docs install uninstall deb soak soak-daemon year soundfont sanitize fuzz nightly test-page test-http test-stream test-players test-rtkit test-package test-package-mpi test-systemd clean bootstrap bootstrap-tests bootstrap-mpi bootstrap-alsa bootstrap-package bootstrap-page bootstrap-players

bootstrap:
	@scripts/bootstrap build $(if $(TRAITS),mpi)

bootstrap-tests:
	@scripts/bootstrap build test

bootstrap-mpi:
	@scripts/bootstrap build test mpi

bootstrap-page:
	@scripts/bootstrap build test page

bootstrap-players:
	@scripts/bootstrap build players

bootstrap-alsa:
	@scripts/bootstrap build test alsa

build: bootstrap
	swift build $(RELEASE) --product rlmusician

run: build
	$(BINARY) $(ARGS)

bench: build
	$(BINARY) bench $(ARGS)

lint: bootstrap
	swift format lint --strict --recursive Sources Tests Package.swift

test: lint test-swift test-python test-scores test-judge test-smoke test-tunings test-page test-http test-mpi test-alsa

sanitize: bootstrap-tests
	scripts/sanitize $(ARGS)

fuzz: bootstrap-tests
	scripts/fuzz $(SECONDS) $(ARGS)

nightly:
	scripts/nightly

# One at a time: many tests wait for something (a server, a deadline, an end of time), and all at once they keep every
# thread of a small machine from what they wait for.
test-swift: bootstrap-tests
	$(BUILD_TESTS)
	swift test --skip-build --skip '^ALSATests\.' --no-parallel

# The environment for other languages, driven from Python. The tests find the program in RLMUSICIAN.
test-python: bootstrap-tests test-swift $(VENV)/.ready
	cd python && RLMUSICIAN=$(abspath $(DEBUG_BINARY)) $(abspath $(VENV))/bin/python -m pytest -q -p no:cacheprovider

$(VENV)/.ready: python/requirements.txt | bootstrap-tests
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# The scores of pieces in parts, as other programs read them.
test-scores: bootstrap-tests test-swift $(VENV)/.ready-scores
	RLMUSICIAN=$(abspath $(DEBUG_BINARY)) $(VENV)/bin/python -m pytest -q -p no:cacheprovider Tests/Score

$(VENV)/.ready-scores: Tests/Score/requirements.txt | bootstrap-tests
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Songs before a judge that knows nothing of our rules: music21's opinion.
test-judge: bootstrap-tests test-swift $(VENV)/.ready-judge
	RLMUSICIAN=$(abspath $(DEBUG_BINARY)) $(VENV)/bin/python -B -m pytest -q -p no:cacheprovider Tests/Judge

judge: bootstrap-tests build $(VENV)/.ready-judge
	RLMUSICIAN=$(abspath $(BINARY)) $(VENV)/bin/python -B Tests/Judge/judge.py --compose 4 $(ARGS)

$(VENV)/.ready-judge: Tests/Judge/requirements.txt | bootstrap-tests
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# The program on several ranks: the same bytes as one process, and what happens when a rank dies, hangs or differs.
# Built apart and, on a fresh machine, after everything else, which thereby is seen to need no MPI.
test-mpi: bootstrap-mpi
	swift build --traits default,MPI --scratch-path .build-mpi --product rlmusician -Xcc -O2
	scripts/test-mpi .build-mpi/debug/rlmusician

# The program as a user meets it: a script for each part, given the program's path.
test-smoke: test-swift
	@set -e; for script in scripts/smoke/*; do echo "$$script"; "$$script" $(abspath $(DEBUG_BINARY)); done

# The pitch of every degree of every shipped tuning, measured in what the program and FluidSynth's own player render, and
# in what was recorded of the port on a real ALSA kernel.
test-tunings: bootstrap-alsa test-swift $(VENV)/.ready
	PATH="$(abspath $(VENV))/bin:$$PATH" scripts/test-tunings --port $(abspath $(DEBUG_BINARY))

soak: bootstrap-tests build
	$(BUILD_TESTS)
	scripts/test-sound-server 600 pulseaudio $(BINARY)

# The page as its user meets it, and the HTTP interface as its enemies do. ARGS="--screenshots docs" takes pictures.
test-page: bootstrap-page test-swift $(VENV)/.ready-page
	RLMUSICIAN=$(abspath $(DEBUG_BINARY)) $(VENV)/bin/python -B Tests/Page/test_page.py $(ARGS)
	RLMUSICIAN=$(abspath $(DEBUG_BINARY)) $(VENV)/bin/python -B Tests/Page/test_song_page.py
	RLMUSICIAN=$(abspath $(DEBUG_BINARY)) $(VENV)/bin/python -B Tests/Page/test_keyboard.py

test-http: bootstrap-page test-swift $(VENV)/.ready-page
	RLMUSICIAN=$(abspath $(DEBUG_BINARY)) $(VENV)/bin/python -B Tests/Page/test_http.py $(ARGS)
	RLMUSICIAN=$(abspath $(DEBUG_BINARY)) $(VENV)/bin/python -B Tests/Page/test_stream.py
	scripts/test-proxy $(abspath $(DEBUG_BINARY))

# What a debug build is too slow for, and what takes long.
test-stream: bootstrap-page build $(VENV)/.ready-page
	RLMUSICIAN=$(abspath $(BINARY)) $(VENV)/bin/python -B Tests/Page/test_stream.py --listeners 200 $(ARGS)

test-players: bootstrap-players build
	scripts/test-players $(BINARY) $(MINUTES)

# Real-time priority from a real rtkit on a bus of its own; as root.
test-rtkit: bootstrap-tests test-swift
	scripts/test-rtkit $(abspath $(DEBUG_BINARY))

$(VENV)/.ready-page: Tests/Page/requirements.txt | bootstrap-tests
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Skipped there counts as failed; ARGS="usb" runs one machine only (see scripts/test-alsa).
test-alsa: bootstrap-alsa
	$(BUILD_TESTS)
	scripts/test-alsa $(ARGS)

MANUAL_DATE := $(shell git log -1 --format=%cs 2>/dev/null || date +%F)

manual: build
	swift build $(RELEASE) --product generate-manual
	scripts/manual $(BUILD_FOLDER)/release/generate-manual $(BINARY) $(MANUAL_DATE) .build/manual

# The documentation's articles and the library's reference as a web site: .build/documentation.
docs: bootstrap
	swift package dump-symbol-graph --minimum-access-level public >/dev/null
	rm -rf .build/symbols && mkdir -p .build/symbols
	cp .build/*/symbolgraph/Core.symbols.json .build/symbols/
	docc convert Sources/Core/Core.docc --fallback-display-name Core --fallback-bundle-identifier rlmusician.Core \
	  --additional-symbol-graph-dir .build/symbols --output-path .build/documentation

install: manual
	scripts/install "$(BINARY)" .build/manual "$(DESTDIR)" "$(PREFIX)"

# The two commands of README.md.
song: build
	rm -rf .build/song
	$(BINARY) --seed 7001 -e 1 --no-play -o .build/song
	$(BINARY) render .build/song/result_* --style song --format ogg -o .build/song/ogg
	cp .build/song/ogg/result_*/music.ogg docs/song.ogg
	cp .build/song/ogg/result_*/piano_roll.svg docs/song.svg

soundfont: build
	$(BINARY) soundfont soundfonts/rl-musician.sf2

bootstrap-package:
	@scripts/bootstrap build package

deb: bootstrap-package manual
	scripts/package $(BINARY) .build/manual dist

deb-mpi: bootstrap-package
	$(MAKE) build TRAITS=MPI
	scripts/package-mpi .build-mpi/release/rlmusician dist

test-package: deb
	scripts/test-package $(ARGS) dist/rl-musician_*.deb

test-package-mpi: deb deb-mpi
	scripts/test-package-mpi dist/rl-musician_*.deb dist/rl-musician-mpi_*.deb

test-systemd: deb bootstrap-alsa
	scripts/test-systemd dist/rl-musician_*.deb

# The daemon, killed 200 times at random moments (after every kill its library has to be whole), then half an hour at full
# load: memory and files have to stay what they are.
soak-daemon: build
	KILLS=200 scripts/smoke/daemon $(abspath $(BINARY))
	scripts/soak-daemon $(abspath $(BINARY)) 30
	scripts/bench-library $(abspath $(BINARY))

# 60 pieces an hour for a year through all the real code; prints what library, database and memory grew to.
DAYS ?= 365
year: bootstrap-tests
	$(BUILD_TESTS)
	RLMUSICIAN_YEAR_DAYS=$(DAYS) swift test --skip-build --filter 'MeasureTests.aLongTime'

uninstall:
	scripts/install --remove "$(DESTDIR)" "$(PREFIX)"

clean:
	rm -rf .build .build-mpi
