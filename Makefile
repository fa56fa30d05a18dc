# sockit: `make help` lists what there is to make. GNU make 4.3, gcc or clang, pkg-config, jansson.

VERSION := 0.1.0

# What a user may set; the user's flags come last and so win.
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
DOCDIR ?= $(DATADIR)/doc/sockit
BASHCOMPDIR ?= $(DATADIR)/bash-completion/completions
ZSHCOMPDIR ?= $(DATADIR)/zsh/site-functions
FISHCOMPDIR ?= $(DATADIR)/fish/vendor_completions.d
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
INSTALL ?= install
NM ?= nm
CLANG ?= clang
CLANG_FORMAT ?= clang-format

# How many descriptors are waited for at once: with epoll or poll. For few it is poll anyway.
POLLER ?= epoll
$(if $(filter epoll poll,$(POLLER)),,$(error POLLER is epoll or poll, not '$(POLLER)'))
# A tree is a compiler, its flags and a poller; objects of two trees never meet.
BUILD ?= build$(if $(filter-out epoll,$(POLLER)),/$(POLLER))
WERROR ?=
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
V ?= 0
Q := $(if $(filter 0,$(V)),@)
say = $(if $(filter 0,$(V)),@printf '  %-7s %s\n' $(1) $(2))

# ---- Flags ---------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wswitch-enum -Wundef -Wwrite-strings \
	-Wpointer-arith -Wcast-align -Wredundant-decls -Wimplicit-fallthrough -Wdouble-promotion \
	-Werror=format-security -Werror=implicit -Werror=incompatible-pointer-types \
	-Werror=int-conversion
# Those that not every compiler has; each is tried before it is used.
OPTIONAL_WARNINGS := -Walloca -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wtrampolines \
	-Wbidi-chars=any -Wunterminated-string-initialization

# The OpenSSF Compiler Options Hardening Guide for C and C++, without what is for C++ and without
# -fexceptions, which is for programs that cancel threads.
HARDENING := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection=full -mbranch-protection=standard -fstrict-flex-arrays=3 \
	-ftrivial-auto-var-init=zero -fzero-init-padding-bits=all -fno-strict-overflow \
	-fno-strict-aliasing -fno-delete-null-pointer-checks
# What the linker makes smaller or quicker, where it can: relocations that hold no page for themselves, and no
# DT_FINI, for the C runtime's _fini does nothing, on a page that nothing else needs.
OPTIONAL_LINK := -Wl,-z,pack-relative-relocs -Wl,-fini=none
HARDENING_LINK := -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,nodlopen -Wl,--as-needed \
	-Wl,--no-copy-dt-needed-entries

# -iquote and not -I: src/sys/socket.h must not be taken for <sys/socket.h>.
OWN_CFLAGS := -std=c17 -D_GNU_SOURCE '-DSOCKIT_VERSION=\"$(VERSION)\"' -DSOCKIT_POLLER=$(POLLER) \
	-iquote src -iquote $(BUILD)/generated -pthread -fPIE -U_FORTIFY_SOURCE \
	$(WARNINGS) $(if $(WERROR),-Werror)
# Link-time optimisation, with objects that link without it too, as the tests do: gcc has both flags or neither is
# used. It saves a tenth to a fifth of the instructions of a request, by the count of make bench-guard. Without clones
# of functions that are called in one way only: those come last in the program, in pages of their own.
LTO := -flto=auto -fno-ipa-cp -fno-ipa-sra
OPTIONAL_CFLAGS := $(OPTIONAL_WARNINGS) $(HARDENING) -ffat-lto-objects
OPTIONAL_LDFLAGS := -pie $(HARDENING_LINK) $(OPTIONAL_LINK)
# A linker only warns of a -z that it does not know.
LINK_STRICTLY := -Wl,--fatal-warnings

# Criterion's macros keep conditions in one-bit fields and take strings as char *; and tests say of a
# struct only what matters to them.
TEST_CFLAGS := -Wno-conversion -Wno-write-strings -Wno-missing-field-initializers

COMPILE = $(CC) @$(BUILD)/cflags $(CPPFLAGS) $(CFLAGS) -MMD -MP -c
LINK = $(CC) @$(BUILD)/ldflags -pthread $(CFLAGS) $(LDFLAGS)
# The archive where there is one: a shared library more costs every start 40 microseconds. Packagers
# who want that say JANSSON_LIBS=-ljansson.
JANSSON_LIBS = $$(archive=$$($(PKG_CONFIG) --variable=libdir jansson)/libjansson.a; \
	if [ -f "$$archive" ]; then echo "$$archive"; else $(PKG_CONFIG) --libs jansson; fi)

