/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon.h - actors that exchange owned messages; the whole public surface, in reading order
 *
 * One rule names everything: the noun in a name is what is acted upon, and no noun means the actor that runs:
 * odeon_send(self, ...), but odeon_system_spawn(system, ...) and odeon_actor_stop(system, ref).
 * Parameters come in one order: [message type,] context, whom, message, when, results.
 *
 * "Takes" means: the message is no longer yours after the call, whatever it returned. NULL is allowed and answers
 * ODEON_ENOMEM, so that odeon_send(self, to, odeon_new(...)) is one expression to check.
 * "Gives" means: the result is yours, and gcc -fanalyzer asks what became of it.
 *
 * The line "Context:" of each function uses five phrases, and the debug build checks them:
 *   any thread    any handler    own handler (this actor's)    plain thread (not a handler)    before start
 *
 * A lower-case macro adds the types and the send site to a plain function with _at, which other languages call.
 */
#ifndef ODEON_H
#define ODEON_H

#include <odeon/compiler.h>
#include <odeon/error.h>
#include <odeon/time.h>
#include <odeon/ref.h>
#include <odeon/message.h>
#include <odeon/send.h>
#include <odeon/actor.h>
#include <odeon/request.h>
#include <odeon/timer.h>
#include <odeon/failure.h>
#include <odeon/behaviour.h>
#include <odeon/frozen.h>
#include <odeon/poller.h>
#include <odeon/system.h>
#include <odeon/stats.h>
#include <odeon/tick.h>
#include <odeon/channel.h>
#include <odeon/select.h>
#include <odeon/actors/breaker.h>
#include <odeon/actors/limiter.h>
#include <odeon/actors/machine.h>
#include <odeon/actors/offload.h>
#include <odeon/actors/pipe.h>
#include <odeon/actors/registry.h>
#include <odeon/actors/retry.h>
#include <odeon/actors/router.h>
#include <odeon/actors/supervisor.h>
#include <odeon/actors/topics.h>

#endif
