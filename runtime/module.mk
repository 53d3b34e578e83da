# SPDX-License-Identifier: BSD-2-Clause
# The library. A new source: one line in the list below and one word in the file layers.

# All objects, not installed: tests link this and so reach what users cannot.
noinst_LTLIBRARIES += libodeoncore.la
libodeoncore_la_CPPFLAGS = $(AM_CPPFLAGS) -DODEON_IMPLEMENTATION
libodeoncore_la_LIBADD   = $(CK_LIBS) $(JEMALLOC_LIBS)
libodeoncore_la_SOURCES  = \
	%D%/actor.c \
	%D%/actor.h \
	%D%/ahead.h \
	%D%/alarm.c \
	%D%/alarm.h \
	%D%/alloc.h \
	%D%/annex.h \
	%D%/answer.c \
	%D%/apart.h \
	%D%/around.c \
	%D%/around.h \
	%D%/aside.c \
	%D%/aside.h \
	%D%/ask.c \
	%D%/ask.h \
	%D%/atomic.h \
	%D%/atomic_tsan.h \
	%D%/attach.c \
	%D%/attach.h \
	%D%/awake.h \
	%D%/backstop.c \
	%D%/bands.c \
	%D%/bands.h \
	%D%/beacon.c \
	%D%/beacon.h \
	%D%/behaviour.c \
	%D%/bond.c \
	%D%/bond.h \
	%D%/bounds.c \
	%D%/bounds.h \
	%D%/cache.c \
	%D%/cache.h \
	%D%/case.c \
	%D%/case.h \
	%D%/channel.c \
	%D%/channel.h \
	%D%/choose.c \
	%D%/choose.h \
	%D%/choosing.c \
	%D%/choosing.h \
	%D%/clock.c \
	%D%/clock.h \
	%D%/context.h \
	%D%/crash.c \
	%D%/crash.h \
	%D%/deliver.c \
	%D%/deliver.h \
	%D%/depot.c \
	%D%/depot.h \
	%D%/descriptors.c \
	%D%/descriptors.h \
	%D%/directory.c \
	%D%/directory.h \
	%D%/duty.c \
	%D%/duty.h \
	%D%/error.c \
	%D%/faults.c \
	%D%/faults.h \
	%D%/fiber.c \
	%D%/fiber.h \
	%D%/frozen.c \
	%D%/gate.h \
	%D%/gather.c \
	%D%/gather.h \
	%D%/glance.c \
	%D%/hand.c \
	%D%/hand.h \
	%D%/handling.h \
	%D%/holdings.c \
	%D%/holdings.h \
	%D%/idle.c \
	%D%/idle.h \
	%D%/invariant.c \
	%D%/invariant.h \
	%D%/latch.h \
	%D%/later.c \
	%D%/letters.c \
	%D%/letters.h \
	%D%/linger.h \
	%D%/list.c \
	%D%/list.h \
	%D%/lock.h \
	%D%/loop.c \
	%D%/loop.h \
	%D%/mailbox.h \
	%D%/meet.c \
	%D%/meet.h \
	%D%/message.c \
	%D%/message.h \
	%D%/mutant.h \
	%D%/nest.c \
	%D%/nest.h \
	%D%/oneshot.c \
	%D%/oneshot.h \
	%D%/open.c \
	%D%/os.c \
	%D%/os.h \
	%D%/own.c \
	%D%/own.h \
	%D%/pace.h \
	%D%/parker.c \
	%D%/parker.h \
	%D%/patience.h \
	%D%/permit.c \
	%D%/permit.h \
	%D%/plain.c \
	%D%/plain.h \
	%D%/random.h \
	%D%/ready.c \
	%D%/ready.h \
	%D%/receiver.c \
	%D%/request.c \
	%D%/request.h \
	%D%/rest.c \
	%D%/rest.h \
	%D%/ring.c \
	%D%/ring.h \
	%D%/restart.c \
	%D%/restart.h \
	%D%/role.c \
	%D%/role.h \
	%D%/rounds.c \
	%D%/rounds.h \
	%D%/row.h \
	%D%/runqueue.h \
	%D%/sanitizer.h \
	%D%/select.c \
	%D%/selector.c \
	%D%/self.c \
	%D%/send.c \
	%D%/sender.c \
	%D%/simulation.c \
	%D%/simulation.h \
	%D%/sleepers.h \
	%D%/single.c \
	%D%/single.h \
	%D%/slot.h \
	%D%/slotqueue.h \
	%D%/spread.c \
	%D%/spread.h \
	%D%/stats.c \
	%D%/steal.c \
	%D%/steal.h \
	%D%/step.c \
	%D%/step.h \
	%D%/stop.c \
	%D%/survey.c \
	%D%/system.c \
	%D%/system.h \
	%D%/tally.h \
	%D%/timer.c \
	%D%/timer.h \
	%D%/turn.c \
	%D%/turn.h \
	%D%/vacant.c \
	%D%/vacant.h \
	%D%/wait.c \
	%D%/wait.h \
	%D%/waits.c \
	%D%/waits.h \
	%D%/watch.c \
	%D%/watch.h \
	%D%/watchdog.c \
	%D%/watchdog.h \
	%D%/wheel.c \
	%D%/wheel.h \
	%D%/worker.c \
	%D%/worker.h \
	%D%/world.c \
	%D%/world.h

# What is installed: the same objects, and of their functions only what the map names.
lib_LTLIBRARIES += libodeon.la
libodeon_la_SOURCES =
libodeon_la_LIBADD  = libodeoncore.la
libodeon_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined $(ODEON_NO_UNDEFINED) -version-info $(ODEON_ABI)
if HAVE_VSCRIPT
libodeon_la_LDFLAGS += $(VSCRIPT_LDFLAGS),$(top_srcdir)/%D%/odeon.map
EXTRA_libodeon_la_DEPENDENCIES = %D%/odeon.map
endif
EXTRA_DIST += %D%/odeon.map %D%/layers

# The headers go into a directory of their own, never straight into a system directory: there gcc would not tell of
# uses after a send.
odeondir = $(includedir)/odeon-1
odeon_HEADERS = include/odeon.h
odeonpartsdir = $(odeondir)/odeon
odeonparts_HEADERS = \
	include/odeon/actor.h \
	include/odeon/behaviour.h \
	include/odeon/channel.h \
	include/odeon/compiler.h \
	include/odeon/error.h \
	include/odeon/failure.h \
	include/odeon/frozen.h \
	include/odeon/message.h \
	include/odeon/poller.h \
	include/odeon/ref.h \
	include/odeon/request.h \
	include/odeon/select.h \
	include/odeon/send.h \
	include/odeon/stats.h \
	include/odeon/system.h \
	include/odeon/testkit.h \
	include/odeon/tick.h \
	include/odeon/time.h \
	include/odeon/timer.h
odeonactorsdir = $(odeonpartsdir)/actors
odeonactors_HEADERS = \
	include/odeon/actors/breaker.h \
	include/odeon/actors/limiter.h \
	include/odeon/actors/machine.h \
	include/odeon/actors/offload.h \
	include/odeon/actors/pipe.h \
	include/odeon/actors/registry.h \
	include/odeon/actors/retry.h \
	include/odeon/actors/router.h \
	include/odeon/actors/supervisor.h \
	include/odeon/actors/topics.h
