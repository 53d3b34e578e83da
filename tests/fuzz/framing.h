/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * framing.h - a stream given to a framing in pieces, and the frames that it made of it
 */
#ifndef FUZZ_FRAMING_H
#define FUZZ_FRAMING_H

#include <odeon/net/framing.h>

/* Whose framing it is; NULL where nobody looks at it. */
extern odeon_self *framing_self;

/* The first two bytes say what frames they are; the rest is the stream. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#endif
