/* SPDX-License-Identifier: BSD-2-Clause */
/* alarm - the flavour of receivers that time sends to: tick, after, never */
#ifndef ALARM_H
#define ALARM_H

#include "channel.h"

/* NULL: out of memory. The first moment on the clock of the system (NULL: real time), INT64_MAX: never; then every period; 0:
 * only once. */
odeon_receiver *alarm_receiver(odeon_system *clock, int64_t first, int64_t period);

/* Whether time sends to this one: there is nobody to tell anybody. */
bool channel_is_alarm(const struct channel *channel);

#endif