# ---- Files ---------------------------------------------------------------------------------------

DOCGEN_SOURCES := $(sort $(wildcard src/docgen/*.c))
OTHER_POLLER := $(filter-out $(POLLER),epoll poll)
ALL_SOURCES := $(filter-out $(DOCGEN_SOURCES) $(if $(filter poll,$(POLLER)),src/loop/poller_epoll.c), \
	$(sort $(wildcard src/*/*.c)))
# What a client runs stands side by side in the program: to touch a page for the first time costs more
# than most that is done there, and neighbours come with it.
STARTS := $(addprefix base/,err escape num text) \
	$(addprefix cli/,command exec_options front group_options net_options parse program rule scan value) \
	cmd/connect cmd/session $(addprefix loop/,loop poller_poll resolver timers) \
	$(addprefix net/,addr order service sockopt spec spec_inet spec_parse) out/output out/report out/style \
	$(addprefix relay/,between ends flow patience relay tap telnet way_copy way_kernel) \
	$(addprefix stream/,attempt dial multicast socket stdio stream tune) \
	$(addprefix sys/,call clock file lookup process socket wait)
START_SOURCES := $(STARTS:%=src/%.c)
$(if $(filter-out $(ALL_SOURCES),$(START_SOURCES)),$(error STARTS has what is not there: \
	$(filter-out $(ALL_SOURCES),$(START_SOURCES))))
