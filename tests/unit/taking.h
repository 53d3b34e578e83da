/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * taking.h - what handling.c does to mailboxes; apart from it, as the kit and the runtime each have a struct gate
 */
#ifndef TESTS_TAKING_H
#define TESTS_TAKING_H

#include <odeon.h>
#include <stdbool.h>

/* Looks for the next message of an actor in this system, in another one's turn or its own; true: there is one. */
bool taking_by(odeon_self *self, odeon_ref whose);

/* The same by a thread that is no worker, and says that it is. */
bool taking_by_stranger(odeon_system *system, odeon_ref whose);

#endif