SOURCES := $(START_SOURCES) $(filter-out $(START_SOURCES),$(ALL_SOURCES))
HARNESS_SOURCES := $(sort $(wildcard tests/harness/*.c))
SUITES := unit cli
unit_SOURCES := $(sort $(shell find tests/unit -name '*.c' 2>/dev/null))
cli_SOURCES := $(sort $(shell find tests/cli -name '*.c' 2>/dev/null))

object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
OBJECTS := $(call object,$(SOURCES))
MAIN := $(BUILD)/obj/src/main.o
HARNESS := $(call object,$(HARNESS_SOURCES))
# Programs of the benchmark, compiled as sockit is.
BENCH_PROGRAMS := bench helper load yard_connect yard_echo yard_move yard_names yard_relay
bench_PARTS := bench transfer latency datagram child sample
load_PARTS := load load_run cost spread
$(foreach program,$(BENCH_PROGRAMS),$(eval $(program)_SOURCES := \
	$(patsubst %,tests/bench/%.c,$(or $($(program)_PARTS),$(program)))))
BENCH_BINARIES := $(addprefix $(BUILD)/bench/,$(BENCH_PROGRAMS))
# main() under another name, for tests that call it.
unit_OBJECTS := $(OBJECTS) $(BUILD)/obj/src/main_callable.o
SUITE_BINARIES := $(addprefix $(BUILD)/tests/,$(SUITES))

.PHONY: all objects tests deps test-deps bench-deps demo lecture test lint asan fuzz fuzzers check check-long \
	generate format bench bench-quick bench-echo bench-models bench-forward bench-guard \
	install uninstall dist clean help FORCE
.DELETE_ON_ERROR:
.SUFFIXES:

all: $(BUILD)/sockit $(if $(filter build,$(BUILD)),sockit)

# ---- Building ------------------------------------------------------------------------------------

# With the compiler's flags, which LTO compiles with. What jansson's archive asks the time of is sys/clock.c.
$(BUILD)/sockit: $(OBJECTS) $(MAIN) $(BUILD)/ldflags
	$(call say,LINK,$@)
	$(Q)$(LINK) @$(BUILD)/cflags -o $@ $(filter %.o,$^) -Wl,--wrap=gettimeofday $(JANSSON_LIBS) $(LDLIBS)

sockit:
	$(Q)ln -sf $(BUILD)/sockit $@

$(BUILD)/docgen: $(OBJECTS) $(call object,$(DOCGEN_SOURCES)) $(BUILD)/ldflags
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $(filter %.o,$^) $(JANSSON_LIBS) $(LDLIBS)

define suite_rule
$(BUILD)/tests/$(1): $$($(1)_OBJECTS) $(HARNESS) $(call object,$($(1)_SOURCES)) $(BUILD)/ldflags
	$$(call say,LINK,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(LINK) -o $$@ $$(filter %.o,$$^) -lcriterion $$(JANSSON_LIBS) $$(LDLIBS)
endef
$(foreach suite,$(SUITES),$(eval $(call suite_rule,$(suite))))

# libFuzzer's main() stands in for ours; the harness is that which needs no Criterion.
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(sort $(wildcard tests/fuzz/*.c)))
$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(OBJECTS) $(BUILD)/obj/tests/harness/turns.o \
		$(BUILD)/ldflags
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(LINK) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(JANSSON_LIBS) $(LDLIBS)

define bench_rule
$(BUILD)/bench/$(1): $(call object,$($(1)_SOURCES)) $(BUILD)/ldflags
	$$(call say,LINK,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(LINK) -o $$@ $$(filter %.o,$$^)
endef
$(foreach program,$(BENCH_PROGRAMS),$(eval $(call bench_rule,$(program))))

objects: $(OBJECTS) $(MAIN)

fuzzers: $(FUZZERS)

tests: all $(SUITE_BINARIES) $(BENCH_BINARIES)

$(BUILD)/obj/src/main_callable.o: src/main.c $(BUILD)/cflags
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -Dmain=sockit_main -Wno-missing-prototypes -o $@ $<

$(BUILD)/obj/tests/%.o: tests/%.c $(BUILD)/cflags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -iquote tests $(TEST_CFLAGS) -o $@ $<

$(BUILD)/obj/src/%.o: src/%.c $(BUILD)/cflags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -o $@ $<

$(BUILD)/obj/src/net/service.o: $(BUILD)/generated/services.inc
$(BUILD)/generated/services.inc: src/net/services.txt src/net/services.awk
	@mkdir -p $(@D)
	$(Q)LC_ALL=C awk -f src/net/services.awk src/net/services.txt >$@

-include $(patsubst %.o,%.d,$(OBJECTS) $(MAIN) $(HARNESS) $(BUILD)/obj/src/main_callable.o \
	$(call object,$(wildcard tests/fuzz/*.c)) \
	$(call object,$(DOCGEN_SOURCES) $(foreach suite,$(SUITES),$($(suite)_SOURCES)) \
	$(foreach program,$(BENCH_PROGRAMS),$($(program)_SOURCES))))

# What decides how things are compiled. The file changes only when that does, and everything depends
# on it. Nothing asks for a compiler before a recipe runs, so that `make deps demo` can bring one;
# what is installed in the same run is installed first. `make install` takes what was built as it is.
export FLAGS_KEY := $(VERSION) $(CC) $(OWN_CFLAGS) $(OPTIONAL_CFLAGS) \
	$(OPTIONAL_LDFLAGS) $(LTO) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(LDLIBS) $(PKG_CONFIG)
$(BUILD)/flags.key: $(if $(filter-out install,$(or $(MAKECMDGOALS),all)),FORCE) | \
		$(filter deps test-deps bench-deps,$(MAKECMDGOALS))
	@mkdir -p $(@D)
	@{ printf '%s\n' "$$FLAGS_KEY" && $(CC) --version && $(PKG_CONFIG) --modversion jansson; } \
		>$@.new || { echo "sockit needs a C compiler, pkg-config and jansson: make deps" >&2; exit 1; }
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# $(call usable,FLAGS,MORE) leaves in "$@" of the shell those of FLAGS that work without a warning
# beside the user's own and MORE: CFLAGS=-O0 quietly goes without _FORTIFY_SOURCE.
usable = for flag in $(1); do \
		printf '\#include <stdio.h>\nint main(void) { return 0; }\n' | \
		$(CC) $(CPPFLAGS) $(CFLAGS) -Werror "$$flag" $(2) -x c -o $@.try - 2>/dev/null && \
		set -- "$$@" "$$flag"; \
	done; rm -f $@.try

$(BUILD)/cflags: $(BUILD)/flags.key
	$(Q)jansson=$$($(PKG_CONFIG) --cflags jansson); set -- $(OWN_CFLAGS) $$jansson \
		"-ffile-prefix-map=$$PWD=."; $(call usable,$(OPTIONAL_CFLAGS),-c); \
	case "$$*" in *' -ffat-lto-objects'*) $(call usable,$(LTO),-fPIE $(LDFLAGS) $(LINK_STRICTLY)) ;; esac; \
	printf '"%s"\n' "$$@" >$@

$(BUILD)/ldflags: $(BUILD)/flags.key
	$(Q)set --; $(call usable,$(OPTIONAL_LDFLAGS),-fPIE $(LDFLAGS) $(LINK_STRICTLY)); \
	printf '"%s"\n' "$$@" >$@

# ---- Trying --------------------------------------------------------------------------------------

# A make in a tree or a run of its own, as parallel as the machine is unless -j said otherwise.
SUBMAKE = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))
SANITIZE := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

deps:
	$(Q)tests/scripts/deps.sh build

test-deps: | $(filter deps,$(MAKECMDGOALS))
	$(Q)tests/scripts/deps.sh build test

bench-deps: | $(filter deps,$(MAKECMDGOALS))
	$(Q)tests/scripts/deps.sh build test bench

demo: all
	$(Q)tests/scripts/demo.sh $(BUILD)/sockit

# In the order of the slides.
LECTURES := host-lookup byte-order iterative fork thread event half-close sigpipe time-wait port-in-use
lecture: all
	$(Q)for name in $(LECTURES); do SOCKIT=$(BUILD)/sockit sh tests/lecture/$$name.sh || exit; echo; done

# TEST_ARGS goes to both suites, for example TEST_ARGS='--filter=relay/*'.
test: tests
	$(Q)tests/scripts/run-suites.sh $(BUILD) $(TEST_ARGS)

asan:
	+$(Q)SOCKIT_ASAN=1 ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1 \
		$(SUBMAKE) BUILD=$(BUILD)/asan CFLAGS='$(CFLAGS) $(SANITIZE)' OPTIONAL_CFLAGS= test

# Each for FUZZ_SECONDS, with clang; what breaks one is left in BUILD/fuzzing. FUZZ_ARGS goes to libFuzzer.
FUZZ_SECONDS ?= 60
fuzz:
	+$(Q)$(SUBMAKE) BUILD=$(BUILD)/fuzzing CC=$(CLANG) OPTIONAL_CFLAGS= \
		CFLAGS='$(CFLAGS) $(SANITIZE) -fsanitize=fuzzer-no-link' fuzzers
	$(Q)for dict in tests/fuzz/*.dict; do name=$$(basename "$$dict" .dict); \
		mkdir -p "$(BUILD)/fuzzing/$$name" && "$(BUILD)/fuzzing/fuzz/$$name" -dict="$$dict" \
			-max_len=4096 -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 \
			-artifact_prefix="$(BUILD)/fuzzing/$$name-" $(FUZZ_ARGS) \
			"$(BUILD)/fuzzing/$$name" || exit; done

# Objects without optimisation or fortified headers, so that every call leaves its symbol.
lint: $(BUILD)/docgen
	+$(Q)$(SUBMAKE) BUILD=$(BUILD)/nm CPPFLAGS= CFLAGS=-O0 OPTIONAL_CFLAGS= objects
	$(Q)NM=$(NM) CLANG_FORMAT=$(CLANG_FORMAT) tests/scripts/lint.sh $(BUILD)

# The other compiler, with the other poller.
OTHER_TREE = $(SUBMAKE) BUILD=$(BUILD)/$(OTHER_POLLER) WERROR=1 CC=$(CLANG) POLLER=$(OTHER_POLLER)

# With TESTED=1 but for the tests, where they have run already.
check:
	+$(Q)$(SUBMAKE) BUILD=$(BUILD)/check WERROR=1 lint
	+$(Q)$(OTHER_TREE) tests
	+$(Q)$(SUBMAKE) BUILD=$(BUILD)/check WERROR=1 $(if $(TESTED),tests,test)
	+$(Q)tests/scripts/packaging.sh install $(BUILD)/check
	@echo "check: all passed, POLLER=$(POLLER)"

# Everything once more in other ways: under sanitizers, with a fuzzer, by clang with the other poller, and
# with the tests that take long, whole sweeps of injected faults among them, what a packager does, and instructions
# counted.
check-long:
	+$(Q)$(SUBMAKE) asan
	+$(Q)$(SUBMAKE) WERROR=1 FUZZ_SECONDS=20 fuzz
	+$(Q)SOCKIT_LONG=1 $(OTHER_TREE) test
	+$(Q)tests/scripts/packaging.sh all $(BUILD)/check
	+$(Q)$(SUBMAKE) BUILD=$(BUILD)/check WERROR=1 bench-guard
	@echo "check-long: all passed"

# All of it, in a quarter of an hour; in a minute; or one part: the others of the script's folder are called so too.
bench bench-quick bench-echo bench-forward: bench%: all $(BENCH_BINARIES)
	$(Q)tests/bench/run.sh $(BUILD)/sockit $(BUILD)/bench $(subst -, ,$*) $(BENCH_ARGS)

# What an instruction count says about the speed; steady on a busy machine too.
bench-guard: all $(BENCH_BINARIES)
	$(Q)tests/bench/guard.sh $(BUILD)/sockit $(BUILD)/bench $(BENCH_ARGS)

bench-models: all $(BENCH_BINARIES)
	$(Q)tests/bench/models.sh $(BUILD)/sockit $(BUILD)/bench $(BENCH_ARGS)

generate: $(BUILD)/docgen
	$(Q)$(BUILD)/docgen completions
	$(Q)$(BUILD)/docgen man man/*.1

format:
	$(Q)$(CLANG_FORMAT) -i $$(find src tests -name '*.[ch]')

# ---- Installing ----------------------------------------------------------------------------------

# Rows of MODE:SOURCE:DESTINATION; installing and uninstalling read the same ones.
INSTALLED := 755:$(BUILD)/sockit:$(BINDIR)/sockit \
	$(foreach page,$(sort $(wildcard man/*.[17])), \
		644:$(page):$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
	644:completions/sockit.bash:$(BASHCOMPDIR)/sockit \
	644:completions/_sockit:$(ZSHCOMPDIR)/_sockit \
	644:completions/sockit.fish:$(FISHCOMPDIR)/sockit.fish \
	$(foreach doc,README.md CHANGELOG.md LICENSE,644:$(doc):$(DOCDIR)/$(doc))
each_installed = for row in $(INSTALLED); do to="$(DESTDIR)$${row\#\#*:}"; row=$${row%:*};

install: $(BUILD)/sockit
	$(Q)set -e; $(each_installed) \
		$(INSTALL) -D -m $${row%%:*} $${row#*:} "$$to"; done
	$(call say,INSTALL,$(DESTDIR)$(PREFIX))

# Folders left empty go too, except those of a living /usr or /usr/local, which are not ours alone.
uninstall:
	$(Q)set -e; $(each_installed) rm -f "$$to"; dir=$${to%/*}; \
		case "$(DESTDIR)$(PREFIX)" in /usr|/usr/local) \
			[ "$$dir" = "$(DOCDIR)" ] || continue ;; esac; \
		while [ "$$dir" != "$(DESTDIR)" ] && rmdir "$$dir" 2>/dev/null; do dir=$${dir%/*}; done; \
	done
	$(call say,REMOVED,$(DESTDIR)$(PREFIX))

DIST := sockit-$(VERSION)
DIST_FILES := .ci .clang-format .editorconfig .gitignore CHANGELOG.md LICENSE Makefile README.md \
	completions man src tests
dist:
	@mkdir -p $(BUILD)
	$(Q)if [ -e .git ]; then git archive --format=tar --prefix=$(DIST)/ HEAD; \
		else tar -c --sort=name --owner=0 --group=0 --numeric-owner \
			--transform='s,^,$(DIST)/,' $(wildcard $(DIST_FILES)); fi | \
		gzip -9n >$(BUILD)/$(DIST).tar.gz
	$(call say,DIST,$(BUILD)/$(DIST).tar.gz)

clean:
	$(Q)rm -rf build sockit

define HELP
make              build build/sockit, and ./sockit that points to it
make deps         install what building needs; make test-deps: and what the tests need
make demo         move a file through sockit listen and sockit connect, and compare
make lecture      every lecture of tests/lecture, one after the other
make test         run the unit and end-to-end tests (TEST_ARGS='--filter=suite/*')
make check        what every change must pass: lint, gcc and clang with -Werror, test
make check-long   the rest: asan, fuzz, tests with clang and the other poller, packaging, bench-guard
make asan         the tests under the address and undefined-behaviour sanitizers
make fuzz         parsers with input that a fuzzer makes up (FUZZ_SECONDS=60)
make lint         floors, symbols, banned functions, formatting, scripts, generated files
make bench        sockit beside its peers and bare programs, into tests/bench/RESULTS.md (wants root);
                  make bench-deps: install those peers, and gnuplot
make bench-quick  the same in a minute, into BUILD/bench/results; bench-echo, bench-forward: a part of it
make bench-guard  instructions (callgrind) beside bare programs: not to grow by more than 5 %
make bench-models the models of echo-serve beside each other, as a table
make generate     write completions/ anew from the option tables
make format       clang-format
make install      to $(DESTDIR)$(PREFIX); uninstall takes it away
make dist         $(BUILD)/$(DIST).tar.gz
make clean        remove build/

Variables: DESTDIR PREFIX BINDIR MANDIR DOCDIR BASHCOMPDIR ZSHCOMPDIR FISHCOMPDIR,
CC CPPFLAGS CFLAGS LDFLAGS LDLIBS PKG_CONFIG, POLLER=epoll|poll, BUILD, WERROR=1, V=1
endef
help:
	$(info $(HELP))@:
